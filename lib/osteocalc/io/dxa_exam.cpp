// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/dxa_exam.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <span>
#include <string>
#include <vector>

namespace osteocalc::io {
namespace {

/// Words in lower case: "LeftFemur_02" and "LEFT-FEMUR 2" both are left, femur, 2. UTF-8 and Latin-1 umlauts and
/// accents are dropped to their letter's neighbours: they only end a word.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  char before = ' ';
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    const auto b = static_cast<unsigned char>(before);
    const bool letter = std::isalpha(u) != 0, digit = std::isdigit(u) != 0;
    const bool hump = std::isupper(u) != 0 && std::islower(b) != 0;
    const bool changes = (digit && std::isalpha(b) != 0) || (letter && std::isdigit(b) != 0);
    if (letter || digit) {
      if (words.empty() || hump || changes || std::isalnum(b) == 0)
        words.emplace_back();
      words.back() += static_cast<char>(std::tolower(u));
    }
    before = c;
  }
  return words;
}

bool any(const std::vector<std::string>& words, std::span<const std::string_view> wanted) {
  return std::ranges::any_of(words, [&](const std::string& word) {
    return std::ranges::find(wanted, std::string_view(word)) != wanted.end();
  });
}

/// True when one word holds one of these stems: "lumbosacral", "Oberschenkelhals".
bool holds(const std::vector<std::string>& words, std::span<const std::string_view> stems) {
  return std::ranges::any_of(words, [&](const std::string& word) {
    return std::ranges::any_of(stems, [&](std::string_view stem) { return word.find(stem) != std::string::npos; });
  });
}

constexpr std::array<std::string_view, 13> left_words{
    "left", "lt", "l", "li", "lft", "links", "linke", "linkes", "gauche", "izquierda", "izquierdo", "izq", "sinistra"};
constexpr std::array<std::string_view, 13> right_words{
    "right", "rt", "r", "re", "rgt", "rechts", "rechte", "rechtes", "droite", "droit", "derecha", "derecho", "destra"};
constexpr std::array<std::string_view, 6> whole_stems{"wholebody", "totalbody", "ganzkoerper",
                                                      "ganzk",     "bodycomp",  "corpsentier"};
constexpr std::array<std::string_view, 5> whole_words{"whole", "total", "entire", "entier", "entero"};
constexpr std::array<std::string_view, 6> body_words{"body", "corps", "cuerpo", "corpo", "composition", "comp"};
constexpr std::array<std::string_view, 3> whole_short{"tb", "wb", "tbody"};
constexpr std::array<std::string_view, 6> knee_stems{"knee", "knie", "genou", "rodilla", "ginocchio", "patella"};
constexpr std::array<std::string_view, 13> femur_stems{"femur",        "femor",        "hip",  "huft", "hueft",
                                                       "hanche",       "cadera",       "anca", "mur",  "trochant",
                                                       "oberschenkel", "schenkelhals", "ufte"};
constexpr std::array<std::string_view, 12> spine_stems{"spine",  "spinal",  "lumb",   "lomb",   "rachis",  "columna",
                                                       "colonn", "vertebr", "wirbel", "lspine", "apspine", "wervel"};
constexpr std::array<std::string_view, 5> spine_words{"lws", "ls", "lsp", "bws", "lwk"};
constexpr std::array<std::string_view, 7> lateral_words{"lateral", "lat",      "latspine", "seitlich",
                                                        "profil",  "laterale", "decubitus"};
constexpr std::array<std::string_view, 7> lateral_short{"lva", "iva", "vfa", "dva", "lvfa", "morphometry", "aac"};
constexpr std::array<std::string_view, 3> frontal_words{"ap", "pa", "frontal"};

enum class Part { Spine, LateralSpine, Femur, Knee, WholeBody };

std::optional<Part> part_of(const std::vector<std::string>& words) {
  if (any(words, lateral_short))
    return Part::LateralSpine;
  if (holds(words, knee_stems))
    return Part::Knee;
  const bool spine = holds(words, spine_stems) || any(words, spine_words) ||
                     (any(words, frontal_words) && std::ranges::count(words, "l") > 1); // "AP L1-L4"
  if (spine)
    return any(words, lateral_words) ? Part::LateralSpine : Part::Spine;
  // "total hip" is a hip, so the whole body comes after it.
  if (holds(words, femur_stems))
    return Part::Femur;
  if (holds(words, whole_stems) || any(words, whole_short) || (any(words, whole_words) && any(words, body_words)) ||
      (any(words, body_words) && holds(words, std::array<std::string_view, 2>{"composition", "comp"})))
    return Part::WholeBody;
  return std::nullopt;
}

enum class Side { Left, Right };

std::optional<Side> side_of(const std::vector<std::string>& words) {
  const bool left = any(words, left_words), right = any(words, right_words);
  if (left == right)
    return std::nullopt;
  return left ? Side::Left : Side::Right;
}

} // namespace

std::optional<DxaExam> dxa_exam_from(const ExamWords& texts) {
  const std::array all{words_of(texts.protocol_name), words_of(texts.series_description), words_of(texts.body_part),
                       words_of(texts.study_description)};
  std::optional<Part> part;
  for (const auto& words : all) {
    const auto named = part_of(words);
    if (!part)
      part = named;
    else if (*part == Part::Spine && named == Part::LateralSpine)
      part = named;
  }
  if (!part)
    return std::nullopt;
  std::optional<Side> side;
  for (const auto& words : {words_of(texts.laterality), all[0], all[1], all[2], all[3]})
    if (!side)
      side = side_of(words);
  switch (*part) {
  case Part::Spine:
    return DxaExam::Spine;
  case Part::LateralSpine:
    return DxaExam::LateralSpine;
  case Part::WholeBody:
    return DxaExam::WholeBody;
  case Part::Femur:
    if (side)
      return *side == Side::Left ? DxaExam::FemurLeft : DxaExam::FemurRight;
    break;
  case Part::Knee:
    if (side)
      return *side == Side::Left ? DxaExam::KneeLeft : DxaExam::KneeRight;
    break;
  }
  return std::nullopt;
}

bool is_dxa_modality(std::string_view modality) noexcept {
  constexpr std::array<std::string_view, 5> names{"CR", "OT", "DX", "SC", "BMD"};
  return std::ranges::find(names, modality) != names.end();
}

bool is_areal_density_unit(std::string_view unit) {
  std::string plain;
  for (const char c : unit)
    if (c != ' ' && c != '^' && c != '{' && c != '}')
      plain += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return plain == "g/cm2" || plain == "g.cm-2" || plain == "gm/cm2";
}

} // namespace osteocalc::io
