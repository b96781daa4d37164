// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/dxa/flat_image.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace osteocalc::dxa {
namespace {

std::vector<double> gaussian(double sigma_px) {
  std::vector<double> weights{1};
  for (int i = 1; i <= static_cast<int>(std::ceil(3 * sigma_px)); ++i)
    weights.push_back(std::exp(-0.5 * i * i / (sigma_px * sigma_px)));
  return weights;
}

/// Sums with Gaussian weights along one axis; outside the image there is nothing.
Volume<float> summed(const Volume<float>& image, std::size_t axis, double sigma_mm) {
  const std::vector<double> weights = gaussian(sigma_mm / image.geometry().spacing_mm[axis]);
  const int reach = static_cast<int>(weights.size()) - 1, width = image.size(0), height = image.size(1);
  const int limit = image.size(axis);
  Volume<float> out(image.geometry());
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      const int at = axis == 0 ? x : y;
      double sum = 0;
      for (int k = std::max(-reach, -at); k <= std::min(reach, limit - 1 - at); ++k)
        sum += weights[static_cast<std::size_t>(std::abs(k))] *
               static_cast<double>(axis == 0 ? image(x + k, y, 0) : image(x, y + k, 0));
      out(x, y, 0) = static_cast<float>(sum);
    }
  return out;
}

} // namespace

Volume<float> masked_mean(const Volume<float>& image, const Volume<std::uint8_t>& counts, double sigma_mm,
                          float fallback) {
  Volume<float> values(image.geometry()), weights(image.geometry());
  for (std::size_t i = 0; i < values.voxels().size(); ++i) {
    const bool counted = counts.voxels()[i] != 0;
    values.voxels()[i] = counted ? image.voxels()[i] : 0.0F;
    weights.voxels()[i] = counted ? 1.0F : 0.0F;
  }
  values = summed(summed(values, 0, sigma_mm), 1, sigma_mm);
  weights = summed(summed(weights, 0, sigma_mm), 1, sigma_mm);
  for (std::size_t i = 0; i < values.voxels().size(); ++i) {
    const float weight = weights.voxels()[i];
    values.voxels()[i] = weight > 1e-3F ? values.voxels()[i] / weight : fallback;
  }
  return values;
}

double interpolated(const Volume<float>& image, double x, double y) noexcept {
  const int x0 = static_cast<int>(std::floor(x)), y0 = static_cast<int>(std::floor(y));
  double sum = 0;
  for (int j = 0; j < 2; ++j)
    for (int i = 0; i < 2; ++i)
      if (image.contains(x0 + i, y0 + j, 0))
        sum += (i == 0 ? x0 + 1 - x : x - x0) * (j == 0 ? y0 + 1 - y : y - y0) *
               static_cast<double>(image(x0 + i, y0 + j, 0));
  return sum;
}

double value_at(const Volume<float>& image, double x_mm, double y_mm) noexcept {
  const auto& spacing = image.geometry().spacing_mm;
  return interpolated(image, x_mm / spacing[0] - 0.5, y_mm / spacing[1] - 0.5);
}

Volume<float> blurred(const Volume<float>& image, double sigma_mm) {
  return masked_mean(image, Volume<std::uint8_t>(image.geometry(), 1), sigma_mm, 0);
}

Volume<std::uint8_t> dilated(const Volume<std::uint8_t>& mask, double radius_mm) {
  Volume<std::uint8_t> out(mask.geometry(), 0);
  const auto& spacing = mask.geometry().spacing_mm;
  const int rx = static_cast<int>(radius_mm / spacing[0]), ry = static_cast<int>(radius_mm / spacing[1]);
  for (int y = 0; y < mask.size(1); ++y)
    for (int x = 0; x < mask.size(0); ++x) {
      if (mask(x, y, 0) == 0)
        continue;
      for (int dy = -ry; dy <= ry; ++dy)
        for (int dx = -rx; dx <= rx; ++dx)
          if (out.contains(x + dx, y + dy, 0) && std::hypot(dx * spacing[0], dy * spacing[1]) <= radius_mm)
            out(x + dx, y + dy, 0) = 1;
    }
  return out;
}

void fill_smoothly(Volume<float>& image, const Volume<std::uint8_t>& marked) {
  const int width = image.size(0), height = image.size(1);
  // Successive over-relaxation; beyond the image's edge the surface goes on level.
  constexpr int sweeps = 600;
  constexpr double relaxation = 1.9;
  for (int sweep = 0; sweep < sweeps; ++sweep)
    for (int y = 0; y < height; ++y)
      for (int x = 0; x < width; ++x) {
        if (marked(x, y, 0) == 0)
          continue;
        const float around = image(std::max(x - 1, 0), y, 0) + image(std::min(x + 1, width - 1), y, 0) +
                             image(x, std::max(y - 1, 0), 0) + image(x, std::min(y + 1, height - 1), 0);
        float& here = image(x, y, 0);
        here += static_cast<float>(relaxation * (0.25 * static_cast<double>(around) - static_cast<double>(here)));
      }
}

std::vector<int> cheapest_path(const std::vector<double>& cost, int width, int max_step, double step_cost) {
  const int height = static_cast<int>(cost.size()) / width;
  std::vector<double> best(cost.begin(), cost.begin() + width), next(static_cast<std::size_t>(width));
  std::vector<int> from(cost.size(), 0);
  const auto offset = [width](int x, int y) {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x);
  };
  for (int y = 1; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      double least = std::numeric_limits<double>::infinity();
      for (int k = std::max(0, x - max_step); k <= std::min(width - 1, x + max_step); ++k) {
        const double candidate = best[static_cast<std::size_t>(k)] + step_cost * std::abs(x - k);
        if (candidate < least) {
          least = candidate;
          from[offset(x, y)] = k;
        }
      }
      next[static_cast<std::size_t>(x)] = least + cost[offset(x, y)];
    }
    best.swap(next);
  }
  std::vector<int> path(static_cast<std::size_t>(height));
  path.back() = static_cast<int>(std::ranges::min_element(best) - best.begin());
  for (int y = height - 1; y > 0; --y)
    path[static_cast<std::size_t>(y) - 1] = from[offset(path[static_cast<std::size_t>(y)], y)];
  return path;
}

} // namespace osteocalc::dxa
