// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/study/protocol.h"

#include "osteocalc/core/error.h"
#include "osteocalc/reference/table_reader.h"

#include "default_protocol_text.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>

namespace osteocalc::study {
namespace {

/// Reads one document; every complaint names the file, the line and the key.
class Parser {
 public:
  Parser(std::string_view text, std::string where) : where_(std::move(where)) {
    try {
      document_ = toml::parse(text, where_);
    } catch (const toml::parse_error& error) {
      throw ConfigError(
          fmt::format("{}, line {}: no TOML: {}", where_, error.source().begin.line, error.description()));
    }
  }

  void read_into(Protocol& protocol) const {
    for (const auto& [key, node] : document_) {
      if (key == "schema") {
        if (node.value<std::string>() != "osteocalc.protocol/1")
          fail(node, key, "must be \"osteocalc.protocol/1\"");
      } else if (key == "name") {
        protocol.name = text(node, key);
      } else if (key == "rules") {
        read_rules(table(node, key), protocol);
      } else {
        const auto use = std::ranges::find(all_uses, key.str(), [](Use u) { return to_string(u); });
        if (use == all_uses.end())
          fail(node, key, "is no use; there are calcium, bone, calibration, and rules");
        protocol.uses[static_cast<std::size_t>(*use)] = read_use(table(node, key), std::string(key.str()));
      }
    }
    if (!document_.contains("schema"))
      throw ConfigError(where_ + ", line 1: 'schema' is missing; write schema = \"osteocalc.protocol/1\"");
  }

  /// Rules may be listed that the default protocol lists: others would never be looked up.
  const Protocol* known = nullptr;

 private:
  template <class Key>
  [[noreturn]] void fail(const toml::node& node, const Key& key, const std::string& problem) const {
    throw ConfigError(
        fmt::format("{}, line {}: '{}' {}", where_, node.source().begin.line, std::string_view(key), problem));
  }
  template <class Key>
  const toml::table& table(const toml::node& node, const Key& key) const {
    if (!node.is_table())
      fail(node, key, "must be a table");
    return *node.as_table();
  }
  template <class Key>
  const toml::array& array(const toml::node& node, const Key& key) const {
    if (!node.is_array())
      fail(node, key, "must be a list");
    return *node.as_array();
  }
  template <class Key>
  std::string text(const toml::node& node, const Key& key) const {
    const auto value = node.value<std::string>();
    if (!value)
      fail(node, key, "must be a text");
    return *value;
  }
  template <class Key>
  double number(const toml::node& node, const Key& key) const {
    const auto value = node.value<double>();
    if (!value)
      fail(node, key, "must be a number");
    return *value;
  }
  template <class Key>
  Verdict verdict(const toml::node& node, const Key& key) const {
    const std::string word = text(node, key);
    for (const Verdict one : {Verdict::Accept, Verdict::Flag, Verdict::Refuse})
      if (word == to_string(one))
        return one;
    fail(node, key, "is '" + word + "'; it must be accept, flag or refuse");
  }
  template <class Key>
  std::vector<std::string> words(const toml::node& node, const Key& key) const {
    std::vector<std::string> list;
    for (const toml::node& item : array(node, key))
      list.push_back(text(item, key));
    if (list.empty())
      fail(node, key, "must not be empty");
    return list;
  }

  void read_rules(const toml::table& rules, Protocol& protocol) const {
    for (const auto& [rule, node] : rules) {
      if (known != nullptr && !known->rules.contains(rule.str()))
        fail(node, rule, "is no rule of a series; the default protocol lists them all");
      std::array<Verdict, 3>& verdicts =
          protocol.rules.try_emplace(std::string(rule.str()), std::array{Verdict::Flag, Verdict::Flag, Verdict::Flag})
              .first->second;
      for (const auto& [use, word] : table(node, rule)) {
        const auto found = std::ranges::find(all_uses, use.str(), [](Use u) { return to_string(u); });
        if (found == all_uses.end())
          fail(word, use, "is no use; there are calcium, bone and calibration");
        verdicts[static_cast<std::size_t>(*found)] = verdict(word, use);
      }
    }
  }

  UseRules read_use(const toml::table& use, const std::string& name) const {
    UseRules rules;
    for (const auto& [key, node] : use) {
      if (key == "otherwise")
        rules.otherwise = verdict(node, key);
      else if (key == "fit")
        for (const toml::node& item : array(node, key))
          rules.fit.push_back(read_alternative(table(item, key)));
      else if (key == "prefer")
        for (const toml::node& item : array(node, key))
          rules.prefer.push_back(read_preference(table(item, key)));
      else
        fail(node, key, "is not known; [" + name + "] has fit, otherwise and prefer");
    }
    return rules;
  }

  Alternative read_alternative(const toml::table& conditions) const {
    Alternative alternative;
    for (const auto& [key, node] : conditions) {
      if (key == "name") {
        alternative.name = text(node, key);
      } else if (std::ranges::count(word_keys, key.str()) > 0) {
        alternative.words[std::string(key.str())] = words(node, key);
      } else if (std::ranges::count(number_keys, key.str()) > 0) {
        const toml::array& ends = array(node, key);
        if (ends.size() != 2)
          fail(node, key, "must be a range [lowest, highest]");
        const Range range{number(*ends.get(0), key), number(*ends.get(1), key)};
        if (!(range.low <= range.high))
          fail(node, key, "must be a range whose lowest number comes first");
        alternative.ranges[std::string(key.str())] = range;
      } else {
        fail(node, key,
             fmt::format("is not known; there are {}, {}", fmt::join(number_keys, ", "), fmt::join(word_keys, ", ")));
      }
    }
    if (alternative.name.empty())
      fail(conditions, std::string_view("fit"), "needs a name, which reasons are given by");
    return alternative;
  }

  Preference read_preference(const toml::table& entry) const {
    const toml::node* const key_node = entry.get("key");
    if (key_node == nullptr)
      fail(entry, std::string_view("prefer"), "needs a key");
    Preference preference{text(*key_node, std::string_view("key")), {}, false, {}};
    const bool is_word = std::ranges::count(word_keys, preference.key) > 0;
    if (!is_word && std::ranges::count(number_keys, preference.key) == 0)
      fail(*key_node, preference.key,
           fmt::format("is not known; there are {}, {}", fmt::join(number_keys, ", "), fmt::join(word_keys, ", ")));
    const toml::node* const order = entry.get("order");
    const toml::node* const near = entry.get("near");
    if ((order == nullptr) == (near == nullptr) || (is_word && order == nullptr))
      fail(entry, preference.key, is_word ? "needs an order of words" : "needs either order or near");
    if (near != nullptr)
      preference.near = number(*near, preference.key);
    else if (is_word)
      preference.words = words(*order, preference.key);
    else if (const std::string direction = text(*order, preference.key); direction == "most" || direction == "least")
      preference.most = direction == "most";
    else
      fail(*order, preference.key, "has order '" + direction + "'; it must be most or least");
    return preference;
  }

  std::string where_;
  toml::table document_;
};

} // namespace

std::string_view to_string(Use use) noexcept {
  return use == Use::Calcium ? "calcium" : use == Use::Bone ? "bone" : "calibration";
}

std::string_view to_string(Verdict verdict) noexcept {
  return verdict == Verdict::Accept ? "accept" : verdict == Verdict::Flag ? "flag" : "refuse";
}

Verdict Protocol::verdict(std::string_view rule, Use use) const {
  const auto found = rules.find(rule);
  return found == rules.end() ? Verdict::Flag : found->second[static_cast<std::size_t>(use)];
}

const Protocol& default_protocol() {
  static const Protocol protocol = [] {
    Protocol read;
    Parser(default_protocol_text, "default.toml").read_into(read);
    return read;
  }();
  return protocol;
}

Protocol parse_protocol(std::string_view text, const std::string& where) {
  Protocol protocol = default_protocol();
  Parser parser(text, where);
  parser.known = &default_protocol();
  parser.read_into(protocol);
  return protocol;
}

Protocol read_protocol(const std::filesystem::path& file) {
  return parse_protocol(reference::read_table_file(file), file.string());
}

} // namespace osteocalc::study
