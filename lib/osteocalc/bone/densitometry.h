// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/bone/bone_options.h"
#include "osteocalc/bone/height_loss.h"
#include "osteocalc/bone/soft_tissue.h"
#include "osteocalc/bone/trabecular.h"
#include "osteocalc/bone/uncertainty.h"
#include "osteocalc/calibration/calibration.h"
#include "osteocalc/core/issue.h"
#include "osteocalc/reference/bone_density.h"

#include <optional>
#include <string>
#include <vector>

namespace osteocalc::bone {

/// A region beside the trabecular volume of interest, as an extra.
struct RegionDensity {
  HuStatistics hu;
  std::optional<double> bmd_mg_cm3;
  double volume_cm3 = 0;
};

/// Height loss by one definition.
struct NamedLoss {
  HeightLoss definition = HeightLoss::Genant;
  double loss = 0;
  double se = 0; ///< standard error, from the heights'
};

/// One vertebra's density. A value that was measured is kept even when the level is excluded; `excluded` says why it
/// does not enter the summary.
struct VertebraDensity {
  Vertebra level = Vertebra::L1;
  std::optional<HuStatistics> trabecular;
  std::optional<double> bmd_mg_cm3;
  std::optional<double> bmd_se_mg_cm3;   ///< noise, placement and calibration together; needs a line with covariance
  HuUncertainty uncertainty;             ///< of the trabecular mean HU, calibration apart
  std::optional<RegionDensity> integral; ///< the whole body, cortex included
  std::optional<RegionDensity> shell;    ///< its outermost layer, `BoneOptions::shell_mm` thick
  std::optional<BodyHeights> heights;    ///< from the image's endplates, else from the label
  std::vector<NamedLoss> height_losses;  ///< by every definition; empty without heights
  std::optional<int> genant;             ///< grade 0..3 by height alone: not a diagnosis of fracture
  std::optional<double> tilt_deg;
  std::optional<Vec3> center_mm; ///< of the body, LPS
  std::optional<std::string> excluded;
  double island_fraction = 0; ///< share of the volume of interest left out as sclerosis or island
  VolumeOfInterest voi;       ///< for QC pictures
};

/// Mean over L1-L2, or where one is excluded over the two nearest of L1..L4 that are not; nothing with fewer than two.
struct BoneSummary {
  std::vector<Vertebra> levels;
  double mean_hu = 0;
  std::optional<double> bmd_mg_cm3;
  std::optional<double> bmd_se_mg_cm3; ///< what is the levels' own averages out, what is the calibration's does not
  std::optional<reference::BoneCategory> category;       ///< of the density; where calibration::is_absolute()
  std::optional<reference::BoneCategory> l1_hu_category; ///< of L1's HU, at 120 kV without contrast
  std::optional<reference::L1Normative> l1_hu_normative; ///< the same, for ages that are published
};

struct BoneResult {
  calibration::Calibration calibration;
  std::vector<VertebraDensity> vertebrae; ///< cranial to caudal
  std::optional<BoneSummary> summary;
  std::optional<BoneSummary> l1_l3;      ///< mean of L1, L2 and L3 when none is excluded
  std::optional<SoftTissue> soft_tissue; ///< for whoever has the labels to fill in
  VoiDefinition definition = VoiDefinition::EllipseSlab;
  Issues issues;
};

/// Where a reader wants a volume of interest: moved along the body's own axes (left, back, up) and resized about its
/// middle.
struct VoiPlacement {
  Vec3 shift_mm{0, 0, 0};
  double scale = 1;
  friend bool operator==(const VoiPlacement&, const VoiPlacement&) = default;
};

/// Trabecular HU and density of every body that find_vertebral_bodies() found in labels of this scan.
[[nodiscard]] BoneResult measure_bone(const Volume<std::int16_t>& hu, const std::vector<BodyFinding>& bodies,
                                      const calibration::Calibration& calibration, const BoneOptions& options = {});

/// The two steps of measure_bone(), for who measures a level again: one level by itself (`calibration` as it stands in
/// a BoneResult), and what the levels say of each other. `excluded` set before the second step stays.
[[nodiscard]] VertebraDensity measure_vertebra(const Volume<std::int16_t>& hu, const BodyFinding& finding,
                                               const calibration::Calibration& calibration, const BoneOptions& options,
                                               const VoiPlacement& placement = {});
[[nodiscard]] BoneResult compare_levels(std::vector<VertebraDensity> vertebrae,
                                        const calibration::Calibration& calibration, const BoneOptions& options);

} // namespace osteocalc::bone
