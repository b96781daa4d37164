// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/review/review.h"

namespace osteocalc::review {

std::map<std::string, std::optional<double>> numbers_of(const study::StudyResult& result) {
  std::map<std::string, std::optional<double>> numbers;
  for (const study::BedScore& bed : result.beds) {
    const auto& score = bed.reference;
    const auto of = [&](const char* name, const std::optional<double>& value) { numbers[bed.bed + name] = value; };
    of(".agatston", score ? std::optional(score->agatston) : std::nullopt);
    of(".volume_mm3", score ? std::optional(score->volume_mm3) : std::nullopt);
    of(".mass_mg", score ? score->mass_mg : std::nullopt);
    of(".density_score", score ? score->density_score : std::nullopt);
    of(".lesions", score ? std::optional<double>(score->lesions) : std::nullopt);
  }
  if (!result.bone)
    return numbers;
  for (const bone::VertebraDensity& vertebra : result.bone->vertebrae) {
    const std::string level(to_string(vertebra.level));
    numbers[level + ".hu"] = vertebra.trabecular ? std::optional(vertebra.trabecular->mean_hu) : std::nullopt;
    numbers[level + ".bmd_mg_cm3"] = vertebra.bmd_mg_cm3;
  }
  const auto& summary = result.bone->summary;
  numbers["spine.hu"] = summary ? std::optional(summary->mean_hu) : std::nullopt;
  numbers["spine.bmd_mg_cm3"] = summary ? summary->bmd_mg_cm3 : std::nullopt;
  return numbers;
}

} // namespace osteocalc::review
