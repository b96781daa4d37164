// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/image/polygon.h"
#include "osteocalc/synth/dxa_projection.h"
#include "osteocalc/synth/trunk_anatomy.h"

#include <string>
#include <utility>
#include <vector>

namespace osteocalc::synth {

enum class Side { Left, Right };

/// The upper end of a femur turned inwards, so that its neck lies in the image's plane. LPS mm; the origin is where the
/// axes of neck and shaft meet.
struct Femur {
  Side side = Side::Left;
  FlatField field{};
  Vec3 head_mm{0, 0, 0};
  double head_radius_mm = 23;
  double neck_mm = 0;              ///< from the origin along the neck's axis to its narrowest place
  double lesser_trochanter_mm = 0; ///< its lower end, z
  std::vector<Piece> pieces{};
};

[[nodiscard]] Femur build_femur(const Person& person, Side side);
void paint_femur(Canvas& canvas, const Femur& femur);

/// "neck", "trochanter", "intertrochanter", "total": outlines on the image, from the solids themselves.
[[nodiscard]] std::vector<std::pair<std::string, Polygon>> femur_regions(const Femur& femur);

} // namespace osteocalc::synth
