// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/bone/endplates.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <vector>

namespace osteocalc::bone {
namespace {

/// One line along z through the body: its lower and upper end, at the faces of the outermost voxels.
struct Column {
  double x, y, bottom, top;
};

struct Extent {
  double low = 0, high = 0;
  [[nodiscard]] double width() const { return high - low; }
  [[nodiscard]] double at(double fraction) const { return low + fraction * width(); }
};

std::vector<Column> columns_of(const Volume<std::uint8_t>& body) {
  std::vector<Column> columns;
  for (int y = 0; y < body.size(1); ++y)
    for (int x = 0; x < body.size(0); ++x) {
      int bottom = -1, top = -1;
      for (int z = 0; z < body.size(2); ++z)
        if (body(x, y, z) != 0) {
          bottom = bottom < 0 ? z : bottom;
          top = z;
        }
      if (top >= 0)
        columns.push_back({double(x), double(y), bottom - 0.5, top + 0.5});
    }
  return columns;
}

/// From the 2nd to the 98th percentile: a single stray column does not make a body wide.
Extent extent_of(std::vector<double> values) {
  std::ranges::sort(values);
  const auto at = [&](double fraction) {
    return values[static_cast<std::size_t>(fraction * static_cast<double>(values.size() - 1))];
  };
  return {at(0.02), at(0.98)};
}

template <class Of>
std::vector<double> gather(const std::vector<Column>& columns, const Of& of) {
  std::vector<double> values;
  values.reserve(columns.size());
  for (const Column& column : columns)
    values.push_back(of(column));
  return values;
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// z = a x + b y + c by least squares; once more without columns off by more than 2.5 robust SD.
template <class EndOf>
Eigen::Vector3d fit_plane(const std::vector<Column>& columns, const EndOf& end_of) {
  std::vector<char> used(columns.size(), 1);
  Eigen::Vector3d plane;
  for (int pass = 0; pass < 2; ++pass) {
    Eigen::Matrix3d normal = Eigen::Matrix3d::Zero();
    Eigen::Vector3d right = Eigen::Vector3d::Zero();
    for (std::size_t i = 0; i < columns.size(); ++i)
      if (used[i]) {
        const Eigen::Vector3d row(columns[i].x, columns[i].y, 1);
        normal += row * row.transpose();
        right += row * end_of(columns[i]);
      }
    plane = normal.ldlt().solve(right);
    const auto residual = [&](const Column& c) {
      return std::abs(end_of(c) - plane.dot(Eigen::Vector3d(c.x, c.y, 1)));
    };
    const double limit = std::max(1.0, 2.5 * 1.4826 * median(gather(columns, residual)));
    for (std::size_t i = 0; i < columns.size(); ++i)
      used[i] = residual(columns[i]) <= limit ? 1 : 0;
  }
  return plane;
}

/// Median height of the midline columns between two fractions of the depth (0 = front, 1 = back).
double height_mm(const std::vector<Column>& columns, const Extent& across, const Extent& depth, double from, double to,
                 double spacing_mm) {
  std::vector<double> heights;
  for (const Column& c : columns)
    if (c.x >= across.at(0.3) && c.x <= across.at(0.7) && c.y >= depth.at(from) && c.y <= depth.at(to))
      heights.push_back(c.top - c.bottom);
  return heights.empty() ? 0 : median(std::move(heights)) * spacing_mm;
}

} // namespace

std::optional<Endplates> fit_endplates(const Volume<std::uint8_t>& body) {
  constexpr std::size_t fewest_columns = 50; // 50 mm2: a body has several hundred
  const std::vector<Column> columns = columns_of(body);
  if (columns.size() < fewest_columns)
    return std::nullopt;
  const Extent across = extent_of(gather(columns, [](const Column& c) { return c.x; }));
  const Extent depth = extent_of(gather(columns, [](const Column& c) { return c.y; }));
  std::vector<Column> inner;
  for (const Column& c : columns) {
    const double u = (c.x - across.at(0.5)) / (0.35 * across.width());
    const double v = (c.y - depth.at(0.5)) / (0.35 * depth.width());
    if (u * u + v * v <= 1)
      inner.push_back(c);
  }
  if (inner.size() < fewest_columns / 2)
    return std::nullopt;
  const Eigen::Vector3d top = fit_plane(inner, [](const Column& c) { return c.top; });
  const Eigen::Vector3d bottom = fit_plane(inner, [](const Column& c) { return c.bottom; });
  const auto normal = [](const Eigen::Vector3d& plane) {
    return Eigen::Vector3d(-plane[0], -plane[1], 1).normalized();
  };
  const Eigen::Vector3d mean = (normal(top) + normal(bottom)).normalized();
  Endplates endplates;
  const Eigen::Vector3d at(across.at(0.5), depth.at(0.5), 1);
  endplates.center_index = {at[0], at[1], 0.5 * (top.dot(at) + bottom.dot(at))};
  endplates.normal_index = {mean[0], mean[1], mean[2]};
  const double spacing_mm = body.geometry().spacing_mm[2];
  endplates.heights = {height_mm(columns, across, depth, 0.05, 0.25, spacing_mm),
                       height_mm(columns, across, depth, 0.40, 0.60, spacing_mm),
                       height_mm(columns, across, depth, 0.75, 0.95, spacing_mm)};
  return endplates;
}

} // namespace osteocalc::bone
