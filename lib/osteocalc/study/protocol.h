// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace osteocalc::study {

/// What a series is judged for.
enum class Use { Calcium, Bone, Calibration };
inline constexpr std::array all_uses{Use::Calcium, Use::Bone, Use::Calibration};
[[nodiscard]] std::string_view to_string(Use use) noexcept;

/// What a finding or a mismatch means: nothing, a value with a warning, no value.
enum class Verdict { Accept, Flag, Refuse };
[[nodiscard]] std::string_view to_string(Verdict verdict) noexcept;

/// Properties of a series that a protocol may speak of.
inline constexpr std::array<std::string_view, 5> number_keys{"increment_mm", "thickness_mm", "kvp_kv", "slices",
                                                             "coverage_mm"};
inline constexpr std::array<std::string_view, 2> word_keys{"kernel", "contrast"};

struct Range {
  double low = 0, high = 0; ///< both included
};

/// Conditions that must all hold.
struct Alternative {
  std::string name;
  std::map<std::string, Range, std::less<>> ranges;                   ///< by number key
  std::map<std::string, std::vector<std::string>, std::less<>> words; ///< by word key: any of them
};

/// One step of comparing two series: by nearness to a number, by size, or by the order of words.
struct Preference {
  std::string key;
  std::optional<double> near{};
  bool most = false;              ///< the larger number first, unless `near`
  std::vector<std::string> words; ///< best first, for word keys
};

/// How one use is judged.
struct UseRules {
  std::vector<Alternative> fit; ///< one must hold; the earlier, the better
  Verdict otherwise = Verdict::Flag;
  std::vector<Preference> prefer; ///< what decides among series of one verdict and alternative
};

/// A policy: what each finding means, and what each use asks for.
struct Protocol {
  std::string name;
  std::map<std::string, std::array<Verdict, 3>, std::less<>> rules; ///< by rule id and use
  std::array<UseRules, 3> uses;

  [[nodiscard]] const UseRules& operator[](Use use) const { return uses[static_cast<std::size_t>(use)]; }
  [[nodiscard]] Verdict verdict(std::string_view rule, Use use) const; ///< Flag for a rule that is not listed
};

/// The protocol that ships (pipelines/protocols/default.toml).
[[nodiscard]] const Protocol& default_protocol();

/// A user's protocol over the default one: rules it leaves out keep their verdicts, a use it gives is replaced.
/// \throw ConfigError that names file, line and key; IoError
[[nodiscard]] Protocol read_protocol(const std::filesystem::path& file);
[[nodiscard]] Protocol parse_protocol(std::string_view text, const std::string& where);

} // namespace osteocalc::study
