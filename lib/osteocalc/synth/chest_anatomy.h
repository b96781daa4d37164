// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/synth/trunk_anatomy.h"

#include <vector>

namespace osteocalc::synth {

/// The aorta from its valve to the bifurcation, and the common iliac arteries.
struct Aorta {
  Tube line{}; ///< nodes about every 3 mm; its parts name the beds
  Tube iliac_left{}, iliac_right{};
};

/// A coronary artery: 201 LM, 202 LAD, 203 LCX or 204 RCA, from its origin on.
struct Coronary {
  LabelId bed = 0;
  Tube line;
};

struct Heart {
  Frame root; ///< at the aortic root's centre, turned as the heart is turned
  double size = 1;
  std::vector<Ellipsoid> chambers; ///< left ventricle, right ventricle, left atrium, right atrium, the septa between
  std::vector<Ellipsoid> auricles;
  std::vector<Coronary> coronaries;
  Vec3 valve_mm{0, 0, 0};              ///< middle of the aortic valve
  std::vector<Vec3> mitral_annulus_mm; ///< from its aortic end round the back

  /// The point `left`, `front`, `up` mm from the root in an average heart.
  [[nodiscard]] Vec3 at(double left, double front, double up) const {
    return root.at(size * left, -size * front, size * up);
  }
};

[[nodiscard]] Heart build_heart(const Person& person, const Spine& spine, const Trunk& trunk);
[[nodiscard]] Aorta build_aorta(const Person& person, const Spine& spine, const Trunk& trunk, const Heart& heart);

/// Moves the circumflex and right artery out of the descending aorta where a winding one touches the heart.
void keep_arteries_off(const Aorta& aorta, Heart& heart);

/// Airways, gullet, lung vessels, heart with its fat, great vessels, aorta (labelled), coronary arteries (labelled).
[[nodiscard]] std::vector<Piece> chest_pieces(const Person& person, const Spine& spine, const Trunk& trunk,
                                              const Heart& heart, const Aorta& aorta);

} // namespace osteocalc::synth
