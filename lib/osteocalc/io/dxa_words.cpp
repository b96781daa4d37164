// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/dxa_words.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <sstream>
#include <utility>
#include <vector>

namespace osteocalc::io {
namespace {

using Words = std::vector<std::string>;
using Names = std::initializer_list<std::string_view>;

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

Words split(const std::string& text) {
  std::istringstream in(text);
  Words words;
  for (std::string word; in >> word;)
    words.push_back(std::move(word));
  return words;
}

bool any(const Words& words, Names wanted) {
  return std::ranges::any_of(words,
                             [&](const std::string& word) { return std::ranges::find(wanted, word) != wanted.end(); });
}

bool starts(const Words& words, Names stems) {
  return std::ranges::any_of(words, [&](const std::string& word) {
    return std::ranges::any_of(stems, [&](std::string_view stem) { return word.starts_with(stem); });
  });
}

bool is_level(std::string_view word) {
  return word.size() == 2 && word[0] == 'l' && word[1] >= '1' && word[1] <= '4';
}

/// "L2", "L1-L4" for a run from one to the other, "L1,L3" for what leaves one out; "" when there is none.
std::string spine_site(const Words& words) {
  std::vector<char> levels;
  for (const std::string& word : words)
    if (is_level(word))
      levels.push_back(word[1]);
  if (levels.empty())
    return "";
  if (levels.size() == 1)
    return {'L', levels[0]};
  const bool is_run = levels.size() == 2 || levels.back() - levels.front() == std::ssize(levels) - 1;
  if (is_run && !any(words, {"and"}))
    return {'L', levels.front(), '-', 'L', levels.back()};
  std::string site;
  for (const char level : levels)
    site += std::string(site.empty() ? "L" : ",L") + level;
  return site;
}

bool is_spine(const Words& words) {
  return starts(words, {"spine", "spinal", "lumb", "lomb", "lws", "columna", "rachis", "wirbel"}) ||
         any(words, {"ls", "lspine", "aps"});
}

std::string site_of(const Words& words) {
  if (any(words, {"upper",  "lower", "body",    "wb",       "wbtot", "subtot", "subtotal", "head",
                  "arm",    "arms",  "leg",     "legs",     "rib",   "ribs",   "pelvis",   "trunk",
                  "radius", "ulna",  "forearm", "thoracic", "t12",   "l5",     "knee"}))
    return "";
  if (std::string spine = spine_site(words); !spine.empty())
    return spine;
  if (starts(words, {"inter"}))
    return "intertrochanter";
  if (starts(words, {"troch", "trokan"}) || any(words, {"gt"}))
    return "trochanter";
  if (starts(words, {"ward"}))
    return "wards";
  if (any(words, {"shaft"}))
    return "shaft";
  if (any(words, {"neck", "fn", "nk", "hals"}) || starts(words, {"schenkelhals", "collum"}))
    return "neck";
  if (any(words, {"htot", "tothip", "thip"}))
    return "total";
  const bool hip = starts(words, {"hip", "femur", "femor", "hanche", "cadera"});
  if (is_spine(words))
    return "L1-L4";
  if (hip)
    return "total";
  return any(words, {"tot", "total", "gesamt"}) ? "?" : "";
}

std::optional<DxaQuantity> quantity_of(const Words& words) {
  const bool is_score = any(words, {"tscore", "zscore"}); // a score's unit may be called SD
  if (!is_score && any(words, {"sd"}))
    return std::nullopt;
  if (any(words,
          {"sbmd",    "std",        "standardized", "standardised", "percent",   "pct",  "change", "cv",   "lsc",
           "rate",    "prev",       "previous",     "ref",          "reference", "peak", "vbmd",   "bmad", "dose",
           "product", "irradiated", "collimated",   "estimated",    "width",     "fat",  "lean"}))
    return std::nullopt;
  constexpr std::array<std::pair<std::string_view, DxaQuantity>, 7> names{{{"tscore", DxaQuantity::TScore},
                                                                           {"zscore", DxaQuantity::ZScore},
                                                                           {"bmd", DxaQuantity::Abmd},
                                                                           {"bmc", DxaQuantity::Bmc},
                                                                           {"area", DxaQuantity::Area},
                                                                           {"aac24", DxaQuantity::Aac24},
                                                                           {"aac8", DxaQuantity::Aac8}}};
  for (const auto& [name, quantity] : names)
    if (any(words, {name}))
      return quantity;
  return std::nullopt;
}

std::optional<BodySide> side_of(const Words& words) {
  const bool left = any(words, {"left", "lt", "links", "gauche"}),
             right = any(words, {"right", "rt", "rechts", "droit"});
  if (left == right)
    return std::nullopt;
  return left ? BodySide::Left : BodySide::Right;
}

double factor_of(std::string_view lower, DxaQuantity quantity) {
  const auto has = [&](std::string_view part) { return lower.find(part) != std::string_view::npos; };
  switch (quantity) {
  case DxaQuantity::Abmd:
    return has("mg/cm") || has("mg_cm") || has("mg.cm") || has("kg/m") ? (has("kg/m") ? 0.1 : 1e-3) : 1;
  case DxaQuantity::Bmc:
    return has("(mg)") || has("[mg]") || has("_mg") ? 1e-3 : 1;
  case DxaQuantity::Area:
    return has("mm2") || has("mm^2") || has("mm\xc2\xb2") || has("mm\xb2") || has("sq mm") ? 1e-2 : 1;
  default:
    return 1;
  }
}

/// NHANES: "DXX", the region in two letters, then BMD, BMC or A for the area.
std::optional<DxaWords> nhanes_words(const std::string& lower) {
  if (!lower.starts_with("dxx") || lower.size() < 6)
    return std::nullopt;
  if (lower == "dxxaac24")
    return DxaWords{DxaQuantity::Aac24, "", {}, 1};
  if (lower == "dxxaac8")
    return DxaWords{DxaQuantity::Aac8, "", {}, 1};
  constexpr std::array<std::pair<std::string_view, std::string_view>, 10> regions{{{"of", "total"},
                                                                                   {"nk", "neck"},
                                                                                   {"tr", "trochanter"},
                                                                                   {"in", "intertrochanter"},
                                                                                   {"wd", "wards"},
                                                                                   {"os", "L1-L4"},
                                                                                   {"l1", "L1"},
                                                                                   {"l2", "L2"},
                                                                                   {"l3", "L3"},
                                                                                   {"l4", "L4"}}};
  const std::string rest = lower.substr(5);
  for (const auto& [letters, site] : regions)
    if (lower.compare(3, 2, letters) == 0) {
      if (rest == "bmd")
        return DxaWords{DxaQuantity::Abmd, std::string(site), {}, 1};
      if (rest == "bmc")
        return DxaWords{DxaQuantity::Bmc, std::string(site), {}, 1};
      if (rest == "a")
        return DxaWords{DxaQuantity::Area, std::string(site), {}, 1};
    }
  return std::nullopt;
}

std::string lower_case(std::string_view text) {
  std::string lower;
  for (const char c : text)
    lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

} // namespace

std::string plain_words(std::string_view text) {
  std::string lower = lower_case(text);
  for (const char* dash : {"\xe2\x80\x93", "\xe2\x80\x94", "\xe2\x88\x92"}) // en dash, em dash, minus
    replace_all(lower, dash, "-");
  for (const char* name : {"t-score", "t score", "t_score", "tscr", "t-wert"})
    replace_all(lower, name, " tscore ");
  for (const char* name : {"z-score", "z score", "z_score", "zscr", "z-wert"})
    replace_all(lower, name, " zscore ");
  replace_all(lower, "bone mineral density", " bmd ");
  replace_all(lower, "bone mineral content", " bmc ");
  for (const char* name : {"aac-24", "aac 24", "aac_24"})
    replace_all(lower, name, " aac24 ");
  replace_all(lower, "l1l4", "l1 l4");
  std::string plain;
  for (const char c : lower)
    plain += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : ' ';
  std::string words;
  for (std::string word : split(plain)) {
    if (word == "abmd")
      word = "bmd";
    for (const std::string_view name : {"bmd", "bmc", "area", "tscore", "zscore"}) // "neckbmd"
      if (word.size() > name.size() + 1 && word.ends_with(name) && word != "vbmd" && word != "sbmd")
        word.insert(word.size() - name.size(), " ");
    words += (words.empty() ? "" : " ") + word;
  }
  return words;
}

DxaWords dxa_words(std::string_view text) {
  const std::string lower = lower_case(text);
  if (auto nhanes = nhanes_words(lower))
    return *nhanes;
  const Words words = split(plain_words(text));
  DxaWords found{quantity_of(words), site_of(words), side_of(words), 1};
  if (found.site == "?" && found.side) // the spine has none
    found.site = "total";
  if (lower.find('%') != std::string::npos)
    found.quantity.reset();
  if (found.quantity)
    found.factor = factor_of(lower, *found.quantity);
  return found;
}

std::optional<Printed> printed_number(std::string_view text) {
  std::string digits(text);
  for (const char* dash : {"\xe2\x80\x93", "\xe2\x88\x92"})
    replace_all(digits, dash, "-");
  std::erase_if(digits, [](char c) { return c == ' ' || c == '+'; });
  if (digits.find('.') == std::string::npos)
    std::ranges::replace(digits, ',', '.');
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size() || !std::isfinite(value))
    return std::nullopt;
  const std::size_t point = digits.find('.');
  const int decimals = point == std::string::npos ? 0 : static_cast<int>(digits.size() - point - 1);
  return Printed{value, digits.find_first_of("eE") == std::string::npos ? std::pow(10.0, -decimals) : 0};
}

ReportedExam reported_exam(const DxaWords& words, const Printed& number) {
  ReportedExam exam;
  if (words.quantity == DxaQuantity::Aac24 || words.quantity == DxaQuantity::Aac8) {
    exam.exam = DxaExam::LateralSpine;
    (words.quantity == DxaQuantity::Aac24 ? exam.aac24 : exam.aac8) = static_cast<int>(std::lround(number.value));
    return exam;
  }
  if (words.site.starts_with('L'))
    exam.exam = DxaExam::Spine;
  else if (words.side)
    exam.exam = *words.side == BodySide::Left ? DxaExam::FemurLeft : DxaExam::FemurRight;
  ReportedSite site{.site = words.site};
  const Printed in_units{number.value * words.factor, number.step * words.factor};
  switch (*words.quantity) {
  case DxaQuantity::Bmc:
    site.bmc_g = in_units;
    break;
  case DxaQuantity::Area:
    site.area_cm2 = in_units;
    break;
  case DxaQuantity::Abmd:
    site.abmd_g_cm2 = in_units;
    break;
  case DxaQuantity::TScore:
    site.t_score = number.value;
    break;
  default:
    site.z_score = number.value;
  }
  exam.sites.push_back(std::move(site));
  return exam;
}

} // namespace osteocalc::io
