// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/image/volume.h"

#include <array>
#include <vector>

namespace osteocalc::calibration {

/// A few slices averaged, with square pixels of about a millimetre.
struct ThinSlab {
  int width = 0, height = 0;
  double pixel_mm = 1;
  double first_x = 0, first_y = 0; ///< image index (x, y) of the slab's first pixel
  double pixel_step = 1;           ///< image pixels a slab pixel
  double z_index = 0;              ///< of its middle
  std::vector<float> hu;

  [[nodiscard]] float at(int x, int y) const {
    return hu[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x)];
  }
  [[nodiscard]] Vec3 image_index(double x, double y) const {
    return {first_x + x * pixel_step, first_y + y * pixel_step, z_index};
  }
};

/// The mean of slices first_z .. last_z. \param lean by how many image pixels (x, y) what is averaged moves from one
/// slice to the next
[[nodiscard]] ThinSlab thin_slab(const Volume<std::int16_t>& hu, int first_z, int last_z,
                                 const std::array<double, 2>& lean = {0, 0});

/// The cross-section of something round.
struct Circle {
  double x = 0, y = 0; ///< slab pixels
  double radius_mm = 0;
  double contrast_hu = 0;  ///< inside minus around
  double completeness = 0; ///< share of its outline that shows an edge of the right sign on the circle
};

struct CircleOptions {
  double least_radius_mm = 5, most_radius_mm = 14;
  double least_edge_hu_mm = 5; ///< weaker edges are noise, and so is what is usual in the slab
  double least_completeness = 0.6;
};

/// Bright and dark discs: every edge point votes for the centres that circles through it would have (Hough), and each
/// favoured centre is refined on edges found along rays. Contrast weighs nothing, so faint rods count as much as
/// bright.
[[nodiscard]] std::vector<Circle> find_circles(const ThinSlab& slab, CircleOptions options = {});

/// Where a circle of known radius lies near expected places, one in each slab, all moved alike.
struct CircleOffset {
  double dx_mm = 0, dy_mm = 0;
  double agreement = 0; ///< share of outline points with an edge of the common sign
};

/// The shift up to `reach_mm` at which the circles' insides differ most from their surroundings, whatever the sign.
/// Finds discs too faint and noisy for find_circles(). \param centers slab pixels, one a slab
[[nodiscard]] CircleOffset locate_circle(const std::vector<ThinSlab>& slabs,
                                         const std::vector<std::array<double, 2>>& centers, double radius_mm,
                                         double reach_mm);

} // namespace osteocalc::calibration
