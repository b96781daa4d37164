// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/segmentation/body.h"
#include "osteocalc/segmentation/line_filter.h"
#include "osteocalc/segmentation/spine_path.h"

#include <vector>

namespace osteocalc::segmentation {

/// Coordinates that follow the spine, in mm: s along its curve from the lowest sample up, v to the back, u to the left.
/// One sample a millimetre of s; vectors in LPS.
struct SpineFrame {
  std::vector<Vec3> center, up, back, left;
  Line depth_mm, half_width_mm; ///< of the bodies (and discs); empty until the walls are known

  [[nodiscard]] int length() const noexcept { return static_cast<int>(center.size()); }
  /// The LPS point at (s, v, u); s beyond the ends continues straight.
  [[nodiscard]] Vec3 point(double s, double v, double u) const;
  /// A direction given by its components along up, back and left at s.
  [[nodiscard]] Vec3 direction(double s, double up_part, double back_part, double left_part) const;
};

/// A box in (u, v) around the curve and the sample distances. A straightened volume has x = u, y = v, z = s.
struct StraightBox {
  double u_mm = 52.0; ///< from -u to +u
  double v_front_mm = -40.0, v_back_mm = 80.0;
  double step_mm = 1.0;
};

inline constexpr float outside_hu = -2000.0F; ///< of straightened samples that lie outside the image

/// The image along the curve, straightened; its geometry's index_to_point gives (u, v, s).
[[nodiscard]] Volume<float> straighten(const Volume<std::int16_t>& image, const SpineFrame& frame,
                                       const StraightBox& box, Parallel parallel);

/// The part of the image around the spine, averaged to 1 mm where it is finer.
[[nodiscard]] Volume<std::int16_t> spine_detail(const Volume<std::int16_t>& image, const Body& body,
                                                const CanalPath& path, Parallel parallel);

/// The curve through the middle of the bodies, with their depth and width, from the course of the canal.
[[nodiscard]] SpineFrame center_on_bodies(const Volume<std::int16_t>& detail, const Body& body, const CanalPath& path,
                                          Parallel parallel);

/// The curve carried straight on beyond its ends: its sections are tilted, so corners of the image lie beyond them.
[[nodiscard]] SpineFrame extended(const SpineFrame& frame, int below_mm, int above_mm);

/// Trilinear value of a straightened volume at (s, v, u); the border is replicated.
[[nodiscard]] float sample(const Volume<float>& straight, double s, double v, double u) noexcept;

} // namespace osteocalc::segmentation
