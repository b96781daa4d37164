// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/checks.h"

#include "osteocalc/cohort/diagnostics.h"
#include "osteocalc/cohort/expression.h"
#include "osteocalc/cohort/formula.h"
#include "osteocalc/cohort/linear.h"
#include "osteocalc/cohort/logistic.h"
#include "osteocalc/cohort/measurement_error.h"
#include "osteocalc/cohort/spline.h"
#include "osteocalc/cohort/table_files.h"
#include "osteocalc/cohort/wald.h"
#include "osteocalc/core/error.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>

namespace osteocalc::cohort {

namespace {

bool uses(const std::string& term, const std::string& variable) {
  const std::vector<std::string> names = formula_variables({term});
  return std::find(names.begin(), names.end(), variable) != names.end();
}

/// The lead without the terms that hold a variable.
ModelSpec without(ModelSpec spec, const std::string& variable) {
  std::erase_if(spec.terms,
                [&](const std::string& term) { return &term != &spec.terms.front() && uses(term, variable); });
  return spec;
}

struct Level {
  std::string name;
  std::vector<bool> rows; ///< one mark a table row
};

/// Few values: each; many numbers: thirds of the domain.
std::vector<Level> levels_of(const PlanData& data, const std::string& variable) {
  const Column& column = data.table.column(variable);
  std::set<std::string> values;
  for (const std::size_t row : data.domain_rows)
    if (const auto text = cell_text(column, row))
      values.insert(*text);
  std::vector<Level> levels;
  const auto* numbers = std::get_if<Numbers>(&column.cells);
  if (values.size() <= 6 || !numbers) {
    for (const std::string& value : values) {
      levels.push_back({value, std::vector<bool>(data.table.rows())});
      for (std::size_t row = 0; row < data.table.rows(); ++row)
        levels.back().rows[row] = cell_text(column, row) == value;
    }
    return levels;
  }
  std::vector<double> known;
  for (const std::size_t row : data.domain_rows)
    if ((*numbers)[row])
      known.push_back(*(*numbers)[row]);
  const double low = quantile(known, 1.0 / 3), high = quantile(known, 2.0 / 3);
  const auto add = [&](const std::string& name, const auto& belongs) {
    levels.push_back({name, std::vector<bool>(data.table.rows())});
    for (std::size_t row = 0; row < data.table.rows(); ++row)
      levels.back().rows[row] = (*numbers)[row] && belongs(*(*numbers)[row]);
  };
  add(fmt::format("up to {:.4g}", low), [&](double x) { return x <= low; });
  add(fmt::format("{:.4g} to {:.4g}", low, high), [&](double x) { return x > low && x <= high; });
  add(fmt::format("above {:.4g}", high), [&](double x) { return x > high; });
  return levels;
}

ModelFrame marked_rows(const ModelFrame& frame, const std::vector<bool>& marks) {
  std::vector<bool> keep;
  for (const std::size_t row : frame.rows)
    keep.push_back(marks[row]);
  return keep_rows(frame, keep);
}

/// A column that is constant within the stratum carries nothing there.
void drop_constant(ModelFrame& frame) {
  for (std::size_t i = frame.names.size(); i-- > 2;) {
    const auto [low, high] = std::minmax_element(frame.columns[i].begin(), frame.columns[i].end());
    if (low == frame.columns[i].end() || *low == *high)
      remove_column(frame, frame.names[i]);
  }
}

StratumSlope fit_stratum(const PlanData& data, const Plan& plan, const ModelSpec& spec, const ModelFrame& all,
                         const Level& level, const std::string& variable, Issues& issues) {
  ModelFrame frame = marked_rows(all, level.rows);
  StratumSlope stratum{level.name, frame.rows.size(), std::nullopt};
  try {
    drop_constant(frame);
    if (frame.rows.size() <= frame.names.size())
      throw TableError(fmt::format("{} complete rows for {} coefficients (too few to estimate an error)",
                                   frame.rows.size(), frame.names.size()));
    const Model model = fit_frame(data, plan, spec, frame);
    stratum.slope = term(model, exposure_term(spec, model));
  } catch (const TableError& error) {
    issues.push_back(warning("COHORT-STRATUM", fmt::format("{} = {}", variable, level.name),
                             fmt::format("the model could not be fitted in this stratum: {}", error.what())));
  }
  return stratum;
}

/// A weighted fit is least squares on rows times the root of their weight; a logistic one, near its maximum, that of
/// its working outcome.
ModelFrame working_rows(const ModelFrame& frame, const Sampling& sampling, const FittedModel& lead) {
  ModelFrame scaled = frame;
  const std::vector<double> p =
      lead.spec.family == "logistic" ? fitted_probabilities(frame, lead.model) : std::vector<double>{};
  for (std::size_t i = 0; i < frame.rows.size(); ++i) {
    double weight = sampling.weight(i);
    if (!p.empty()) {
      const double spread = std::fmax(p[i] * (1 - p[i]), 1e-12);
      weight *= spread;
      scaled.outcome[i] = std::log(p[i] / (1 - p[i])) + (frame.outcome[i] - p[i]) / spread;
    }
    scaled.outcome[i] *= std::sqrt(weight);
    for (auto& column : scaled.columns)
      column[i] *= std::sqrt(weight);
  }
  return scaled;
}

/// The slope without each PSU or cluster in turn.
void leave_out_units(InfluenceCheck& check, const ModelFrame& working, const Sampling& sampling,
                     const SurveyDesign* design) {
  check.unit = design ? "PSU" : "cluster";
  const auto slopes = slopes_without(working, working.names[1], sampling.psu, sampling.stratum_of_psu.size());
  std::set<std::size_t> present(sampling.psu.begin(), sampling.psu.end());
  check.units = present.size();
  check.low = check.high = check.slope;
  double furthest = -1;
  for (const std::size_t unit : present) {
    if (!slopes[unit])
      continue;
    check.low = std::min(check.low, *slopes[unit]);
    check.high = std::max(check.high, *slopes[unit]);
    if (const double moved = std::abs(*slopes[unit] - check.slope); design && moved > furthest) {
      furthest = moved;
      check.most = fmt::format("stratum {}, PSU {}", design->strata_names[design->stratum_of_psu[unit]],
                               design->psu_names[unit]);
    }
  }
}

InfluenceCheck influence_check(const PlanData& data, const ModelFrame& frame, const Sampling& sampling,
                               const FittedModel& lead) {
  const ModelFrame working = working_rows(frame, sampling, lead);
  const Influence rows = influence(working, frame.names[1]);
  InfluenceCheck check;
  check.slope = term(lead.model, lead.exposure).estimate;
  check.units = frame.rows.size();
  check.low = rows.slope_low;
  check.high = rows.slope_high;
  for (const double cook : rows.cook) {
    check.max_cook = std::max(check.max_cook, cook);
    check.rows_over += cook > 4 / static_cast<double>(frame.rows.size());
  }
  const bool every_row_its_own = sampling.stratum_of_psu.size() >= frame.rows.size();
  if (sampling.kind != Sampling::Kind::Simple && !every_row_its_own)
    leave_out_units(check, working, sampling, sampling.kind == Sampling::Kind::Survey ? &*data.survey : nullptr);
  check.crosses_zero = check.low <= 0 && check.high >= 0;
  return check;
}

/// The precision error in the unit of the exposure's column: standardised exposures are in SDs.
MeasurementCheck measurement_check(const PlanData& data, const Plan& plan, const FittedModel& lead,
                                   const ModelFrame& frame, Parallel parallel) {
  MeasurementCheck check;
  check.precision_error = *plan.question.precision_error;
  const std::string& exposure = frame.names[1];
  double mean = 0, squares = 0;
  const auto n = static_cast<double>(frame.rows.size());
  for (const double x : frame.columns[1])
    mean += x / n;
  for (const double x : frame.columns[1])
    squares += (x - mean) * (x - mean);
  check.reliability = reliability(std::sqrt(squares / (n - 1)), check.precision_error);
  const Term& slope = term(lead.model, lead.exposure);
  check.calibrated = calibrated_slope(frame, slope, exposure, check.precision_error);
  const auto refit = [&](const ModelFrame& noisy) {
    return fit_frame(data, plan, lead.spec, noisy).terms.at(1).estimate;
  };
  SimexOptions options;
  options.draws = 50;
  options.seed = plan.seed;
  check.simex = simex(frame, exposure, check.precision_error, refit, options, parallel).corrected;
  return check;
}

std::optional<PhysicsCheck> physics_check(const PlanData& data, const Plan& plan, const FittedModel& lead,
                                          Issues& issues) {
  PhysicsCheck check;
  for (const std::string& term : physics_terms(data))
    if (std::none_of(lead.spec.terms.begin(), lead.spec.terms.end(),
                     [&](const std::string& known) { return uses(known, formula_variables({term}).front()); }))
      check.terms.push_back(term);
  if (check.terms.empty())
    return std::nullopt;
  ModelSpec spec = lead.spec;
  spec.id += "_scan";
  spec.terms.insert(spec.terms.end(), check.terms.begin(), check.terms.end());
  try {
    const FittedModel fitted = fit_plan_model(data, plan, spec);
    check.slope = term(fitted.model, fitted.exposure);
    check.n = fitted.model.n;
    return check;
  } catch (const TableError& error) {
    issues.push_back(warning("COHORT-SCAN", fmt::format("{}", fmt::join(check.terms, ", ")),
                             fmt::format("the scan's properties could not be adjusted for: {}", error.what())));
    return std::nullopt;
  }
}

DoseResponse dose_response(const PlanData& data, const Plan& plan, const FittedModel& lead) {
  ModelSpec spec = lead.spec;
  const std::string variable = spec.terms.front();
  const FormulaTerm spline{{Factor::Kind::Spline, variable, 4}};
  spec.terms.front() = term_text(spline);
  const ModelFrame plain = plan_frame(data, lead.spec), frame = plan_frame(data, spec);
  const Model model = fit_frame(data, plan, spec, frame);
  const std::vector<double> knots = spline_knots(plain.columns[1], 4);
  const std::vector<std::string> names = spline_names(variable, 4);
  DoseResponse result;
  result.reference = quantile(plain.columns[1], 0.5);
  const double low = quantile(plain.columns[1], 0.01), high = quantile(plain.columns[1], 0.99);
  std::vector<double> x{result.reference};
  for (int i = 0; i <= 48; ++i)
    x.push_back(low + (high - low) * i / 48);
  const std::vector<std::vector<double>> basis = spline_basis(x, knots);
  for (std::size_t i = 1; i < x.size(); ++i) {
    std::vector<double> weights;
    for (const std::vector<double>& column : basis)
      weights.push_back(column[i] - column[0]);
    const Term at = combination(model, "curve", names, weights);
    result.points.push_back({x[i], at.estimate, at.ci_low.value_or(at.estimate), at.ci_high.value_or(at.estimate)});
  }
  for (const ModelTest& test : model.tests)
    if (test.name.starts_with("overall") || test.name.starts_with("nonlinear"))
      result.tests.push_back(test);
  return result;
}

void add_residuals(LeadChecks& checks, const ModelFrame& frame, const Model& model) {
  const std::size_t step = (frame.rows.size() + 1499) / 1500;
  for (std::size_t i = 0; i < frame.rows.size(); i += step) {
    double fitted = 0;
    for (std::size_t c = 0; c < frame.columns.size(); ++c)
      fitted += model.terms[c].estimate * frame.columns[c][i];
    checks.fitted_and_residual.emplace_back(fitted, frame.outcome[i] - fitted);
  }
}

/// Variables that the control's columns allow.
Plan control_plan(const Plan& plan, const Table& control, const FittedModel& lead) {
  Plan reduced;
  std::set<std::string> known;
  for (const Column& column : control.columns())
    known.insert(column.name);
  for (const auto& [name, text] : plan.variables) {
    const std::vector<std::string> needed = Expression::parse(text).names();
    if (std::all_of(needed.begin(), needed.end(), [&](const auto& input) { return known.contains(input); })) {
      reduced.variables.emplace_back(name, text);
      known.insert(name);
    }
  }
  ModelSpec spec = lead.spec;
  spec.id = "negative_control";
  spec.design = "simple";
  spec.subset.clear();
  spec.errors = spec.family == "linear" ? "hc3" : "classical";
  spec.terms.resize(1);
  reduced.models = {spec};
  return reduced;
}

} // namespace

std::vector<StrataCheck> strata_checks(const PlanData& data, const Plan& plan, const FittedModel& lead,
                                       double crude_slope, Issues& issues) {
  std::vector<StrataCheck> checks;
  for (const std::string& variable : plan.question.strata) {
    StrataCheck check;
    check.variable = variable;
    const ModelSpec spec = without(lead.spec, variable);
    const ModelFrame all = plan_frame(data, spec);
    std::vector<Term> slopes;
    for (const Level& level : levels_of(data, variable)) {
      check.strata.push_back(fit_stratum(data, plan, spec, all, level, variable, issues));
      const auto& slope = check.strata.back().slope;
      if (slope && slope->se && *slope->se > 0) {
        slopes.push_back(*slope);
        check.sign_flips = check.sign_flips || (!covers_zero(*slope) && slope->estimate * crude_slope < 0);
      }
    }
    if (slopes.size() > 1)
      check.heterogeneity = heterogeneity(slopes);
    checks.push_back(std::move(check));
  }
  return checks;
}

std::optional<double> share_explained_by(const PlanData& data, const Plan& plan, const FittedModel& lead,
                                         double crude_slope, const std::string& variable) {
  if (variable.empty() || lead.spec.terms.size() < 2)
    return std::nullopt;
  ModelFrame frame = plan_frame(data, lead.spec);
  ModelSpec spec = lead.spec;
  spec.terms = {lead.spec.terms.front(), variable};
  ModelFrame alone = plan_frame(data, spec);
  std::vector<bool> marks(data.table.rows());
  for (const std::size_t row : frame.rows)
    marks[row] = true;
  const Model model = fit_frame(data, plan, spec, marked_rows(alone, marks));
  return 1 - term(model, exposure_term(spec, model)).estimate / crude_slope;
}

NegativeControl negative_control(const Plan& plan, const FittedModel& lead) {
  const Table control = read_table(plan.question.negative_control);
  const Plan reduced = control_plan(plan, control, lead);
  const FittedModel fitted = fit_plan_model(prepare_plan_data(control, reduced), reduced, reduced.models.front());
  return {control.name(), fitted.model.n, term(fitted.model, fitted.exposure)};
}

std::vector<std::string> physics_terms(const PlanData& data) {
  std::vector<std::string> terms;
  for (const std::string& term : data.physics) {
    const Column& column = data.domain_table.column(formula_variables({term}).front());
    std::set<std::string> values;
    for (std::size_t row = 0; row < data.domain_table.rows() && values.size() < 2; ++row)
      if (const auto text = cell_text(column, row))
        values.insert(*text);
    if (values.size() > 1)
      terms.push_back(term);
  }
  return terms;
}

LeadChecks check_lead(const PlanData& data, const Plan& plan, const FittedModel& lead, Issues& issues,
                      Parallel parallel) {
  LeadChecks checks;
  const auto attempt = [&](const std::string& what, const auto& body) {
    try {
      body();
    } catch (const TableError& error) {
      issues.push_back(info("COHORT-CHECK", what, error.what()));
    }
  };
  if (!is_regression(lead.spec.family) || !has_one_slope(lead.spec) || lead.spec.imputations > 0)
    return checks;
  const bool plain = lead.spec.family == "linear";
  const ModelFrame frame = plan_frame(data, lead.spec);
  const Sampling sampling = plan_sampling(data, lead.spec, frame);
  if (plain || (lead.spec.family == "logistic" && lead.model.converged))
    attempt("influence", [&] { checks.influence = influence_check(data, frame, sampling, lead); });
  if (plain) {
    attempt("variance inflation", [&] { checks.variance_inflation = variance_inflation(frame); });
    attempt("breusch-pagan", [&] { checks.breusch_pagan = breusch_pagan(frame); });
    add_residuals(checks, frame, lead.model);
  }
  if (plan.question.precision_error && (plain || lead.spec.family == "logistic"))
    attempt("measurement error", [&] { checks.measurement = measurement_check(data, plan, lead, frame, parallel); });
  checks.physics = physics_check(data, plan, lead, issues);
  if (plain || lead.spec.family == "logistic" || lead.spec.family == "tobit")
    attempt("dose-response", [&] { checks.dose_response = dose_response(data, plan, lead); });
  return checks;
}

} // namespace osteocalc::cohort
