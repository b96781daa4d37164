// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/bone/trabecular.h"

namespace osteocalc::bone {

/// Standard errors of a volume of interest's mean HU, apart from calibration.
struct HuUncertainty {
  double noise_hu = 0;     ///< of the mean of voxels whose noise is correlated within the slice
  double placement_hu = 0; ///< of where the volume was placed
  [[nodiscard]] double total_hu() const noexcept;
};

/// Noise: SD of the voxels over the root of their number, widened by the sum of the autocorrelations over in-plane
/// lags up to three voxels. What varies within trabecular bone counts as noise too, which errs on the safe side.
[[nodiscard]] double noise_se_hu(const Volume<std::int16_t>& hu, const VolumeOfInterest& voi);

/// Placement: the volume moved by one standard deviation `sd_mm` both ways along each of the body's axes; the root of
/// the summed mean squares by which its mean changes.
/// \param mask trabecular_mask(); \param island_sd see remove_islands()
[[nodiscard]] double placement_se_hu(const Volume<std::int16_t>& hu, const Volume<std::uint8_t>& mask, double island_sd,
                                     double sd_mm);

} // namespace osteocalc::bone
