// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/dxa/aac_lateral.h"
#include "osteocalc/dxa/region.h"

#include <array>
#include <string>

namespace osteocalc::review {

/// A region gets this outline; a name that is new is a new region.
struct OutlineRegion {
  std::string name;
  Polygon outline; ///< mm from the image's top left corner, as all places on a DXA image
  dxa::RegionArea area = dxa::RegionArea::Outline;
  friend bool operator==(const OutlineRegion&, const OutlineRegion&) = default;
};

struct RemoveRegion {
  std::string name;
  friend bool operator==(const RemoveRegion&, const RemoveRegion&) = default;
};

/// The site leaves the summary; the reason is the edit's.
struct ExcludeSite {
  std::string site;
  friend bool operator==(const ExcludeSite&, const ExcludeSite&) = default;
};

/// What a reader had excluded counts again; ISCD's own rule still holds.
struct UseSite {
  std::string site;
  friend bool operator==(const UseSite&, const UseSite&) = default;
};

/// The six points of a vertebra on a lateral image; a level that is new is a new mark.
struct MarkVertebra {
  Vertebra level = Vertebra::L1;
  std::array<Vec2, 6> points{}; ///< as dxa::SixPointMark
  friend bool operator==(const MarkVertebra&, const MarkVertebra&) = default;
};

/// A reader's grade of a wall, in place of all that was found or drawn there.
struct GradeWall {
  Vertebra level = Vertebra::L1;
  dxa::Wall wall = dxa::Wall::Anterior;
  int grade = 0; ///< 0 none, 1 up to a third, 2 up to two thirds, 3 more
  friend bool operator==(const GradeWall&, const GradeWall&) = default;
};

/// One calcified stretch that a reader drew. The first on a wall takes the place of what was found there.
struct DrawCalcium {
  Vertebra level = Vertebra::L1;
  dxa::Wall wall = dxa::Wall::Anterior;
  Vec2 from{}, to{};
  friend bool operator==(const DrawCalcium&, const DrawCalcium&) = default;
};

} // namespace osteocalc::review
