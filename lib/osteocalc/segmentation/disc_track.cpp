// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/disc_track.h"

#include "osteocalc/segmentation/body.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace osteocalc::segmentation {
namespace {

/// Gaussian smoothing of one image; the border is replicated.
void smooth(std::vector<float>& image, int width, int height, double sigma) {
  const int radius = static_cast<int>(std::ceil(3.0 * sigma));
  std::vector<float> kernel;
  double sum = 0.0;
  for (int k = -radius; k <= radius; ++k)
    sum += std::exp(-0.5 * k * k / (sigma * sigma));
  for (int k = -radius; k <= radius; ++k)
    kernel.push_back(static_cast<float>(std::exp(-0.5 * k * k / (sigma * sigma)) / sum));
  std::vector<float> rows(image.size(), 0.0F);
  const auto at = [width](int x, int y) {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x);
  };
  for (int y = 0; y < height; ++y)
    for (int k = -radius; k <= radius; ++k) {
      const float* from = image.data() + at(0, std::clamp(y + k, 0, height - 1));
      float* to = rows.data() + at(0, y);
      for (int x = 0; x < width; ++x)
        to[x] += kernel[static_cast<std::size_t>(k + radius)] * from[x];
    }
  std::vector<float> padded(static_cast<std::size_t>(width + 2 * radius));
  for (int y = 0; y < height; ++y) {
    const float* row = rows.data() + at(0, y);
    std::fill_n(padded.begin(), radius, row[0]);
    std::copy_n(row, width, padded.begin() + radius);
    std::fill_n(padded.end() - radius, radius, row[width - 1]);
    float* to = image.data() + at(0, y);
    std::fill_n(to, width, 0.0F);
    for (std::size_t k = 0; k < kernel.size(); ++k)
      for (int x = 0; x < width; ++x)
        to[x] += kernel[k] * padded[static_cast<std::size_t>(x) + k];
  }
}

constexpr int reach = 2, side = 2 * reach + 1; // pixels a disc may move from slice to slice

/// Best sum of scores after a move within the plane, and which move, for every disc.
void move_in_plane(const std::vector<float>& sum, const DiscGrid& grid, std::vector<float>& moved,
                   std::vector<std::uint8_t>& move_code) {
  constexpr float per_pixel = 0.12F;
  const int nx = grid.width, ny = grid.height, layers = static_cast<int>(grid.radii_mm.size());
  std::ranges::fill(moved, -1e9F);
  for (int dy = -reach; dy <= reach; ++dy)
    for (int dx = -reach; dx <= reach; ++dx) {
      const float cost = per_pixel * static_cast<float>(std::hypot(dy, dx));
      const auto code = static_cast<std::uint8_t>((dy + reach) * side + dx + reach);
      for (int row = 0; row < layers * ny; ++row) {
        if (const int y = row % ny; y - dy < 0 || y - dy >= ny)
          continue;
        const float* from = sum.data() + static_cast<std::ptrdiff_t>(row - dy) * nx - dx;
        float* to = moved.data() + static_cast<std::ptrdiff_t>(row) * nx;
        std::uint8_t* move = move_code.data() + static_cast<std::ptrdiff_t>(row) * nx;
        for (int x = std::max(0, dx); x < nx + std::min(0, dx); ++x) {
          const float value = from[x] - cost;
          move[x] = value > to[x] ? code : move[x];
          to[x] = std::max(to[x], value);
        }
      }
    }
}

} // namespace

std::vector<float> disc_votes(const std::vector<float>& hu, const DiscGrid& grid, float low_hu, float high_hu) {
  constexpr float least_step_hu = 6.0F, full_step_hu = 15.0F; // per voxel of the working grid
  constexpr double blur = 1.2;
  const int nx = grid.width, ny = grid.height;
  const std::size_t plane = hu.size();
  std::vector<float> image(plane);
  std::ranges::transform(hu, image.begin(), [](float v) { return std::clamp(v, -150.0F, 150.0F); });
  smooth(image, nx, ny, 1.0);
  for (float& v : image)
    v = std::clamp(v, low_hu, high_hu);
  std::vector<float> votes(plane * grid.radii_mm.size(), 0.0F);
  const auto at = [&](int x, int y) { return static_cast<std::size_t>(y * nx + x); };
  for (int y = 1; y + 1 < ny; ++y)
    for (int x = 1; x + 1 < nx; ++x) {
      const float gx = 0.5F * (image[at(x + 1, y)] - image[at(x - 1, y)]);
      const float gy = 0.5F * (image[at(x, y + 1)] - image[at(x, y - 1)]);
      const float step = std::hypot(gx, gy);
      if (step <= least_step_hu)
        continue;
      for (std::size_t r = 0; r < grid.radii_mm.size(); ++r) {
        const auto reach = static_cast<float>(grid.radii_mm[r] / working_spacing_mm);
        const long cx = std::lround(static_cast<float>(x) + gx / step * reach);
        const long cy = std::lround(static_cast<float>(y) + gy / step * reach);
        if (cx >= 0 && cy >= 0 && cx < nx && cy < ny)
          votes[r * plane + at(static_cast<int>(cx), static_cast<int>(cy))] += std::min(step / full_step_hu, 1.5F);
      }
    }
  for (std::size_t r = 0; r < grid.radii_mm.size(); ++r) {
    std::vector<float> layer(votes.begin() + static_cast<std::ptrdiff_t>(r * plane),
                             votes.begin() + static_cast<std::ptrdiff_t>((r + 1) * plane));
    smooth(layer, nx, ny, blur);
    // a whole circle of unit votes, blurred, peaks at circumference / (2 pi blur^2) voxels
    const auto to_share = static_cast<float>(blur * blur * working_spacing_mm / grid.radii_mm[r]);
    std::ranges::transform(layer, votes.begin() + static_cast<std::ptrdiff_t>(r * plane),
                           [&](float v) { return v * to_share; });
  }
  return votes;
}

std::vector<std::size_t> best_disc_path(const std::vector<std::vector<float>>& scores, const DiscGrid& grid) {
  constexpr float per_radius = 0.06F;
  const int nx = grid.width, ny = grid.height, nr = static_cast<int>(grid.radii_mm.size());
  const auto plane = static_cast<std::size_t>(nx) * static_cast<std::size_t>(ny);
  std::vector<float> sum = scores.front(), moved(sum.size());
  std::vector<std::uint8_t> move_code(sum.size());
  std::vector<std::vector<std::uint8_t>> back(scores.size()); // (change of radius + 1) * side^2 + move in the plane
  for (std::size_t z = 1; z < scores.size(); ++z) {
    // Moves in the plane first, then changes of the radius: their costs add up.
    move_in_plane(sum, grid, moved, move_code);
    back[z].resize(sum.size());
    for (std::size_t i = 0; i < sum.size(); ++i) {
      float best = -1e9F;
      for (int dr = -1; dr <= 1; ++dr)
        if (const int r = static_cast<int>(i / plane) - dr; r >= 0 && r < nr) {
          const std::size_t from = static_cast<std::size_t>(r) * plane + i % plane;
          if (const float value = moved[from] - (dr != 0 ? per_radius : 0.0F); value > best) {
            best = value;
            back[z][i] = static_cast<std::uint8_t>((dr + 1) * side * side + move_code[from]);
          }
        }
      sum[i] = best + scores[z][i];
    }
  }
  std::vector<std::size_t> path(scores.size());
  path.back() = static_cast<std::size_t>(std::ranges::max_element(sum) - sum.begin());
  for (std::size_t z = scores.size() - 1; z > 0; --z) {
    const int code = back[z][path[z]], dr = code / (side * side) - 1;
    const int dy = code / side % side - reach, dx = code % side - reach;
    path[z - 1] = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(path[z]) - (dr * ny + dy) * nx - dx);
  }
  return path;
}

} // namespace osteocalc::segmentation
