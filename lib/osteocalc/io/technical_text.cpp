// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/technical_text.h"

#include "osteocalc/core/hashing.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <regex>

namespace osteocalc::io {
namespace {

using namespace std::string_view_literals;

constexpr std::array kernel_words{
    "A"sv,        "B"sv,           "C"sv,        "D"sv,        "E"sv,        "F"sv,
    "L"sv,        "SA"sv,          "SB"sv,       "YA"sv,       "YB"sv,       "YC"sv,
    "YD"sv,       "YE"sv,          "EB"sv,       "EC"sv,       "CA"sv,       "CB"sv,
    "CC"sv,       "CD"sv,          "XCA"sv,      "XCB"sv,      "XCC"sv,      "XCD"sv,
    "UA"sv,       "UB"sv,          "UC"sv,       "STD"sv,      "STND"sv,     "STANDARD"sv,
    "SOFT"sv,     "BONE"sv,        "PLUS"sv,     "LUNG"sv,     "EDGE"sv,     "SHARP"sv,
    "ULTRA"sv,    "CHEST"sv,       "CHST"sv,     "DETAIL"sv,   "BODY"sv,     "HEAD"sv,
    "BRAIN"sv,    "SMOOTH"sv,      "MEDIUM"sv,   "HR"sv,       "HD"sv,       "CARDIAC"sv,
    "BONEPLUS"sv, "ULTRASHARP"sv,  "SOFTPLUS"sv, "LUNGPLUS"sv, "EDGEPLUS"sv, "STANDARDPLUS"sv,
    "TISSUE"sv,   "MEDIASTINUM"sv, "ABDOMEN"sv,  "SPINE"sv};

constexpr std::array modalities{"CT"sv,  "MR"sv,      "PT"sv,       "NM"sv,     "US"sv,     "CR"sv,  "DX"sv,
                                "MG"sv,  "XA"sv,      "RF"sv,       "OT"sv,     "SC"sv,     "SR"sv,  "PR"sv,
                                "KO"sv,  "SEG"sv,     "RTSTRUCT"sv, "RTDOSE"sv, "RTPLAN"sv, "BMD"sv, "REG"sv,
                                "DOC"sv, "RTIMAGE"sv, "ECG"sv,      "RWV"sv,    "FID"sv,    "PX"sv,  "IO"sv};

/// Siemens and Canon: one or two letters, two digits, up to two small letters (B30f, Br40d, FC12).
bool is_kernel_code(std::string_view word) {
  const auto letters = std::find_if_not(word.begin(), word.end(), [](unsigned char c) { return std::isalpha(c) != 0; });
  const auto digits = std::find_if_not(letters, word.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
  return letters - word.begin() >= 1 && letters - word.begin() <= 2 && digits - letters == 2 &&
         word.end() - digits <= 2 &&
         std::all_of(digits, word.end(), [](unsigned char c) { return std::islower(c) != 0; });
}

std::string in_capitals(std::string_view text) {
  std::string upper(text);
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return upper;
}

bool is_kernel_word(std::string_view word) {
  const std::string upper = in_capitals(word);
  const bool strength = word.size() == 1 && std::isdigit(static_cast<unsigned char>(word.front())) != 0; // "Br40d\\3"
  return strength || is_kernel_code(word) || std::ranges::find(kernel_words, upper) != kernel_words.end();
}

/// Whether a description speaks of contrast; no value when it says nothing, or both ("without and with contrast").
std::optional<bool> says_contrast(std::string_view description) {
  static const std::regex both(R"(\bW(ITH)?( CONTRAST)?[ /]*(AND|&|\+)?[ /]*(WITHOUT|W/?O)\b)");
  static const std::regex without(R"(\b((WITHOUT|W/?O|NON?|PRE)[ -]*(IV)?[ -]*CONTRAST|WITHOUT|W/O)\b)");
  static const std::regex with(R"(\b(CONTRAST\w*|ANGIO\w*|C?CTA|ARTERIAL)\b|\bC\+)");
  std::string text = in_capitals(description);
  std::replace(text.begin(), text.end(), '_', ' ');
  const std::string rest = std::regex_replace(text, without, " ");
  const bool speaks = std::regex_search(rest, with), denies = rest != text;
  return std::regex_search(text, both) || speaks == denies ? std::nullopt : std::optional(speaks);
}

} // namespace

std::string device_code(std::string_view text) {
  return text.empty() ? "" : "code " + sha256_hex(text).substr(0, 16);
}

std::string shown_maker(std::string_view manufacturer) {
  constexpr std::array makers{"SIEMENS"sv,
                              "SIEMENS HEALTHINEERS"sv,
                              "GE MEDICAL SYSTEMS"sv,
                              "GE HEALTHCARE"sv,
                              "PHILIPS"sv,
                              "PHILIPS HEALTHCARE"sv,
                              "PHILIPS MEDICAL SYSTEMS"sv,
                              "TOSHIBA"sv,
                              "TOSHIBA_MEC"sv,
                              "CANON"sv,
                              "CANON_MEC"sv,
                              "CANON MEDICAL SYSTEMS"sv,
                              "HITACHI"sv,
                              "UIH"sv,
                              "UNITED IMAGING"sv,
                              "NEUSOFT"sv,
                              "IMATRON"sv,
                              "MARCONI"sv,
                              "PICKER"sv,
                              "OSTEOCALC"sv};
  return manufacturer.empty() || std::ranges::find(makers, in_capitals(manufacturer)) != makers.end()
             ? std::string(manufacturer)
             : device_code(manufacturer);
}

std::string shown_kernel(std::string_view kernel) {
  constexpr std::string_view separators = " \\/_-^+().,;:";
  std::string shown;
  bool all = true;
  for (std::size_t first = 0; (first = kernel.find_first_not_of(separators, first)) != std::string_view::npos;) {
    const std::size_t last = std::min(kernel.find_first_of(separators, first), kernel.size());
    if (const std::string_view word = kernel.substr(first, last - first); is_kernel_word(word))
      shown.append(shown.empty() ? "" : " ").append(word);
    else
      all = false;
    first = last;
  }
  return all ? std::string(kernel) : !shown.empty() ? shown : "unrecognised";
}

std::string shown_modality(std::string_view modality) {
  return std::ranges::find(modalities, modality) != modalities.end() ? std::string(modality) : "unrecognised";
}

bool hints_at_contrast(const DicomHeader& header) {
  const std::string agent = in_capitals(header.contrast_agent);
  if (!agent.empty() && agent != "NONE" && agent != "NO")
    return true;
  for (const std::string& text : {header.series_description, header.protocol_name, header.study_description})
    if (const auto said = says_contrast(text))
      return *said;
  return false;
}

} // namespace osteocalc::io
