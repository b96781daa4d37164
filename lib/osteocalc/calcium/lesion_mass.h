// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/calcium/score.h"

#include <span>

namespace osteocalc::calcium {

/// How many voxels' worth of calcium lie among `hu`: the sum of HU above the background over what one voxel full of
/// calcium adds. Voxels below the background count negatively, so that noise cancels. The published integrated-HU and
/// volume-fraction methods are this same number. \cite molloi2015 \pre calcium_hu > background_hu
[[nodiscard]] double calcium_voxels(std::span<const std::int16_t> hu, double background_hu, double calcium_hu);

struct LesionMassOptions {
  double margin_mm = 2; ///< around the lesion's voxels: where partial volume and blur have carried its calcium
  double ring_mm = 2;   ///< beyond that: the background
  int bright_hu = 130;  ///< voxels this bright that do not touch the lesion belong to something else
};

/// Mass of one lesion without a threshold at its edge.
struct LesionMass {
  double mass_mg = 0, se_mg = 0;          ///< standard error from the ring's noise (voxels taken as independent)
  double background_hu = 0, noise_hu = 0; ///< mean and SD of the ring without its outliers
  std::int64_t voxels = 0, ring_voxels = 0;
  bool above_noise = false;   ///< mass > 2 se
  bool has_neighbour = false; ///< bright voxels of something else were left out: the mass is less certain
};

/// The mineral adds to the tissue it lies in: HU above the background times the slope of the scan's density line,
/// summed. With a calcium of density d that reads d / slope above this background, it is d times calcium_voxels().
/// Nothing when fewer than 10 voxels of background are in reach. \pre slope_mg_cm3_per_hu > 0
[[nodiscard]] std::optional<LesionMass> lesion_mass(const Volume<std::int16_t>& hu, const Lesion& lesion,
                                                    double slope_mg_cm3_per_hu, const LesionMassOptions& options = {});

} // namespace osteocalc::calcium
