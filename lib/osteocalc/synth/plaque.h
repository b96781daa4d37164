// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/synth/anatomy.h"

#include <span>
#include <vector>

namespace osteocalc::synth {

/// A calcified plaque: an ellipsoid of even density in the wall of an artery (or a leaflet of the valve). Its mineral
/// is on top of soft tissue that the plaque brings with it, so its mass is its volume times its density, exactly.
struct Plaque {
  LabelId bed = 0; ///< 201 LM ... 214 abdominal aorta, 65, 66
  Ellipsoid shape{};
  double density_mg_cm3 = 300;

  [[nodiscard]] double volume_mm3() const { return synth::volume_mm3(shape); }
  [[nodiscard]] double mass_mg() const { return 1e-3 * density_mg_cm3 * volume_mm3(); }
};

/// Plaques in the walls of the named arteries whose masses add up to each load. Where they lie and how they are made
/// follows the person's seed. \throw ConfigError for a bed that is no artery of the torso or is named twice, or a
/// negative mass
[[nodiscard]] std::vector<Plaque> place_calcium(const Torso& torso, std::span<const CalciumLoad> loads);

/// The label of the whole structure a bed belongs to: 51 heart, 52 aorta, 65, 66.
[[nodiscard]] LabelId structure_of_bed(LabelId bed);

void paint_plaques(Canvas& canvas, std::span<const Plaque> plaques, double layer_mm);

} // namespace osteocalc::synth
