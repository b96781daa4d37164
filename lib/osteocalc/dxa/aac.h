// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/anatomy.h"

#include <optional>
#include <string>
#include <vector>

namespace osteocalc::dxa {

enum class Wall { Anterior, Posterior };
[[nodiscard]] std::string_view to_string(Wall wall) noexcept; ///< "anterior", "posterior"

/// How much of the aorta's wall opposite one vertebra is calcified; the segment ends at the middles of the discs.
struct WallCalcium {
  Vertebra level = Vertebra::L1;
  Wall wall = Wall::Anterior;
  double calcified_mm = 0, segment_mm = 0;

  [[nodiscard]] double share() const { return calcified_mm / segment_mm; }
};

/// 0 none, 1 up to a third, 2 up to two thirds, 3 more of the wall. \cite kauppila1997
[[nodiscard]] int wall_grade(double share) noexcept;

/// Severity of an AAC-24 total under one published cut.
struct AacSeverity {
  std::string scheme, level;
};

struct AacScore {
  std::vector<WallCalcium> walls;    ///< anterior then posterior of each level
  std::optional<int> aac24;          ///< absent: a level of L1 to L4 is missing
  std::optional<int> aac8;           ///< \cite schousboe2006
  std::vector<AacSeverity> severity; ///< the default scheme first

  /// Both walls of one level, 0 to 6; absent where the level is.
  [[nodiscard]] std::optional<int> level_score(Vertebra level) const;
};

/// \pre every segment is longer than 0
[[nodiscard]] AacScore score_aac(const std::vector<WallCalcium>& walls);

/// A reader's totals, without the walls they come from.
[[nodiscard]] AacScore reported_aac(int aac24, std::optional<int> aac8);

} // namespace osteocalc::dxa
