// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/image/geometry.h"

#include <optional>
#include <string>
#include <vector>

namespace osteocalc::view {

/// One row of pixels in the patient: pixel x lies at left_mm + x * step_mm (LPS).
struct SurfaceRow {
  Vec3 left_mm{}, step_mm{};
  Vec3 normal{}; ///< unit vector across the surface: along it a thick slab reaches
};

/// A cut through a scan as rows of pixels from the top: flat for the planes, bent for a curved reformation.
struct Surface {
  int width = 0;
  std::vector<SurfaceRow> rows;
  double mm_per_px = 1;
  bool flat = true;
  [[nodiscard]] int height() const noexcept { return static_cast<int>(rows.size()); }
};

enum class Plane { Axial, Sagittal, Coronal };

/// A plane through a point, as radiologists look: axial from the feet, the patient's right on the left of the picture;
/// coronal from the front; sagittal with the front on the left. The point is the picture's middle.
[[nodiscard]] Surface plane_through(Plane plane, const Vec3& middle_mm, int width, int height, double mm_per_px);

/// Any plane: `across` runs to the right of the picture, `down` down it.
[[nodiscard]] Surface plane_through(const Vec3& middle_mm, const Vec3& across, const Vec3& down, int width, int height,
                                    double mm_per_px);

/// The line of a vessel or of the spine, from the head down, and beside it where a picture is to look.
struct CenterLine {
  std::vector<Vec3> points_mm; ///< about `step_mm` apart
  double step_mm = 1;
};

/// The plane that holds a line's ends and its middle's way to the front.
[[nodiscard]] Surface oblique_along(const CenterLine& line, const Vec3& middle_mm, int width, int height,
                                    double mm_per_px);

/// The line stretched straight down the picture's middle; rows run across it towards `beside` (the spine beside the
/// aorta), or to the back where there is none. `first_mm` of the line lies at the top.
[[nodiscard]] Surface curved_along(const CenterLine& line, const CenterLine& beside, double first_mm, int width,
                                   int height, double mm_per_px);

/// The pixel a point is nearest to (fractions of pixels), where it lies within `reach_mm` of the surface.
[[nodiscard]] std::optional<std::array<double, 2>> pixel_of(const Surface& surface, const Vec3& point_mm,
                                                            double reach_mm);
[[nodiscard]] Vec3 point_at(const Surface& surface, double x, double y);

/// Letters at the picture's sides: L R A P H F, two where the side looks between two directions.
struct SideLetters {
  std::string left, right, top, bottom;
};
[[nodiscard]] SideLetters side_letters(const Surface& surface);

/// A round length of about a quarter of the picture's width.
[[nodiscard]] double scale_bar_mm(const Surface& surface);

} // namespace osteocalc::view
