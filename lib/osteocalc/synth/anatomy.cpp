// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/synth/anatomy.h"

namespace osteocalc::synth {

Torso build_torso(const Person& person, const std::vector<LevelDensity>& densities) {
  Torso torso{.person = person, .spine = build_spine(person, densities)};
  torso.trunk = build_trunk(person, torso.spine);
  torso.heart = build_heart(person, torso.spine, torso.trunk);
  torso.aorta = build_aorta(person, torso.spine, torso.trunk, torso.heart);
  keep_arteries_off(torso.aorta, torso.heart);
  const auto add = [&](std::vector<Piece> pieces) {
    for (Piece& piece : pieces)
      torso.pieces.push_back(std::move(piece));
  };
  add(abdomen_pieces(person, torso.spine, torso.trunk));
  add(wall_pieces(person, torso.spine, torso.trunk));
  add(chest_pieces(person, torso.spine, torso.trunk, torso.heart, torso.aorta));
  add(spine_pieces(torso.spine));
  return torso;
}

void paint_torso(Canvas& canvas, const Torso& torso) {
  paint_trunk(canvas, torso.trunk);
  for (const Piece& piece : torso.pieces)
    paint(canvas, piece);
}

} // namespace osteocalc::synth
