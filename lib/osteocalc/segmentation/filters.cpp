// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/filters.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace osteocalc::segmentation {
namespace {

/// Which source samples make one target sample, and how much of each.
struct Taps {
  int first = 0;
  std::vector<float> weights;
};

/// Overlap of a box around each target sample with the source voxels; the box is as wide as the coarser voxel.
std::vector<Taps> axis_taps(double source_origin, double source_spacing, int source_size, double target_origin,
                            double target_spacing, int target_size) {
  const double half = 0.5 * std::max(source_spacing, target_spacing) / source_spacing;
  std::vector<Taps> taps(static_cast<std::size_t>(target_size));
  for (int i = 0; i < target_size; ++i) {
    const double center = (target_origin + i * target_spacing - source_origin) / source_spacing;
    const double position = std::clamp(center, 0.0, source_size - 1.0);
    const double low = position - half, high = position + half;
    auto& tap = taps[static_cast<std::size_t>(i)];
    tap.first = std::clamp(static_cast<int>(std::floor(low + 0.5)), 0, source_size - 1);
    const int last = std::clamp(static_cast<int>(std::ceil(high - 0.5)), tap.first, source_size - 1);
    double sum = 0.0;
    for (int k = tap.first; k <= last; ++k) {
      const double overlap = std::max(0.0, std::min(high, k + 0.5) - std::max(low, k - 0.5));
      tap.weights.push_back(static_cast<float>(overlap));
      sum += overlap;
    }
    for (float& w : tap.weights)
      w = sum > 0.0 ? static_cast<float>(w / sum) : 1.0F / static_cast<float>(tap.weights.size());
  }
  return taps;
}

/// One source slice averaged in its plane onto the target's rows and columns.
void average_slice(SliceView<const std::int16_t> slice, const std::vector<Taps>& x_taps,
                   const std::vector<Taps>& y_taps, float* out) {
  const std::size_t width = x_taps.size();
  std::vector<float> line(static_cast<std::size_t>(slice.width));
  for (const Taps& y_tap : y_taps) {
    std::ranges::fill(line, 0.0F);
    for (std::size_t k = 0; k < y_tap.weights.size(); ++k) {
      const std::int16_t* row = slice.row(y_tap.first + static_cast<int>(k));
      for (std::size_t x = 0; x < line.size(); ++x)
        line[x] += y_tap.weights[k] * static_cast<float>(std::max<std::int16_t>(row[x], -1024));
    }
    for (std::size_t i = 0; i < width; ++i) {
      const float* from = line.data() + x_taps[i].first;
      float sum = 0.0F;
      for (std::size_t k = 0; k < x_taps[i].weights.size(); ++k)
        sum += x_taps[i].weights[k] * from[k];
      out[i] = sum;
    }
    out += width;
  }
}

/// Runs `filter(line, scratch)` over every line of the volume along one axis.
template <class Filter>
void for_each_line(Volume<float>& volume, int axis, Parallel parallel, const Filter& filter) {
  const int nx = volume.size(0), ny = volume.size(1), nz = volume.size(2);
  const int length = volume.size(static_cast<std::size_t>(axis));
  const std::ptrdiff_t stride = axis == 0 ? 1 : axis == 1 ? nx : static_cast<std::ptrdiff_t>(nx) * ny;
  const int outer = axis == 2 ? ny : nz;
  parallel_for(static_cast<std::size_t>(outer), parallel, [&](std::size_t o) {
    std::vector<float> line(static_cast<std::size_t>(length)), scratch(line.size());
    const int inner = axis == 0 ? ny : nx, at = static_cast<int>(o);
    for (int i = 0; i < inner; ++i) {
      float* start = &volume(axis == 0 ? 0 : i, axis == 0 ? i : axis == 1 ? 0 : at, axis == 2 ? 0 : at);
      for (int k = 0; k < length; ++k)
        line[static_cast<std::size_t>(k)] = start[k * stride];
      filter(line, scratch);
      for (int k = 0; k < length; ++k)
        start[k * stride] = scratch[static_cast<std::size_t>(k)];
    }
  });
}

/// Lower envelope of parabolas (Felzenszwalb and Huttenlocher 2012): squared distances along one line.
void squared_distance_line(const std::vector<float>& f, std::vector<float>& out, double spacing) {
  const int n = static_cast<int>(f.size());
  const auto height = [&](int i) { return static_cast<double>(f[static_cast<std::size_t>(i)]); };
  std::vector<int> apex(f.size());
  std::vector<double> border(f.size() + 1);
  const double s2 = spacing * spacing;
  int k = 0;
  border[0] = -std::numeric_limits<double>::infinity();
  border[1] = std::numeric_limits<double>::infinity();
  for (int q = 1; q < n; ++q) {
    double cross = 0.0;
    while (true) {
      const int p = apex[static_cast<std::size_t>(k)];
      cross = ((height(q) - height(p)) / s2 + double(q) * q - double(p) * p) / (2.0 * (q - p));
      if (cross > border[static_cast<std::size_t>(k)] || k == 0)
        break;
      --k;
    }
    if (cross > border[static_cast<std::size_t>(k)])
      ++k;
    apex[static_cast<std::size_t>(k)] = q;
    border[static_cast<std::size_t>(k)] = k == 0 ? -std::numeric_limits<double>::infinity() : cross;
    border[static_cast<std::size_t>(k) + 1] = std::numeric_limits<double>::infinity();
  }
  for (int q = 0, j = 0; q < n; ++q) {
    while (border[static_cast<std::size_t>(j) + 1] < q)
      ++j;
    const int p = apex[static_cast<std::size_t>(j)];
    out[static_cast<std::size_t>(q)] = static_cast<float>(s2 * (q - p) * (q - p) + height(p));
  }
}

} // namespace

VolumeGeometry isotropic_grid(const VolumeGeometry& image, double spacing_mm) {
  VolumeGeometry grid = image;
  Vec3 first{};
  for (std::size_t a = 0; a < 3; ++a) {
    const double extent = image.size[a] * image.spacing_mm[a];
    grid.size[a] = std::max(1, static_cast<int>(std::lround(extent / spacing_mm)));
    grid.spacing_mm[a] = spacing_mm;
    first[a] = 0.5 * (extent - (grid.size[a] - 1) * spacing_mm) / image.spacing_mm[a] - 0.5;
  }
  grid.origin_mm = index_to_point(image, first);
  return grid;
}

Volume<std::int16_t> resample_average(const Volume<std::int16_t>& image, const VolumeGeometry& target,
                                      Parallel parallel) {
  const VolumeGeometry& source = image.geometry();
  OSTEOCALC_EXPECT(source.axes == target.axes);
  const Vec3 start = point_to_index(source, target.origin_mm);
  const auto taps = [&](std::size_t a) {
    return axis_taps(0.0, source.spacing_mm[a], source.size[a], start[a] * source.spacing_mm[a], target.spacing_mm[a],
                     target.size[a]);
  };
  const auto x_taps = taps(0), y_taps = taps(1), z_taps = taps(2);
  const std::size_t plane = x_taps.size() * y_taps.size();
  // Only the slices some target slice needs; a crop must not pay for the whole scan.
  const int first = z_taps.front().first;
  const int last = z_taps.back().first + static_cast<int>(z_taps.back().weights.size());
  std::vector<float> planes(plane * static_cast<std::size_t>(last - first));
  parallel_for(static_cast<std::size_t>(last - first), parallel, [&](std::size_t i) {
    average_slice(image.slice(first + static_cast<int>(i)), x_taps, y_taps, planes.data() + i * plane);
  });
  Volume<std::int16_t> result(target);
  parallel_for(z_taps.size(), parallel, [&](std::size_t z) {
    std::vector<float> sum(plane, 0.0F);
    for (std::size_t k = 0; k < z_taps[z].weights.size(); ++k) {
      const float w = z_taps[z].weights[k];
      const float* from = planes.data() + (static_cast<std::size_t>(z_taps[z].first - first) + k) * plane;
      for (std::size_t i = 0; i < plane; ++i)
        sum[i] += w * from[i];
    }
    std::int16_t* out = result.slice(static_cast<int>(z)).data;
    for (std::size_t i = 0; i < plane; ++i)
      out[i] = static_cast<std::int16_t>(std::lround(std::clamp(sum[i], -32768.0F, 32767.0F)));
  });
  return result;
}

void gaussian_smooth(Volume<float>& volume, const std::array<double, 3>& sigma, Parallel parallel) {
  for (int axis = 0; axis < 3; ++axis) {
    const double sd = sigma[static_cast<std::size_t>(axis)];
    if (sd <= 0.0)
      continue;
    const int radius = std::max(1, static_cast<int>(std::ceil(3.0 * sd)));
    std::vector<float> kernel;
    double sum = 0.0;
    for (int k = -radius; k <= radius; ++k)
      sum += std::exp(-0.5 * k * k / (sd * sd));
    for (int k = -radius; k <= radius; ++k)
      kernel.push_back(static_cast<float>(std::exp(-0.5 * k * k / (sd * sd)) / sum));
    for_each_line(volume, axis, parallel, [&](const std::vector<float>& line, std::vector<float>& out) {
      const int n = static_cast<int>(line.size());
      for (int i = 0; i < n; ++i) {
        float value = 0.0F;
        for (int k = -radius; k <= radius; ++k)
          value += kernel[static_cast<std::size_t>(k + radius)] *
                   line[static_cast<std::size_t>(std::clamp(i + k, 0, n - 1))];
        out[static_cast<std::size_t>(i)] = value;
      }
    });
  }
}

void box_mean(Volume<float>& volume, const std::array<int, 3>& radius, Parallel parallel) {
  for (int axis = 0; axis < 3; ++axis) {
    const int r = radius[static_cast<std::size_t>(axis)];
    if (r <= 0)
      continue;
    for_each_line(volume, axis, parallel, [&](const std::vector<float>& line, std::vector<float>& out) {
      const int n = static_cast<int>(line.size());
      const auto at = [&](int i) {
        return static_cast<double>(line[static_cast<std::size_t>(std::clamp(i, 0, n - 1))]);
      };
      double sum = 0.0;
      for (int k = -r; k <= r; ++k)
        sum += at(k);
      for (int i = 0; i < n; ++i) {
        out[static_cast<std::size_t>(i)] = static_cast<float>(sum / (2 * r + 1));
        sum += at(i + r + 1) - at(i - r);
      }
    });
  }
}

Volume<float> distance_to(const Volume<std::uint8_t>& mask, Parallel parallel) {
  Volume<float> distance(mask.geometry());
  std::ranges::transform(mask.voxels(), distance.voxels().begin(), [](std::uint8_t m) { return m ? 0.0F : 1e13F; });
  for (int axis = 0; axis < 3; ++axis) {
    const double spacing = mask.geometry().spacing_mm[static_cast<std::size_t>(axis)];
    for_each_line(distance, axis, parallel, [&](const std::vector<float>& line, std::vector<float>& out) {
      squared_distance_line(line, out, spacing);
    });
  }
  for (float& d : distance.voxels())
    d = std::sqrt(d);
  return distance;
}

} // namespace osteocalc::segmentation
