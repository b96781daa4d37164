// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/study/analyze.h"

#include "osteocalc/core/hashing.h"
#include "osteocalc/study/blood_pool.h"
#include "osteocalc/study/calcium_measures.h"
#include "osteocalc/study/dxa_study.h"
#include "osteocalc/study/paradox.h"
#include "osteocalc/study/spine.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

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

/// What a reader's program must know to score alike, where it is not the default.
void note_scoring(const CalciumOptions& options, std::map<std::string, std::string>& noted) {
  if (options.kvp.policy != calcium::KvpPolicy::Standard)
    noted["kvp_policy"] = calcium::to_string(options.kvp.policy);
  if (options.kvp.policy == calcium::KvpPolicy::Custom)
    noted["kvp_bounds_hu"] = fmt::format("{}", fmt::join(options.kvp.custom_hu, ","));
  if (options.combine_slices_mm)
    noted["combine_slices_mm"] = fmt::format("{:g}", *options.combine_slices_mm);
}

} // namespace

StudyResult analyze(const CtImage& image, const LabelMap& labels, const AnalyzeOptions& options) {
  StudyResult result;
  result.study = describe(image, options);
  result.issues = image.issues;
  result.levels = options.levels;
  result.provenance.inputs_sha256 = image.inputs_sha256;
  note_scoring(options.calcium, result.provenance.options);
  const std::vector<bone::BodyFinding> bodies = bone::find_vertebral_bodies(labels.voxels, options.parallel);

  const BloodPool blood = measure_blood_pool(image.hu, labels.voxels, options.parallel);
  if (blood.median_hu)
    result.study.contrast = *blood.median_hu > options.calcium.contrast_above_hu ? Contrast::Present : Contrast::None;
  if (image.acquisition.contrast_hint && result.study.contrast == Contrast::None)
    result.issues.push_back(info("STUDY-CONTRAST-HINT", "study",
                                 fmt::format("the header speaks of contrast, but the aorta's blood reads {:.0f} HU: "
                                             "it is not enhanced",
                                             *blood.median_hu)));

  if (options.measure_calcium)
    measure_calcium(image, labels, bodies, blood, options, result);

  bone::BoneOptions bone_options = options.bone;
  bone_options.parallel = options.parallel;
  bone_options.contrast = contrast_phase(blood);
  bone_options.kvp_kv = result.study.kvp_kv;
  bone_options.age_years = result.study.age_years;
  if (options.measure_bone) {
    result.bone = measure_spine(image, labels, bodies, options.calibration, bone_options);
    append(result.issues, result.bone->issues);
  }
  if (result.bone && result.bone->summary && (result.bone->summary->category || result.bone->summary->l1_hu_category))
    result.provenance.tables.push_back(reference::bone_density_source());
  guard_contact(image, labels, options, result);
  result.paradox = classify_paradox(result, options.paradox);
  return result;
}

void add_dxa(StudyResult& result, const DxaStudy& dxa, const AnalyzeOptions& options) {
  result.dxa = dxa.parts;
  append(result.issues, dxa.issues);
  if (!result.study.age_years)
    result.study.age_years = dxa.age_years;
  if (!result.study.sex)
    result.study.sex = dxa.sex;
  std::string& inputs = result.provenance.inputs_sha256;
  inputs = inputs.empty() ? dxa.inputs_sha256 : sha256_hex(inputs + dxa.inputs_sha256);
  const bool scored = std::ranges::any_of(dxa.parts, [](const DxaPart& part) { return !part.result.sites.empty(); });
  if (scored) {
    result.provenance.options["dxa_reference"] = dxa.reference;
    result.provenance.tables.push_back(reference::dxa_reference_source(dxa.reference));
  }
  result.paradox = classify_paradox(result, options.paradox);
}

StudyResult analyze_dxa_alone(const DxaStudy& dxa, const AnalyzeOptions& options) {
  StudyResult result;
  result.study.modality = "DXA";
  result.study.subject = options.subject;
  result.study.age_years = options.age_years;
  result.study.sex = options.sex;
  result.issues.push_back(
      info("STUDY-NO-CT", "study",
           "the study holds no CT to measure, so there is neither a calcium score nor a volumetric density"));
  add_dxa(result, dxa, options);
  return result;
}

} // namespace osteocalc::study
