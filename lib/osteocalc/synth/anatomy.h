// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/synth/chest_anatomy.h"

#include <vector>

namespace osteocalc::synth {

/// The whole body of one person between neck and pelvis, lying on the back. LPS mm; see Spine for the origin.
struct Torso {
  Person person{};
  Spine spine{};
  Trunk trunk{};
  Heart heart{};
  Aorta aorta{};
  std::vector<Piece> pieces{}; ///< in the order of painting: what comes later lies over what came before
};

/// \param densities trabecular densities that replace the person's, per level
[[nodiscard]] Torso build_torso(const Person& person, const std::vector<LevelDensity>& densities = {});

/// Liver, spleen, stomach, kidneys with their fat, bowel with gas.
[[nodiscard]] std::vector<Piece> abdomen_pieces(const Person& person, const Spine& spine, const Trunk& trunk);

/// Paints everything but calcium and a calibration phantom at the canvas's height.
void paint_torso(Canvas& canvas, const Torso& torso);

} // namespace osteocalc::synth
