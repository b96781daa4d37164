// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/synth/canvas.h"
#include "osteocalc/synth/person.h"

#include <vector>

namespace osteocalc::synth {

/// Shapes of one material, painted together.
struct Piece {
  Material material{};
  std::vector<Ellipsoid> ellipsoids{};
  std::vector<Tube> tubes{};
  std::vector<Block> blocks{};
};

struct VertebraForm {
  Vertebra level = Vertebra::T1;
  Block body{};
  double canal_half_width_mm = 9, canal_half_depth_mm = 8;
  double trabecular_mg_cm3 = 120;
  double disc_below_mm = 5;
  bool osteophytes = false; ///< at its lower endplate
};

/// T1 to S1, cranial to caudal. z = 0 is the middle of the top of S1, y = 35 mm the middle of T8.
struct Spine {
  std::vector<VertebraForm> vertebrae{};
  std::uint32_t texture_seed = 0;
  double size = 1; ///< against the average woman of 163 cm or man of 176 cm

  [[nodiscard]] const VertebraForm& at(Vertebra level) const { return vertebrae[static_cast<std::size_t>(level)]; }
  [[nodiscard]] double z_mm(Vertebra level) const { return at(level).body.frame.center_mm[2]; }
  /// The vertebra (interpolated between neighbours) whose middle is at height z; beyond the ends, the end one's.
  [[nodiscard]] Block body_at(double z_mm) const;
};

/// The spine of this person. The curvature, level sizes, degenerated discs, osteophytes, height loss and scoliosis come
/// from the seed, more of them with age and low density.
[[nodiscard]] Spine build_spine(const Person& person, const std::vector<LevelDensity>& densities);

/// What is painted for it, in order: discs, vertebrae (labelled; C6 and C7 above them without a label), the canal.
[[nodiscard]] std::vector<Piece> spine_pieces(const Spine& spine);

} // namespace osteocalc::synth
