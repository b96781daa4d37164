// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/study/paradox.h"

#include <algorithm>

namespace osteocalc::study {
namespace {

/// A bed's score; an incomplete bed still decides when what was seen is already above the cut-off.
std::optional<bool> above(const StudyResult& result, std::string_view name, double cut_off) {
  const auto bed = std::ranges::find(result.beds, name, &BedScore::bed);
  if (bed == result.beds.end() || !bed->reference)
    return std::nullopt;
  if (bed->reference->agatston >= cut_off)
    return true;
  return bed->complete ? std::optional(false) : std::nullopt;
}

/// By the lowest T of all sites that may be judged, as WHO's classes are given.
std::optional<bool> low_areal_density(const StudyResult& result, const ParadoxOptions& options) {
  std::optional<double> lowest;
  for (const DxaPart& part : result.dxa)
    for (const dxa::ScoredSite& site : part.result.sites)
      if (const auto t = site.scores.t_score; t && !site.excluded)
        lowest = std::min(lowest.value_or(*t), *t);
  return lowest ? std::optional(*lowest <= options.low_t_score) : std::nullopt;
}

std::optional<bool> low_trabecular_density(const StudyResult& result, const ParadoxOptions& options) {
  if (!result.bone)
    return std::nullopt;
  const bone::BoneResult& bone = *result.bone;
  if (calibration::is_absolute(bone.calibration) && bone.summary && bone.summary->bmd_mg_cm3)
    return *bone.summary->bmd_mg_cm3 < options.low_bmd_mg_cm3;
  const auto l1 = std::ranges::find(bone.vertebrae, Vertebra::L1, &bone::VertebraDensity::level);
  if (l1 == bone.vertebrae.end() || !l1->trabecular || l1->excluded || result.study.kvp_kv != 120.0 ||
      result.study.contrast == Contrast::Present)
    return std::nullopt;
  return l1->trabecular->mean_hu <= options.low_l1_hu;
}

} // namespace

Paradox classify_paradox(const StudyResult& result, const ParadoxOptions& options) {
  Paradox paradox;
  paradox.high_calcium = above(result, "coronary", options.high_coronary_agatston);
  if (!paradox.high_calcium && options.high_abdominal_agatston)
    paradox.high_calcium = above(result, "aorta_abdominal", *options.high_abdominal_agatston);
  paradox.low_bone = low_trabecular_density(result, options);
  if (!paradox.low_bone)
    paradox.low_bone = low_areal_density(result, options);
  if (paradox.high_calcium && paradox.low_bone)
    paradox.quadrant =
        *paradox.high_calcium ? (*paradox.low_bone ? "both" : "calcium") : (*paradox.low_bone ? "bone" : "neither");
  return paradox;
}

} // namespace osteocalc::study
