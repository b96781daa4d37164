// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/bone/trabecular.h"
#include "osteocalc/core/anatomy.h"
#include "osteocalc/core/parallel.h"

#include <optional>
#include <set>

namespace osteocalc::bone {

/// Contrast medium raises trabecular HU; in the arterial phase so fast that nothing corrects it.
enum class ContrastPhase { None, Later, Arterial };

/// The user's own line for a phase: HU without contrast = factor * HU + offset_hu.
struct ContrastCorrection {
  double factor = 1, offset_hu = 0;
};

struct BoneOptions {
  VoiOptions voi;
  std::set<Vertebra> kept;                               ///< levels a reader uses whatever the rules say
  ContrastPhase contrast = ContrastPhase::None;          ///< anything but None withholds densities, HU stay
  std::optional<ContrastCorrection> contrast_correction; ///< gives them back in a later phase, flagged
  std::optional<double> kvp_kv;                          ///< other than 120 without a calibration is flagged
  std::optional<double> age_years;                       ///< for normative HU
  double metal_hu = 700;                                 ///< cement or screw above this
  double metal_fraction = 0.01;                          ///< of the body's voxels beyond the cortex
  double height_loss = 0.20;                             ///< by HeightLoss::Genant; grade 1 begins here
  double usual_height_loss = 0.10; ///< of healthy bodies: the loss less 1.64 of its standard errors must be above it
  double outlier_sd = 2.5;         ///< against the other levels
  double outlier_floor_hu = 15;    ///< the least SD assumed among neighbours: levels of one person differ
  double island_fraction = 0.05;   ///< more than this left out of a volume of interest is flagged
  double island_exclusion = 0.3;   ///< and more than this excludes the level
  double uneven_ratio = 2.5;       ///< SD against the median of the other levels: a haemangioma or lesion
  double uneven_floor_hu = 60;     ///< below this SD no level is uneven
  double shell_mm = 2;             ///< thickness of the cortical shell
  double placement_sd_mm = 1;      ///< how far a volume of interest may be off along each axis
  Parallel parallel;
};

} // namespace osteocalc::bone
