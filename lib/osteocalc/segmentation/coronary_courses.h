// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/segmentation/heart_root.h"

#include <array>
#include <cstdint>
#include <vector>

namespace osteocalc::segmentation {

enum class CoronaryArtery : std::uint8_t { LM, LAD, LCX, RCA };
inline constexpr std::size_t artery_count = 4;

/// Where a heart is and how large. Frame coordinates are mm from the centre of the aortic root: to the left, to the
/// front, up (towards the head).
struct HeartFrame {
  VolumeGeometry grid; ///< the thorax grid
  Vec3 root_index{};
  double root_radius_mm = 0.0;
  double border_mm = 110.0; ///< from the root to the left heart border; 115 in a heart of usual size

  [[nodiscard]] Vec3 from_index(const Vec3& index) const noexcept;
  [[nodiscard]] Vec3 to_index(const Vec3& frame_mm) const noexcept;
  /// Size of this heart, half-way to the usual one: 1 = usual. In plane; heights go with its square root.
  [[nodiscard]] double scale() const noexcept;
};

[[nodiscard]] HeartFrame make_frame(const Thorax& thorax, const AorticRoot& root);

using Polyline = std::vector<Vec3>;

/// The expected courses in this heart, in frame coordinates: one line or more an artery.
struct CoronaryCourses {
  std::array<std::vector<Polyline>, artery_count> lines; ///< by CoronaryArtery
  Vec3 fat_pad{};                                        ///< fat left of the root, between the left main's branches
  double fork_mm = 0.0;                                  ///< from the root's axis to the left main's fork
  double fat_pad_ml = 0.0;                               ///< below 0.8 mL its place is mostly the usual one
  int border_heights = 0;                                ///< heights, of 16, at which the left border was seen
};

/// Left main to the fat pad, anterior and circumflex artery from there along the front and rear of the left border,
/// right coronary artery along its usual line, scaled.
[[nodiscard]] CoronaryCourses find_courses(const Thorax& thorax, const AorticRoot& root, const HeartFrame& frame);

/// Distance to a line with differences in height weighted: courses are surer in plane than in height.
[[nodiscard]] double line_distance_mm(const Vec3& point, const Polyline& line, double height_weight);
[[nodiscard]] double course_distance_mm(const CoronaryCourses& courses, CoronaryArtery artery, const Vec3& point);

} // namespace osteocalc::segmentation
