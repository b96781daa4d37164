// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/heart_region.h"

#include "osteocalc/segmentation/surface_search.h"

#include <algorithm>
#include <cmath>

namespace osteocalc::segmentation {
namespace {

constexpr double pi = 3.14159265358979;
constexpr double mm = 1.0 / working_spacing_mm;
constexpr int azimuths = 72, elevations = 37, heights = 60;
constexpr double first_mm = 12.0, step_mm = 2.0;

/// The heart's middle and how far it usually reaches from there, frame coordinates.
struct Shape {
  Vec3 centre{};
  double left = 0, right = 0, front = 0, back = 0, top = 0, bottom = 0;

  /// Distance to the usual surface along a direction: an ellipsoid of eight unlike octants, tilted as hearts are: the
  /// apex lies low on the left, the left atrium high at the back.
  [[nodiscard]] double reach_mm(const Vec3& d) const {
    const double a = d[0] / (d[0] > 0 ? left : right), b = d[1] / (d[1] > 0 ? front : back),
                 c = d[2] / (d[2] > 0 ? top : bottom);
    const double tilt = 1 + d[2] * (0.6 * std::max(-d[1], 0.0) - 0.4 * d[0]);
    return tilt / std::sqrt(a * a + b * b + c * c);
  }
};

Shape usual_shape(const HeartFrame& frame) {
  const double s = frame.scale();
  const Vec3 centre{30 * s, 2 * s, -42 * std::sqrt(s)};
  return {centre,           std::max(frame.border_mm - centre[0], 40.0), 70 * s, 55 * s, 52 * s, 55 * std::sqrt(s),
          52 * std::sqrt(s)};
}

Vec3 direction(int elevation, int azimuth) {
  const double e = pi * (elevation + 0.5) / elevations - pi / 2, a = 2 * pi * azimuth / azimuths;
  return {std::cos(e) * std::cos(a), std::cos(e) * std::sin(a), std::sin(e)};
}

bool ends_heart(const Thorax& thorax, const AorticRoot& root, int x, int y, int z) {
  const Disc& aorta = root.descending[static_cast<std::size_t>(z)];
  const bool in_aorta = std::hypot(x - aorta.x, y - aorta.y) < (aorta.radius_mm + 2) * mm;
  const bool behind_aorta = y > aorta.y && x < aorta.x + (aorta.radius_mm + 10) * mm;
  return in_aorta || behind_aorta || thorax.to_bone_mm(x, y, z) < 4 ||
         y > thorax.column_y[static_cast<std::size_t>(z)] - 3 * mm;
}

/// What each distance along one ray costs: an edge from tissue to fat or lung is cheap, the usual reach is cheap, and
/// nothing goes through lung, bone, spine or aorta.
void price_ray(const Thorax& thorax, const AorticRoot& root, const HeartFrame& frame, const Shape& shape, const Vec3& d,
               float* cost) {
  constexpr double lung_reward = 3.0, edge_reward = 1.0, usual_sd_mm = 14.0;
  constexpr float barred = 12.0F;
  const double usual = shape.reach_mm(d);
  const auto hu_at = [&](double r) {
    const Vec3 i = frame.to_index(shape.centre + r * d);
    const int x = static_cast<int>(std::lround(i[0])), y = static_cast<int>(std::lround(i[1])),
              z = static_cast<int>(std::lround(i[2]));
    return thorax.hu.contains(x, y, z) ? std::clamp<double>(thorax.hu(x, y, z), -120, 50) : 0.0;
  };
  bool stopped = false;
  for (int k = 0; k < heights; ++k) {
    const double r = first_mm + step_mm * k;
    const Vec3 i = frame.to_index(shape.centre + r * d);
    const int x = static_cast<int>(std::lround(i[0])), y = static_cast<int>(std::lround(i[1])),
              z = static_cast<int>(std::lround(i[2]));
    const bool in_image = thorax.hu.contains(x, y, z);
    double value = std::pow((r - usual) / usual_sd_mm, 2);
    if (!stopped && in_image && r > 0.5 * usual) {
      if (thorax.lung(x, y, z)) {
        value -= lung_reward;
        stopped = true;
      } else if (ends_heart(thorax, root, x, y, z)) {
        stopped = true;
      } else {
        value -= edge_reward * std::max(0.0, hu_at(r - 3) - hu_at(r + 3)) / 150;
      }
    } else if (stopped) {
      value += barred;
    }
    cost[k] = static_cast<float>(value);
  }
}

} // namespace

HeartRegion find_heart_region(const Thorax& thorax, const AorticRoot& root, const HeartFrame& frame,
                              Parallel parallel) {
  const Shape shape = usual_shape(frame);
  CostField field(elevations, azimuths, heights);
  parallel_for(elevations, parallel, [&](std::size_t e) {
    for (int a = 0; a < azimuths; ++a)
      price_ray(thorax, root, frame, shape, direction(static_cast<int>(e), a), field.at(static_cast<int>(e), a));
  });
  const std::vector<float> surface = cheapest_surface(field, 0.25F, 4.0F, Ends::Circular);
  HeartRegion region{.inside = Volume<std::uint8_t>(thorax.hu.geometry(), 0)};
  const Vec3 centre = frame.to_index(shape.centre);
  const auto radius_at = [&](const Vec3& d, double r) {
    const double e = std::clamp((std::asin(std::clamp(d[2] / r, -1.0, 1.0)) + pi / 2) / pi * elevations - 0.5, 0.0,
                                elevations - 1.0);
    const double a = (std::atan2(d[1], d[0]) / (2 * pi) + 1) * azimuths;
    const int e0 = std::min(static_cast<int>(e), elevations - 2), a0 = static_cast<int>(a);
    const auto sample = [&](int row, int column) {
      return first_mm +
             step_mm * static_cast<double>(surface[static_cast<std::size_t>(row * azimuths + column % azimuths)]);
    };
    const double te = e - e0, ta = a - a0;
    return (1 - te) * ((1 - ta) * sample(e0, a0) + ta * sample(e0, a0 + 1)) +
           te * ((1 - ta) * sample(e0 + 1, a0) + ta * sample(e0 + 1, a0 + 1));
  };
  const auto [nx, ny, nz] = thorax.hu.geometry().size;
  parallel_for(static_cast<std::size_t>(nz), parallel, [&, nx = nx, ny = ny](std::size_t slice) {
    const int z = static_cast<int>(slice);
    for (int y = 0; y < ny; ++y)
      for (int x = 0; x < nx; ++x) {
        const Vec3 d{(x - centre[0]) / mm, (centre[1] - y) / mm, (z - centre[2]) / mm};
        const double r = norm(d);
        if (r < 1 || (r < first_mm + step_mm * heights && r < radius_at(d, r)))
          region.inside(x, y, z) = !thorax.lung(x, y, z) && (r < 1 || !ends_heart(thorax, root, x, y, z));
      }
  });
  std::size_t voxels = 0, fat = 0, border = 0;
  for (int z = 0; z < nz; ++z)
    for (int y = 0; y < ny; ++y)
      for (int x = 0; x < nx; ++x)
        if (region.inside(x, y, z)) {
          ++voxels;
          fat += thorax.hu(x, y, z) > -190 && thorax.hu(x, y, z) < -30;
          border += x == 0 || y == 0 || z == 0 || x == nx - 1 || y == ny - 1 || z == nz - 1;
        }
  region.volume_ml = static_cast<double>(voxels) * voxel_volume_mm3(frame.grid) / 1000;
  region.fat_ml = static_cast<double>(fat) * voxel_volume_mm3(frame.grid) / 1000;
  const double surface_voxels = 4 * pi * std::pow(3 * region.volume_ml * 1000 / (4 * pi), 2.0 / 3.0) * mm * mm;
  region.cut_share = static_cast<double>(border) / std::max(surface_voxels, 1.0);
  return region;
}

} // namespace osteocalc::segmentation
