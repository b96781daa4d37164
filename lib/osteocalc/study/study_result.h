// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/bone/densitometry.h"
#include "osteocalc/calcium/lesion_mass.h"
#include "osteocalc/calcium/noise.h"
#include "osteocalc/calibration/identify.h"
#include "osteocalc/calibration/tissue_samples.h"
#include "osteocalc/core/anatomy.h"
#include "osteocalc/core/issue.h"
#include "osteocalc/dxa/dxa_result.h"
#include "osteocalc/image/dxa_image.h"
#include "osteocalc/reference/calcium_categories.h"
#include "osteocalc/reference/percentile_table.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace osteocalc::study {

enum class Contrast { None, Present, Unknown };
[[nodiscard]] std::string_view to_string(Contrast contrast) noexcept;

/// Who and how, without anything that names the person.
struct StudyInfo {
  std::optional<std::string> subject; ///< keyed hash of the patient id, or the id itself under --keep-ids
  std::optional<double> age_years;
  std::optional<Sex> sex;
  std::string modality = "CT"; ///< "DXA" where the study holds no CT
  std::optional<double> kvp_kv;
  std::string kernel;
  double increment_mm = 0;
  int slices = 0;
  Contrast contrast = Contrast::Unknown;
};

/// A lesion with its mass by integration, where the scan is calibrated.
struct BedLesion : calcium::Lesion {
  std::optional<calcium::LesionMass> mass;
};

/// A vascular bed's scores under every variant asked for; the reference variant also stands alone in `reference`.
struct BedScore {
  std::string bed{}; ///< "coronary", "coronary_lad", "aorta_abdominal", "aorta_level_L3", ...
  std::optional<calcium::VariantScore> reference{}; ///< absent: refused, see issues
  std::vector<calcium::VariantScore> variants{};
  std::vector<BedLesion> lesions{};
  bool complete = false; ///< the whole bed lies in the field of view
  std::string incomplete_reason{};
  std::optional<reference::CalciumCategory> category{}; ///< absent: no scheme for this bed, or the score is no class
  std::vector<reference::CalciumCategory> categories{}; ///< under every scheme
  std::vector<reference::CalciumCategory> variant_categories{}; ///< of `variants`, under the category's scheme
  std::optional<reference::Percentile> percentile{};
  std::optional<double> arterial_age_years{}; ///< coronary
  std::optional<double> valve_ratio{};        ///< aortic valve: score over the sex's bound
  std::optional<double> isotropic_volume_mm3{};
  std::optional<double> spatially_weighted{};     ///< needs a calibration and the blood's noise
  std::optional<double> integrated_mass_mg{};     ///< needs a calibration; of all lesions
  std::optional<double> expected_false_lesions{}; ///< that noise alone would make in this bed's area
};

/// A bed's score without lesions near bone, and the bone's density without voxels near a lesion.
struct ContactGuard {
  std::string bed;
  int distance_mm = 0;
  double agatston = 0;
  std::optional<double> bone_hu; ///< of the level beside a level's bed, else the spine's summary levels
};

/// One DXA exam of a study: measured in its image, or what the scanner reported of it.
struct DxaPart {
  std::optional<DxaExam> exam; ///< absent: not told
  bool reported = false;
  dxa::DxaResult result; ///< its issues stand in the study's too
};

/// The research flag, not a diagnosis. Absent where the measure it needs is absent.
struct Paradox {
  std::optional<bool> high_calcium, low_bone;
  std::optional<std::string> quadrant; ///< neither, calcium, bone, both
};

/// How sure a vertebra's level is; 0.95 and more counts as certain.
struct LevelEvidence {
  double confidence = 0;
  std::vector<Vertebra> alternatives; ///< most likely first
};

/// What a calibration was made from in the scan itself, for QC pictures; empty where it came from elsewhere.
struct CalibrationEvidence {
  std::optional<calibration::FoundPhantom> phantom;
  std::optional<calibration::SampledTissues> tissues;
};

struct StudyProvenance {
  std::map<std::string, std::string> options;
  std::vector<std::string> tables;
  std::string inputs_sha256;
};

/// Everything one study yields; what result.json holds.
struct StudyResult {
  StudyInfo study;
  std::vector<BedScore> beds;
  std::optional<int> vessels_with_calcium; ///< of LM, LAD, LCX, RCA; absent where calcium was not given to vessels
  std::vector<ContactGuard> contact_guard;
  std::optional<calcium::TissueNoise> noise; ///< of the aorta's blood
  std::optional<bone::BoneResult> bone;
  std::vector<DxaPart> dxa;                 ///< one an exam
  std::map<Vertebra, LevelEvidence> levels; ///< empty when the labels were given
  CalibrationEvidence calibration_evidence;
  Paradox paradox;
  Issues issues;
  StudyProvenance provenance;

  /// Something was measured: a calcium score, a vertebra's HU, an areal density or an AAC. Otherwise the study is
  /// refused.
  [[nodiscard]] bool measured() const noexcept;
};

} // namespace osteocalc::study
