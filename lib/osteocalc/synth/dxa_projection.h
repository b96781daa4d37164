// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/parallel.h"
#include "osteocalc/image/volume.h"
#include "osteocalc/synth/canvas.h"
#include "osteocalc/synth/dxa_beam.h"

#include <functional>
#include <optional>

namespace osteocalc::synth {

/// Soft tissue of even thickness and composition that takes the place of the body's own: the phantoms of densitometry.
struct SoftTissueSlab {
  double thickness_cm = 20;
  double fat_share = 0.25; ///< by mass
  [[nodiscard]] ArealMasses masses() const;
};

enum class RayDirection { FrontToBack, SideToSide };

/// What lies on each ray of a flat image. The rows run from head to foot, the columns to the patient's left (front to
/// back) or to the back (side to side); the geometry has one slice.
struct AreaImage {
  VolumeGeometry grid;
  std::vector<ArealMasses> masses;

  [[nodiscard]] const ArealMasses& at(int x, int y) const {
    return masses[static_cast<std::size_t>(y) * static_cast<std::size_t>(grid.size[0]) + static_cast<std::size_t>(x)];
  }
};

/// A flat image's place: its top left corner in LPS, its size and its square pixels.
struct FlatField {
  RayDirection rays = RayDirection::FrontToBack;
  Vec3 corner_mm{0, 0, 0}; ///< of the first pixel, not its centre; the component along the rays is where they start
  double width_mm = 160, height_mm = 220, depth_mm = 400, pixel_mm = 1;
};

using PaintLayer = std::function<void(Canvas& canvas, double layer_mm)>;

/// Parallel rays through what `paint` draws at each height. Tissue of up to 52 HU is fat and lean by volume, thinner
/// tissue is lean with air; mineral comes on top. With a slab only the mineral is kept.
[[nodiscard]] AreaImage project(const FlatField& field, const PaintLayer& paint,
                                const std::optional<SoftTissueSlab>& slab, Parallel parallel);

} // namespace osteocalc::synth
