// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/image/volume.h"

#include <cstdint>
#include <vector>

namespace osteocalc::dxa {

/// Gaussian mean over the pixels that count (weight 1, others 0), sigma in mm; pixels with none nearby keep `fallback`.
[[nodiscard]] Volume<float> masked_mean(const Volume<float>& image, const Volume<std::uint8_t>& counts, double sigma_mm,
                                        float fallback);

/// Bilinear value at a place in pixels (whole numbers are pixels' centres); beyond the image nothing, 0.
[[nodiscard]] double interpolated(const Volume<float>& image, double x, double y) noexcept;

/// The same at a place in mm from the image's corner.
[[nodiscard]] double value_at(const Volume<float>& image, double x_mm, double y_mm) noexcept;

/// Gaussian mean over all pixels.
[[nodiscard]] Volume<float> blurred(const Volume<float>& image, double sigma_mm);

/// Pixels within `radius_mm` of a marked one.
[[nodiscard]] Volume<std::uint8_t> dilated(const Volume<std::uint8_t>& mask, double radius_mm);

/// Fills the marked pixels with the harmonic surface through the others.
void fill_smoothly(Volume<float>& image, const Volume<std::uint8_t>& marked);

/// The column in each row of the path down the image with the least total cost, where a row's step is at most
/// `max_step` columns. \pre cost has width * rows values, all finite
[[nodiscard]] std::vector<int> cheapest_path(const std::vector<double>& cost, int width, int max_step,
                                             double step_cost);

} // namespace osteocalc::dxa
