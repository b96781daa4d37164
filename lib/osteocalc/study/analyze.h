// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/image/ct_image.h"
#include "osteocalc/image/label_map.h"
#include "osteocalc/study/calcium_options.h"
#include "osteocalc/study/study_result.h"

namespace osteocalc::study {

/// Cut-offs of the research flag \cite pickhardt2013
struct ParadoxOptions {
  double high_coronary_agatston = 100;
  std::optional<double> high_abdominal_agatston; ///< no table is shipped: the user's own
  double low_bmd_mg_cm3 = 120;
  double low_l1_hu = 135;  ///< at 120 kVp
  double low_t_score = -1; ///< of DXA, where no CT decides
};

struct AnalyzeOptions {
  CalciumOptions calcium;
  bool measure_calcium = true, measure_bone = true; ///< false where a protocol refuses the scan for it
  std::optional<double> kvp_kv;                     ///< instead of the header's
  std::optional<double> age_years;                  ///< instead of the header's
  std::optional<Sex> sex;                           ///< instead of the header's
  std::optional<std::string> subject;               ///< what stands for the person in the output
  calibration::Calibration calibration;
  bone::BoneOptions bone; ///< volume of interest and the user's contrast correction; the rest comes from the scan
  ParadoxOptions paradox;
  std::map<Vertebra, LevelEvidence> levels; ///< from a segmentation of ours
  Parallel parallel;
};

/// Calcium, bone and the flag from one scan and labels on its grid (TotalSegmentator's ids and our parts).
/// What cannot be measured is absent and has an Issue of level Refused.
/// \pre same_grid(image.hu.geometry(), labels.voxels.geometry())
[[nodiscard]] StudyResult analyze(const CtImage& image, const LabelMap& labels, const AnalyzeOptions& options);

struct DxaStudy;

/// The same from DXA alone: calcium and volumetric density are absent (Issue STUDY-NO-CT), `measure_*` and `calcium`
/// do not matter.
[[nodiscard]] StudyResult analyze_dxa_alone(const DxaStudy& dxa, const AnalyzeOptions& options);

/// Lays a person's DXA beside a scan's result and decides the flag again.
void add_dxa(StudyResult& result, const DxaStudy& dxa, const AnalyzeOptions& options);

} // namespace osteocalc::study
