// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/line_filter.h"

#include <algorithm>
#include <cmath>

namespace osteocalc::segmentation {
namespace {

int last_index(const Line& line) {
  return static_cast<int>(line.size()) - 1;
}

double clamped(const Line& line, int i) {
  return line[static_cast<std::size_t>(std::clamp(i, 0, last_index(line)))];
}

Line correlate(const Line& line, const Line& kernel) {
  const int radius = static_cast<int>(kernel.size() / 2);
  Line out(line.size(), 0.0);
  for (int i = 0; i <= last_index(line); ++i)
    for (int k = -radius; k <= radius; ++k)
      out[static_cast<std::size_t>(i)] += kernel[static_cast<std::size_t>(k + radius)] * clamped(line, i + k);
  return out;
}

Line gaussian_kernel(double sigma) {
  const int radius = std::max(1, static_cast<int>(std::ceil(4.0 * sigma)));
  Line kernel;
  double sum = 0.0;
  for (int k = -radius; k <= radius; ++k) {
    kernel.push_back(std::exp(-0.5 * k * k / (sigma * sigma)));
    sum += kernel.back();
  }
  for (double& w : kernel)
    w /= sum;
  return kernel;
}

/// pick(window) for a window of `width` samples around each sample.
template <class Pick>
Line over_windows(const Line& line, int width, const Pick& pick) {
  const int below = width / 2, above = width - 1 - below;
  Line out, window;
  for (int i = 0; i <= last_index(line); ++i) {
    window.clear();
    for (int k = -below; k <= above; ++k)
      window.push_back(clamped(line, i + k));
    out.push_back(pick(window));
  }
  return out;
}

} // namespace

Line gaussian(const Line& line, double sigma) {
  return correlate(line, gaussian_kernel(sigma));
}

Line gaussian_slope(const Line& line, double sigma) {
  Line kernel = gaussian_kernel(sigma);
  const int radius = static_cast<int>(kernel.size() / 2);
  for (int k = -radius; k <= radius; ++k)
    kernel[static_cast<std::size_t>(k + radius)] *= k / (sigma * sigma);
  return correlate(line, kernel);
}

Line box_mean(const Line& line, int width) {
  return correlate(line, Line(static_cast<std::size_t>(width | 1), 1.0 / (width | 1)));
}

Line running_max(const Line& line, int width) {
  return over_windows(line, width, [](const Line& w) { return *std::ranges::max_element(w); });
}

Line running_min(const Line& line, int width) {
  return over_windows(line, width, [](const Line& w) { return *std::ranges::min_element(w); });
}

double quantile(Line values, double fraction) {
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(fraction * static_cast<double>(values.size() - 1) + 0.5);
  std::ranges::nth_element(values, at);
  return *at;
}

Line running_quantile(const Line& line, int width, double fraction) {
  return over_windows(line, width, [&](const Line& w) { return quantile(w, fraction); });
}

double value_at(const Line& line, double position) {
  const double p = std::clamp(position, 0.0, static_cast<double>(last_index(line)));
  const int i = std::min(static_cast<int>(p), std::max(0, last_index(line) - 1));
  const double t = p - i;
  return (1.0 - t) * clamped(line, i) + t * clamped(line, i + 1);
}

Line gaussian_reflected(const Line& line, double sigma) {
  const int margin = std::min(static_cast<int>(4.0 * sigma), last_index(line));
  Line wide;
  for (int k = margin; k > 0; --k)
    wide.push_back(2.0 * line.front() - line[static_cast<std::size_t>(k)]);
  wide.insert(wide.end(), line.begin(), line.end());
  for (int k = 1; k <= margin; ++k)
    wide.push_back(2.0 * line.back() - line[static_cast<std::size_t>(last_index(line) - k)]);
  const Line smooth = gaussian(wide, sigma);
  return {smooth.begin() + margin, smooth.begin() + margin + static_cast<std::ptrdiff_t>(line.size())};
}

} // namespace osteocalc::segmentation
