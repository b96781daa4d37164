// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/coronary_territory.h"

#include "osteocalc/segmentation/line_filter.h"

#include <array>
#include <cmath>

namespace osteocalc::segmentation {
namespace {

LabelId label_at(const Vec3& at, int hu, const HeartFrame& frame, const CoronaryCourses& courses) {
  using enum CoronaryArtery;
  constexpr double reach_mm = 15.0, valve_depth_mm = -6.0;
  const double s = frame.scale();
  if (root_wall_distance_mm({at[0] / s, at[1] / s, at[2] / std::sqrt(s)}, frame.root_radius_mm) < valve_depth_mm)
    return label::aortic_valve;
  double nearest = reach_mm;
  LabelId found = hu > -190 && hu < -30 ? label::coronary_territory : LabelId{0};
  for (const CoronaryArtery artery : {LM, LAD, LCX, RCA})
    if (const double distance = course_distance_mm(courses, artery, at); distance < nearest) {
      nearest = distance;
      const CoronaryArtery named = artery == LM || artery == LAD ? (is_left_main(courses, at) ? LM : LAD) : artery;
      found = static_cast<LabelId>(label::coronary_lm + static_cast<LabelId>(named));
    }
  return found;
}

} // namespace

Vec3 root_axis_at(double up_mm) noexcept {
  const double up = up_mm < -26 ? -26 : up_mm > 8 ? 8 : up_mm;
  return up > -12 ? Vec3{11 * ramp(-up, 0, 12), -3 * ramp(-up, 0, 12), up}
                  : Vec3{11 + 10 * ramp(-up, 12, 26), -3 - 3 * ramp(-up, 12, 26), up};
}

double root_wall_distance_mm(const Vec3& usual_mm, double root_radius_mm) noexcept {
  if (usual_mm[2] > 8 || usual_mm[2] < -30)
    return 99.0;
  const Vec3 axis = root_axis_at(usual_mm[2]);
  return std::hypot(usual_mm[0] - axis[0], usual_mm[1] - axis[1]) - 0.95 * root_radius_mm;
}

bool is_left_main(const CoronaryCourses& courses, const Vec3& frame_mm) noexcept {
  constexpr double lowest_mm = -15.0;
  return frame_mm[2] > lowest_mm && std::hypot(frame_mm[0], frame_mm[1]) < courses.fork_mm;
}

Volume<LabelId> coronary_territory(const Volume<std::uint8_t>& heart, const Thorax& thorax, const HeartFrame& frame,
                                   const CoronaryCourses& courses, Parallel parallel) {
  Volume<LabelId> labels(heart.geometry(), LabelId{0});
  parallel_for(static_cast<std::size_t>(heart.size(2)), parallel, [&](std::size_t slice) {
    const int z = static_cast<int>(slice);
    for (int y = 0; y < heart.size(1); ++y)
      for (int x = 0; x < heart.size(0); ++x)
        if (heart(x, y, z))
          labels(x, y, z) =
              label_at(frame.from_index({double(x), double(y), double(z)}), thorax.hu(x, y, z), frame, courses);
  });
  return labels;
}

} // namespace osteocalc::segmentation
