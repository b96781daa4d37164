// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/bone/trabecular.h"
#include "osteocalc/calibration/calibration.h"
#include "osteocalc/core/issue.h"

#include <optional>
#include <string>
#include <vector>

namespace osteocalc::bone {

/// One vertebra's density. A value that was measured is kept even when the level is excluded; `excluded` says why it
/// does not enter the summary.
struct VertebraDensity {
  Vertebra level = Vertebra::L1;
  std::optional<HuStatistics> trabecular;
  std::optional<double> bmd_mg_cm3;
  std::optional<double> bmd_se_mg_cm3;
  std::optional<BodyHeights> heights;
  std::optional<double> tilt_deg;
  std::optional<std::string> excluded;
  double island_fraction = 0; ///< share of the volume of interest left out as sclerosis or island
  VolumeOfInterest voi;       ///< for QC pictures
};

/// Mean over L1-L2, or where one is excluded over the two nearest of L1..L4 that are not; nothing with fewer than two.
struct BoneSummary {
  std::vector<Vertebra> levels;
  double mean_hu = 0;
  std::optional<double> bmd_mg_cm3;
  std::optional<std::string> category; ///< normal, low, osteoporosis by 120 and 80 mg/cm3, calibrated modes only
};

struct BoneResult {
  calibration::Calibration calibration;
  std::vector<VertebraDensity> vertebrae; ///< cranial to caudal
  std::optional<BoneSummary> summary;
  Issues issues;
};

struct BoneOptions {
  VoiOptions voi;
  double metal_hu = 700;         ///< cement or screw above this
  double metal_fraction = 0.01;  ///< of the body's voxels beyond the cortex
  double height_loss = 0.20;     ///< 1 - the smallest of Ha/Hp, Hm/Hp (Genant grade 1 begins here)
  double outlier_sd = 2.5;       ///< against the other levels
  double outlier_floor_hu = 15;  ///< the least SD assumed among neighbours: levels of one person differ
  double island_fraction = 0.05; ///< more than this left out of a volume of interest is flagged
  Parallel parallel;
};

/// Trabecular HU and density of every body that find_vertebral_bodies() found in labels of this scan.
[[nodiscard]] BoneResult measure_bone(const Volume<std::int16_t>& hu, const std::vector<BodyFinding>& bodies,
                                      const calibration::Calibration& calibration, const BoneOptions& options = {});

} // namespace osteocalc::bone
