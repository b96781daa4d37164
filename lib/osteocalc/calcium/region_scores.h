// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/calcium/score.h"

namespace osteocalc::calcium {

/// \file The region is given with the box of its voxels, so that a small bed costs little in a large scan.

/// Volume of a region's calcium on voxels made nearly isotropic by linear interpolation between slices, mm3. The
/// interpolated grid serves volume only, never Agatston's score. \cite callister1998
/// \pre same_grid(hu.geometry(), labels.geometry())
[[nodiscard]] double isotropic_volume_mm3(const Volume<std::int16_t>& hu, const Volume<LabelId>& labels,
                                          const Region& region, const LabelBox& box, int min_hu, Parallel parallel);

/// HU of calcium of 100 mg/cm3 hydroxyapatite in this scan, with the scan's noise.
struct CalciumNoise {
  double mean_hu = 0, sd_hu = 0;
};

/// Spatially weighted calcium score: every pixel of the region weighs by how likely calcium of 100 mg/cm3 would be
/// dimmer, averaged with its four neighbours in the slice; needs no threshold, so traces count. The sum over the
/// region, without unit. \cite liang2012 \pre noise.sd_hu > 0, same_grid(hu.geometry(), labels.geometry())
[[nodiscard]] double spatially_weighted_score(const Volume<std::int16_t>& hu, const Volume<LabelId>& labels,
                                              const Region& region, const LabelBox& box, const CalciumNoise& noise,
                                              Parallel parallel);

} // namespace osteocalc::calcium
