// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/anatomy.h"
#include "osteocalc/segmentation/coronary_courses.h"

namespace osteocalc::segmentation {

/// How near the circle of the root's wall a place lies, at its height; < 0 inside, 99 above and below the root.
/// \param usual_mm frame coordinates divided by the heart's size
[[nodiscard]] double root_wall_distance_mm(const Vec3& usual_mm, double root_radius_mm) noexcept;

/// The root's axis (frame coordinates) at a height, from 8 mm above the root centre to the valve, 26 mm below.
[[nodiscard]] Vec3 root_axis_at(double up_mm) noexcept;

/// True where a place along LM and LAD counts as left main: nearer to the root than the fork and not below it.
[[nodiscard]] bool is_left_main(const CoronaryCourses& courses, const Vec3& frame_mm) noexcept;

/// Labels 201..204 within 15 mm of an artery's expected course in the heart, 205 within the root, 200 in epicardial fat
/// farther away; on the thorax grid.
[[nodiscard]] Volume<LabelId> coronary_territory(const Volume<std::uint8_t>& heart, const Thorax& thorax,
                                                 const HeartFrame& frame, const CoronaryCourses& courses,
                                                 Parallel parallel);

} // namespace osteocalc::segmentation
