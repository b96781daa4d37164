// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/study/analyze.h"

#include "osteocalc/study/beds.h"
#include "osteocalc/study/blood_pool.h"
#include "osteocalc/study/paradox.h"

#include <algorithm>
#include <fmt/format.h>

namespace osteocalc::study {
namespace {

StudyInfo describe(const CtImage& image, const AnalyzeOptions& options) {
  const CtAcquisition& acquisition = image.acquisition;
  StudyInfo info;
  info.subject = options.subject;
  info.age_years = options.age_years ? options.age_years : acquisition.age_years;
  info.sex = options.sex ? options.sex : acquisition.sex;
  info.kvp_kv = options.kvp_kv ? options.kvp_kv : acquisition.kvp_kv;
  info.kernel = acquisition.kernel;
  info.increment_mm = image.hu.geometry().spacing_mm[2];
  info.slices = image.hu.size(2);
  return info;
}

calcium::ScoreOptions score_options(const CtImage& image, const StudyInfo& info, const AnalyzeOptions& options) {
  calcium::ScoreOptions score;
  for (const calcium::Variant variant : options.variants)
    if (variant != calcium::Variant::Reference)
      score.variants.push_back(variant);
  score.kvp_policy = options.kvp_policy;
  if (info.kvp_kv)
    score.kvp = KiloVolt{*info.kvp_kv};
  if (image.acquisition.nominal_thickness_mm)
    score.nominal_thickness = SliceThickness{*image.acquisition.nominal_thickness_mm};
  score.parallel = options.parallel;
  return score;
}

BedScore bed_score(calcium::RegionScores scored, bool complete) {
  BedScore bed;
  bed.bed = std::move(scored.region);
  bed.complete = complete;
  for (const calcium::VariantScore& score : scored.scores)
    if (score.variant == calcium::Variant::Reference)
      bed.reference = score;
  bed.variants = std::move(scored.scores);
  bed.lesions = std::move(scored.lesions);
  return bed;
}

void measure_calcium(const CtImage& image, const BedMap& map, const AnalyzeOptions& options, StudyResult& result) {
  append(result.issues, map.issues);
  if (map.beds.empty()) {
    result.issues.push_back(refused("CAL-NO-BED", "calcium",
                                    "the labels hold no artery (aorta 52 or 211-214, coronary 200-204) no calcium was "
                                    "scored"));
    return;
  }
  if (result.study.contrast == Contrast::Present) {
    result.issues.push_back(refused("CAL-CONTRAST", "calcium",
                                    "the blood is enhanced (130 HU no longer separates calcium from it) an Agatston "
                                    "score needs a scan without contrast"));
    for (const Bed& bed : map.beds)
      result.beds.push_back({bed.region.name, {}, {}, {}, bed.complete});
    return;
  }
  std::vector<calcium::Region> regions;
  for (const Bed& bed : map.beds)
    regions.push_back(bed.region);
  calcium::ScoreResult scored =
      calcium::score(image.hu, map.labels, regions, score_options(image, result.study, options));
  append(result.issues, scored.issues);
  for (std::size_t i = 0; i < map.beds.size(); ++i)
    result.beds.push_back(bed_score(std::move(scored.regions[i]), map.beds[i].complete));
  const bool coronary = std::ranges::any_of(result.beds, [](const BedScore& bed) { return bed.bed == "coronary"; });
  const bool thick = result.study.increment_mm > options.gated_increment_mm;
  if (coronary && (thick || has_rule(image.issues, "SEG-HEART-UNGATED")))
    result.issues.push_back(warning("CAL-LOWER-BOUND", "coronary",
                                    "the scan is thick or not gated (both hide calcium): the coronary score is a lower "
                                    "bound, not a risk class"));
}

} // namespace

StudyResult analyze(const CtImage& image, const LabelMap& labels, const AnalyzeOptions& options) {
  StudyResult result;
  result.study = describe(image, options);
  result.issues = image.issues;
  result.levels = options.levels;
  result.provenance.inputs_sha256 = image.inputs_sha256;
  const std::vector<bone::BodyFinding> bodies = bone::find_vertebral_bodies(labels.voxels, options.parallel);

  const BloodPool blood = measure_blood_pool(image.hu, labels.voxels);
  if (blood.median_hu)
    result.study.contrast = *blood.median_hu > options.contrast_above_hu ? Contrast::Present : Contrast::None;
  if (image.acquisition.contrast_hint && result.study.contrast == Contrast::None)
    result.issues.push_back(
        info("STUDY-CONTRAST-HINT", "study",
             fmt::format("the header names a contrast agent, but the aorta's blood reads {:.0f} HU: "
                         "it is not enhanced",
                         *blood.median_hu)));

  measure_calcium(image, make_beds(labels.voxels, bodies, options.parallel), options, result);

  bone::BoneOptions bone_options;
  bone_options.parallel = options.parallel;
  result.bone = bone::measure_bone(image.hu, bodies, options.calibration, bone_options);
  append(result.issues, result.bone->issues);
  result.paradox = classify_paradox(result, options.paradox);
  return result;
}

} // namespace osteocalc::study
