// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/technical_text.h"

#include "osteocalc/core/hashing.h"

#include <algorithm>
#include <array>
#include <cctype>

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
  if (!header.contrast_agent.empty() && in_capitals(header.contrast_agent) != "NONE" &&
      in_capitals(header.contrast_agent) != "NO")
    return true;
  const std::string text =
      in_capitals(header.protocol_name + " " + header.series_description + " " + header.study_description);
  constexpr std::array<std::string_view, 4> without{"WITHOUT", "NON-CONTRAST", "NONCONTRAST", "W/O"};
  if (std::ranges::any_of(without, [&](std::string_view word) { return text.find(word) != std::string::npos; }))
    return false;
  constexpr std::array<std::string_view, 5> with{"CONTRAST", "ANGIO", "CTA", "C+", "ARTERIAL"};
  return std::ranges::any_of(with, [&](std::string_view word) { return text.find(word) != std::string::npos; });
}

} // namespace osteocalc::io
