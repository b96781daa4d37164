// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/plan.h"

#include "osteocalc/cohort/progression.h"
#include "osteocalc/core/error.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fstream>
#include <iterator>
#include <set>
#include <toml++/toml.h>

namespace osteocalc::cohort {

namespace {

[[noreturn]] void fail(const toml::node& node, const std::string& problem, const std::string& advice) {
  throw ConfigError(fmt::format("plan line {}: {} (the analysis would not be the one meant); {}",
                                node.source().begin.line, problem, advice));
}

/// A table of the plan; remembers which keys were read, so that a mistyped one is not passed over.
class Section {
 public:
  Section(const toml::table& table, std::string name) : table_(table), name_(std::move(name)) {}

  const toml::node* find(const std::string& key) {
    known_.insert(key);
    return table_.get(key);
  }

  template <class T>
  void read(const std::string& key, T& value) {
    const toml::node* node = find(key);
    if (!node)
      return;
    if constexpr (std::is_same_v<T, std::string>) {
      if (!node->is_string())
        wrong(*node, key, "a text");
      value = node->as_string()->get();
    } else if constexpr (std::is_same_v<T, double> || std::is_same_v<T, std::optional<double>>) {
      if (!node->is_number())
        wrong(*node, key, "a number");
      value = *node->value<double>();
    } else {
      if (!node->is_integer() || node->as_integer()->get() < 0)
        wrong(*node, key, "a whole number that is not negative");
      value = static_cast<T>(node->as_integer()->get());
    }
  }

  void read(const std::string& key, std::vector<std::string>& values) {
    if (const toml::node* node = find(key))
      values = texts(*node, key);
  }

  void read(const std::string& key, std::vector<std::filesystem::path>& values) {
    if (const toml::node* node = find(key))
      for (const std::string& text : texts(*node, key))
        values.emplace_back(text);
  }

  std::vector<std::string> texts(const toml::node& node, const std::string& key) const {
    if (!node.is_array())
      wrong(node, key, "a list of texts");
    std::vector<std::string> values;
    for (const toml::node& entry : *node.as_array()) {
      if (!entry.is_string())
        wrong(entry, key, "a list of texts");
      values.push_back(entry.as_string()->get());
    }
    return values;
  }

  /// The sections below `key` in the order in which they are written.
  std::vector<std::pair<std::string, const toml::node*>> in_order(const std::string& key) {
    std::vector<std::pair<std::string, const toml::node*>> entries;
    const toml::node* node = find(key);
    if (!node)
      return entries;
    if (!node->is_table())
      wrong(*node, key, "a section");
    for (const auto& [name, value] : *node->as_table())
      entries.emplace_back(std::string(name.str()), &value);
    std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
      const auto &left = a.second->source().begin, &right = b.second->source().begin;
      return std::pair(left.line, left.column) < std::pair(right.line, right.column);
    });
    return entries;
  }

  void finish() const {
    for (const auto& [key, node] : table_)
      if (!known_.contains(std::string(key.str())))
        fail(node, fmt::format("'{}' is not known in [{}]", key.str(), name_),
             fmt::format("use one of {}", fmt::join(known_, ", ")));
  }

  const toml::table& table() const { return table_; }

 private:
  [[noreturn]] void wrong(const toml::node& node, const std::string& key, const std::string& kind) const {
    fail(node, fmt::format("'{}' in [{}] must be {}", key, name_, kind), "correct its value");
  }

  const toml::table& table_;
  std::string name_;
  std::set<std::string> known_;
};

/// A code as a cell would show it: 7, 7.5, "refused".
std::string code_text(const toml::node& node) {
  if (node.is_string())
    return node.as_string()->get();
  if (node.is_number())
    return fmt::format("{}", *node.value<double>());
  fail(node, "a code for missing must be a number or a text", "correct the list");
}

/// level = ["L1", "L2"] and the columns made from them: density = "{level}_hu".
void read_long_form(Section& data, Plan& plan) {
  for (const auto& [name, node] : data.in_order("long")) {
    if (name == "level")
      plan.long_form.levels = data.texts(*node, "long.level");
    else if (node->is_string() && node->as_string()->get().find("{level}") != std::string::npos)
      plan.long_form.columns.emplace_back(name, node->as_string()->get());
    else
      fail(*node, fmt::format("'{}' in [data.long] must be a column's name with {{level}} in it", name),
           "write \"{level}_hu\"");
  }
  if (plan.long_form.levels.empty() != plan.long_form.columns.empty())
    throw ConfigError("[data.long] needs level and at least one column (the table could not be turned); give both");
}

void read_data(Section& root, Plan& plan) {
  const toml::node* node = root.find("data");
  if (!node || !node->is_table())
    throw ConfigError("the plan has no section [data] (it does not say what to analyse); add [data] with tables");
  Section data(*node->as_table(), "data");
  data.read("tables", plan.tables);
  data.read("key", plan.key);
  for (const auto& [column, codes] : data.in_order("missing")) {
    if (!codes->is_array())
      fail(*codes, fmt::format("the codes of '{}' must be a list", column), "write them as [7, 9]");
    for (const toml::node& code : *codes->as_array())
      plan.missing[column].push_back(code_text(code));
  }
  read_long_form(data, plan);
  data.finish();
}

/// column = { unit = "g/cm2", low = 0.2, high = 2.0 }
void read_units(Section& root, Plan& plan) {
  for (const auto& [column, node] : root.in_order("units")) {
    if (!node->is_table())
      fail(*node, fmt::format("the unit of '{}' must be a section", column),
           "write { unit = ..., low = ..., high = ... }");
    Section section(*node->as_table(), "units." + column);
    std::optional<double> low, high;
    Quantity quantity;
    section.read("unit", quantity.unit);
    section.read("low", low);
    section.read("high", high);
    section.finish();
    if (quantity.unit.empty() || !low || !high || !(*low < *high))
      fail(*node, fmt::format("'{}' lacks a unit, or a low below a high", column), "give all three");
    quantity.low = *low;
    quantity.high = *high;
    plan.units[column] = quantity;
  }
}

void read_variables(Section& root, Plan& plan) {
  for (const auto& [name, node] : root.in_order("variables")) {
    if (!node->is_string())
      fail(*node, fmt::format("variable '{}' must be an expression in quotes", name), "quote it");
    plan.variables.emplace_back(name, node->as_string()->get());
  }
}

void read_design(Section& root, Plan& plan) {
  const toml::node* node = root.find("design");
  if (!node)
    return;
  if (!node->is_table())
    fail(*node, "'design' must be a section", "write [design]");
  Section design(*node->as_table(), "design");
  design.read("weights", plan.weights);
  design.read("strata", plan.strata);
  design.read("psu", plan.psu);
  design.read("domain", plan.domain);
  std::string lonely = "fail";
  design.read("lonely", lonely);
  if (lonely != "fail" && lonely != "center" && lonely != "ignore")
    fail(*node, fmt::format("lonely = '{}' is not known", lonely), "use fail, center or ignore");
  plan.lonely = lonely == "fail" ? LonelyPsu::Fail : lonely == "center" ? LonelyPsu::Center : LonelyPsu::Ignore;
  design.finish();
}

void check_type(const toml::node& node, const ModelSpec& model) {
  const std::vector<std::string> types =
      model.family == "icc"     ? std::vector<std::string>{"one_way", "agreement", "consistency"}
      : model.family == "kappa" ? std::vector<std::string>{"none", "linear", "quadratic"}
                                : std::vector<std::string>{};
  if (!model.type.empty() && std::find(types.begin(), types.end(), model.type) == types.end())
    fail(node, fmt::format("model '{}': type '{}' is not known", model.id, model.type),
         types.empty() ? "leave it out" : fmt::format("use one of {}", fmt::join(types, ", ")));
  if (!model.split.empty() && (model.split != "within" || model.family != "mixed"))
    fail(node, fmt::format("model '{}': split '{}' is not known", model.id, model.split),
         "use \"within\" in a mixed model, or leave it out");
  if ((model.family == "bland_altman" || model.family == "kappa" || model.family == "mantel_haenszel") &&
      model.terms.size() != 1)
    fail(node, fmt::format("model '{}': {} takes one term", model.id, model.family), "name one");
}

void check_model(const toml::node& node, const ModelSpec& model, const Plan& plan) {
  const auto& families = model_families();
  if (model.id.empty() || model.outcome.empty() || model.terms.empty())
    fail(node, fmt::format("model '{}' lacks an id, an outcome or terms", model.id), "give all three");
  if (std::any_of(plan.models.begin(), plan.models.end(), [&](const auto& other) { return other.id == model.id; }))
    fail(node, fmt::format("two models have the id '{}'", model.id), "rename one");
  if (std::find(families.begin(), families.end(), model.family) == families.end())
    fail(node, fmt::format("model '{}': family '{}' is not known", model.id, model.family),
         fmt::format("use one of {}", fmt::join(families, ", ")));
  if (model.design != "simple" && model.design != "survey")
    fail(node, fmt::format("model '{}': design '{}' is not known", model.id, model.design), "use simple or survey");
  if (model.design == "survey" && plan.weights.empty() && plan.psu.empty())
    fail(node, fmt::format("model '{}' wants a survey design", model.id), "give weights, strata and psu in [design]");
  const bool cluster = model.errors.starts_with("cluster(") && model.errors.ends_with(')');
  if (model.errors != "classical" && model.errors != "hc3" && model.errors != "linearized" &&
      model.errors != "bootstrap" && !cluster)
    fail(node, fmt::format("model '{}': errors '{}' are not known", model.id, model.errors),
         "use classical, hc3, bootstrap or cluster(x)");
  if (model.errors == "hc3" && (model.family != "linear" || model.design == "survey"))
    fail(node, fmt::format("model '{}': hc3 errors are for linear models of a simple design", model.id),
         "leave errors out");
  const std::vector<std::string> drawn{"linear",   "logistic", "tobit",   "ordinal",          "negative_binomial",
                                       "spearman", "kendall",  "pearson", "partial_spearman", "partial_pearson"};
  if (model.errors == "bootstrap" && std::find(drawn.begin(), drawn.end(), model.family) == drawn.end())
    fail(node, fmt::format("model '{}': there are no bootstrap errors for {}", model.id, model.family),
         fmt::format("use one of {}", fmt::join(drawn, ", ")));
  if (model.family == "mixed" && model.group.empty())
    fail(node, fmt::format("model '{}' is mixed without a group", model.id), "name the column that groups its rows");
  check_type(node, model);
}

void read_models(Section& root, Plan& plan) {
  const toml::node* node = root.find("model");
  if (!node && plan.progression)
    return; // it brings its own models
  if (!node || !node->is_array_of_tables())
    throw ConfigError("the plan has no [[model]] (it does not say what to fit); add at least one");
  for (const toml::node& entry : *node->as_array()) {
    Section section(*entry.as_table(), "[model]");
    ModelSpec model;
    section.read("id", model.id);
    section.read("family", model.family);
    section.read("design", model.design);
    section.read("outcome", model.outcome);
    section.read("terms", model.terms);
    section.read("errors", model.errors);
    section.read("subset", model.subset);
    section.read("group", model.group);
    section.read("limit", model.limit);
    section.read("groups", model.groups);
    section.read("imputations", model.imputations);
    section.read("type", model.type);
    section.read("split", model.split);
    section.finish();
    check_model(entry, model, plan);
    plan.models.push_back(std::move(model));
  }
}

void read_progression(Section& root, Plan& plan) {
  const toml::node* node = root.find("progression");
  if (!node)
    return;
  if (!node->is_table())
    fail(*node, "'progression' must be a section", "write [progression]");
  Section section(*node->as_table(), "progression");
  ProgressionSpec& spec = plan.progression.emplace();
  section.read("first", spec.first);
  section.read("second", spec.second);
  section.read("years", spec.years);
  section.read("bone_first", spec.bone_first);
  section.read("bone_second", spec.bone_second);
  section.read("precision_error", spec.precision_error);
  section.read("arm", spec.arm);
  section.read("adjust", spec.adjust);
  section.finish();
  if (spec.first.empty() || spec.second.empty() || spec.years.empty())
    fail(*node, "[progression] lacks first, second or years", "name the three columns");
  if (spec.bone_first.empty() != spec.bone_second.empty() || (spec.bone_first.empty() && spec.arm.empty()))
    fail(*node, "[progression] needs bone_first and bone_second, or an arm", "name what calcium is held against");
}

void read_published(Section& root, Plan& plan) {
  const toml::node* node = root.find("published");
  if (!node)
    return;
  if (!node->is_array_of_tables())
    fail(*node, "'published' must be a list of sections", "write [[published]]");
  for (const toml::node& entry : *node->as_array()) {
    Section section(*entry.as_table(), "[published]");
    Published one;
    std::string scale = "slope";
    std::optional<double> estimate, low, high;
    section.read("source", one.source);
    section.read("outcome", one.outcome);
    section.read("scale", scale);
    section.read("estimate", estimate);
    section.read("ci_low", low);
    section.read("ci_high", high);
    section.finish();
    one.ratio = scale == "odds_ratio";
    if (!one.ratio && scale != "slope")
      fail(entry, fmt::format("scale = '{}' is not known", scale), "use slope or odds_ratio");
    if (one.source.empty() || one.outcome.empty() || !estimate || !low || !high || !(*low < *high) ||
        (one.ratio && !(*low > 0)))
      fail(entry, "a published number lacks source, outcome, estimate or its interval", "give all five");
    one.estimate = *estimate, one.ci_low = *low, one.ci_high = *high;
    plan.published.push_back(one);
  }
}

void read_question(Section& root, Plan& plan) {
  const toml::node* node = root.find("question");
  if (!node || !node->is_table())
    return;
  Section section(*node->as_table(), "question");
  Question& question = plan.question;
  section.read("lead", question.lead);
  section.read("age", question.age);
  section.read("strata", question.strata);
  section.read("physics", question.physics);
  section.read("precision_error", question.precision_error);
  section.read("outcome_cut", question.outcome_cut);
  section.read("exposure_cut", question.exposure_cut);
  section.read("negative_control", question.negative_control);
  section.finish();
  if (!question.lead.empty() && std::none_of(plan.models.begin(), plan.models.end(),
                                             [&](const auto& model) { return model.id == question.lead; }))
    fail(*node, fmt::format("no model has the id '{}' that lead names", question.lead), "name one of the models");
}

void read_specification(Section& root, Plan& plan) {
  const toml::node* node = root.find("specification");
  if (!node || !node->is_table())
    return;
  Section section(*node->as_table(), "specification");
  section.read("outcomes", plan.specification.outcomes);
  section.read("exposures", plan.specification.exposures);
  section.read("designs", plan.specification.designs);
  for (const auto& [name, terms] : section.in_order("covariates"))
    plan.specification.covariates.emplace_back(name, section.texts(*terms, "covariates." + name));
  section.finish();
}

void read_bootstrap(Section& root, Plan& plan) {
  const toml::node* node = root.find("bootstrap");
  if (!node || !node->is_table())
    return;
  Section section(*node->as_table(), "bootstrap");
  section.read("draws", plan.bootstrap_draws);
  section.read("seed", plan.seed);
  section.finish();
}

} // namespace

const std::vector<std::string>& model_families() {
  static const std::vector<std::string> families{
      "linear",   "logistic",          "firth",           "tobit",          "ordinal",
      "two_part", "negative_binomial", "zero_inflated",   "spearman",       "kendall",
      "pearson",  "partial_spearman",  "partial_pearson", "trend",          "mixed",
      "icc",      "bland_altman",      "kappa",           "mantel_haenszel"};
  return families;
}

Plan parse_plan(const std::string& text) {
  toml::table parsed;
  try {
    parsed = toml::parse(text);
  } catch (const toml::parse_error& error) {
    throw ConfigError(
        fmt::format("plan line {}: {} (it is no TOML); correct it", error.source().begin.line, error.description()));
  }
  Plan plan;
  plan.text = text;
  Section root(parsed, "plan");
  read_data(root, plan);
  read_variables(root, plan);
  read_units(root, plan);
  read_design(root, plan);
  read_progression(root, plan);
  read_models(root, plan);
  if (plan.progression)
    expand_progression(plan);
  read_published(root, plan);
  read_question(root, plan);
  read_specification(root, plan);
  read_bootstrap(root, plan);
  root.finish();
  return plan;
}

Plan read_plan(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream || std::filesystem::is_directory(file))
    throw IoError(
        fmt::format("cannot read the plan {} (it does not exist or may not be read); check the path", file.string()));
  Plan plan = parse_plan({std::istreambuf_iterator<char>(stream), {}});
  for (std::filesystem::path& table : plan.tables)
    if (table.is_relative())
      table = file.parent_path() / table;
  if (std::filesystem::path control(plan.question.negative_control); !control.empty() && control.is_relative())
    plan.question.negative_control = (file.parent_path() / control).string();
  return plan;
}

} // namespace osteocalc::cohort
