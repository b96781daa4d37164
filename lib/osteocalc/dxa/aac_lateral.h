// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/issue.h"
#include "osteocalc/dxa/aac.h"
#include "osteocalc/image/polygon.h"
#include "osteocalc/image/volume.h"

#include <array>

namespace osteocalc::dxa {

/// The corners of a vertebral body on a lateral image, mm from its top left corner: front, middle, back of the upper
/// endplate, then of the lower one. The front of the body may be to the left or to the right.
struct SixPointMark {
  Vertebra level = Vertebra::L1;
  std::array<Vec2, 6> points{};
};

/// One calcified stretch of a wall: a proposal that a reader may change.
struct WallSpan {
  Vertebra level = Vertebra::L1;
  Wall wall = Wall::Anterior;
  Vec2 top{}, bottom{}; ///< mm
};

struct LateralCalcium {
  std::vector<WallCalcium> walls;
  std::vector<WallSpan> spans;
  Issues issues;
};

/// Calcified lengths of the aorta's walls in front of L1 to L4: bright lines along the spine (see find_wall_ridges),
/// each put to the nearer of the two straight lines that most of them lie on. Works on mineral (g/cm2) and on grey
/// levels alike: what counts is contrast to both sides against noise. \param image brighter is denser \pre spacing in
/// mm, or marks in the same unit as it
[[nodiscard]] LateralCalcium find_wall_calcium(const Volume<float>& image, const std::vector<SixPointMark>& marks);

} // namespace osteocalc::dxa
