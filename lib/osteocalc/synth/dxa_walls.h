// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/synth/plaque.h"

#include <array>
#include <vector>

namespace osteocalc::synth {

enum class AorticWall { Anterior, Posterior };

/// One wall of the abdominal aorta opposite one vertebra, from the middle of the disc above to that of the disc below.
struct WallSegment {
  Vertebra level = Vertebra::L1;
  AorticWall wall = AorticWall::Anterior;
  double top_z_mm = 0, bottom_z_mm = 0;
  double calcified_mm = 0; ///< of its height, where plaques overlap counted once

  [[nodiscard]] double length_mm() const { return top_z_mm - bottom_z_mm; }
};

/// Plaques in the front and back wall of the aorta beside L1 to L4, more of them and longer ones with age: what a
/// lateral image shows in profile. About a fifth of people have none.
[[nodiscard]] std::vector<Plaque> wall_plaques(const Torso& torso);

/// The eight segments L1 to L4, anterior first, with the length that these plaques calcify.
[[nodiscard]] std::array<WallSegment, 8> wall_segments(const Torso& torso, const std::vector<Plaque>& plaques);

} // namespace osteocalc::synth
