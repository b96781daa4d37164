// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/dxa/aac.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace osteocalc::dxa {
namespace {

constexpr std::array levels{Vertebra::L1, Vertebra::L2, Vertebra::L3, Vertebra::L4};

/// Lengths are in pixels and slices: what meets a third up to rounding is a third.
constexpr double exact = 1e-9;

/// AAC-8 of one wall: its calcified length in heights of vertebrae.
int wall_length_grade(double heights) {
  return heights <= 0 ? 0 : std::min(4, std::max(1, static_cast<int>(std::ceil(heights - exact))));
}

std::vector<AacSeverity> severities(int total) {
  const auto three = [&](int moderate, int severe) {
    return total >= severe ? "severe" : total >= moderate ? "moderate" : "low";
  };
  return {{"0-1/2-5/6+", three(2, 6)},
          {"6+", total >= 6 ? "severe" : "not severe"},
          {"above 6", total > 6 ? "severe" : "not severe"},
          {"5+", total >= 5 ? "severe" : "not severe"},
          {"0/1-4/5+", total == 0   ? "none"
                       : total >= 5 ? "severe"
                                    : "moderate"}};
}

} // namespace

std::string_view to_string(Wall wall) noexcept {
  return wall == Wall::Anterior ? "anterior" : "posterior";
}

int wall_grade(double share) noexcept {
  return share <= 0 ? 0 : share <= 1.0 / 3 + exact ? 1 : share <= 2.0 / 3 + exact ? 2 : 3;
}

std::optional<int> AacScore::level_score(Vertebra level) const {
  int sum = 0, seen = 0;
  for (const WallCalcium& wall : walls)
    if (wall.level == level) {
      sum += wall_grade(wall.share());
      ++seen;
    }
  return seen == 2 ? std::optional(sum) : std::nullopt;
}

AacScore score_aac(const std::vector<WallCalcium>& walls) {
  AacScore score{.walls = walls, .aac24 = 0, .aac8 = 0, .severity = {}};
  for (const Vertebra level : levels) {
    const auto points = score.level_score(level);
    score.aac24 = points && score.aac24 ? std::optional(*score.aac24 + *points) : std::nullopt;
  }
  if (!score.aac24) {
    score.aac8.reset();
    return score;
  }
  for (const Wall wall : {Wall::Anterior, Wall::Posterior}) {
    double heights = 0;
    for (const WallCalcium& part : walls)
      if (part.wall == wall && part.level >= Vertebra::L1 && part.level <= Vertebra::L4)
        heights += part.share();
    *score.aac8 += wall_length_grade(heights);
  }
  score.severity = severities(*score.aac24);
  return score;
}

AacScore reported_aac(int aac24, std::optional<int> aac8) {
  return {.walls = {}, .aac24 = aac24, .aac8 = aac8, .severity = severities(aac24)};
}

} // namespace osteocalc::dxa
