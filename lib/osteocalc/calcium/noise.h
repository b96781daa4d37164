// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

namespace osteocalc::calcium {

/// Noise of a homogeneous tissue, as measured in blood.
struct TissueNoise {
  double mean_hu = 0, sd_hu = 0;
  double fwhm_mm = 0; ///< smoothness: width of the Gaussian that would make white noise as smooth
};

/// How many lesions of at least `min_area_mm2` in their slice noise alone makes in `area_mm2` of tissue (all slices
/// added up): clusters above a bound in a smooth Gaussian field, and the exponential law of their sizes.
/// \cite friston1994 \pre sd_hu > 0, fwhm_mm > 0
[[nodiscard]] double expected_false_lesions(const TissueNoise& noise, double area_mm2, double min_hu,
                                            double min_area_mm2);

/// Smoothness from the correlation of neighbouring pixels `step_mm` apart; a correlation of 0 or less (a sharp kernel)
/// counts as one pixel.
[[nodiscard]] double fwhm_from_correlation(double correlation, double step_mm);

} // namespace osteocalc::calcium
