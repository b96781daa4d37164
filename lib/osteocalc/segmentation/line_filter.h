// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

namespace osteocalc::segmentation {

/// Values along a line, one a sample; everywhere below, the ends are replicated.
using Line = std::vector<double>;

[[nodiscard]] Line gaussian(const Line& line, double sigma);
/// Derivative per sample of the line smoothed by `sigma`.
[[nodiscard]] Line gaussian_slope(const Line& line, double sigma);
[[nodiscard]] Line box_mean(const Line& line, int width);
[[nodiscard]] Line running_max(const Line& line, int width);
[[nodiscard]] Line running_min(const Line& line, int width);
/// The `fraction` quantile (0..1) within a window.
[[nodiscard]] Line running_quantile(const Line& line, int width, double fraction);
[[nodiscard]] double quantile(Line values, double fraction);
/// Linear interpolation at a sample position, clamped to the ends. \pre the line is not empty
[[nodiscard]] double value_at(const Line& line, double position);
/// Gaussian smoothing that keeps straight ends straight: the line is continued by point reflection.
[[nodiscard]] Line gaussian_reflected(const Line& line, double sigma);

/// 0 at or below `low`, 1 at or above `high`, linear between.
[[nodiscard]] constexpr double ramp(double value, double low, double high) noexcept {
  const double t = (value - low) / (high - low);
  return t < 0.0 ? 0.0 : t > 1.0 ? 1.0 : t;
}

} // namespace osteocalc::segmentation
