// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/synth/spine_anatomy.h"

#include <vector>

namespace osteocalc::synth {

/// Nested outlines of the trunk at one height: skin, muscle wall, the cavity inside it, and between the lungs the fat
/// that holds the heart and the great vessels.
struct TrunkSection {
  double z_mm = 0;
  Outline skin{}, muscle{}, cavity{}, mediastinum{};
};

/// Half of the diaphragm: the height it reaches over (x, y) falls off from its top as a paraboloid.
struct Dome {
  double x_mm = 60, y_mm = -20, top_mm = 200;
  [[nodiscard]] double height_mm(double x, double y) const;
};

struct Trunk {
  std::vector<TrunkSection> sections; ///< ascending in z
  Dome right, left;
  double apex_mm = 0;   ///< height of the lungs' tops
  double carina_mm = 0; ///< where the windpipe forks
  double root_mm = 0;   ///< the aortic root
  double lung_hu = -860;
  double fat = 1; ///< amount of fat between organs; 0.3 very thin ... 1.6 large
  bool arms_down = false;
  double table_mm = 150;      ///< y of the lowest point of the back
  std::vector<Piece> outside; ///< arms and breasts
  [[nodiscard]] TrunkSection at(double z_mm) const;
};

[[nodiscard]] Trunk build_trunk(const Person& person, const Spine& spine);

/// Joins and paints a piece.
void paint(Canvas& canvas, const Piece& piece);

/// Table, skin, fat, muscle, cavities and lungs of one slice; leaves the abdominal cavity as the canvas's cavity.
void paint_trunk(Canvas& canvas, const Trunk& trunk);

/// Ribs with cartilage, breastbone, shoulder blades, collar bones, hip bones, muscles of the back.
[[nodiscard]] std::vector<Piece> outside_pieces(const Person& person, const Spine& spine, const Trunk& trunk);
[[nodiscard]] std::vector<Piece> wall_pieces(const Person& person, const Spine& spine, const Trunk& trunk);

} // namespace osteocalc::synth
