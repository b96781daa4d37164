// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/dxa/aac_lateral.h"
#include "osteocalc/dxa/region.h"
#include "osteocalc/dxa/spine_summary.h"

#include <string>
#include <string_view>

namespace osteocalc::dxa {

/// Regions of an image as a user may edit them, schema "osteocalc.dxa_roi/1":
///   "regions": [{"name": "L1", "outline_mm": [[x, y], ..], "area": "outline" | "bone", "excluded": "reason"}, ..]
struct RegionFile {
  std::vector<Region> regions;
  std::vector<ExcludedLevel> excluded;
};
[[nodiscard]] RegionFile parse_regions(std::string_view json); ///< \throw ConfigError naming the region and key
[[nodiscard]] std::string regions_json(const std::vector<Region>& regions);

/// Marks on a lateral image and, where a reader knows better, calcified lengths, schema "osteocalc.dxa_marks/1":
///   "vertebrae": [{"level": "L1", "points_mm": [[x, y] x 6]}, ..],
///   "calcium": [{"level": "L2", "wall": "anterior", "calcified_mm": 12.5}, ..]
struct MarkFile {
  std::vector<SixPointMark> marks;
  struct Length {
    Vertebra level;
    Wall wall;
    double calcified_mm;
  };
  std::vector<Length> lengths;
};
[[nodiscard]] MarkFile parse_marks(std::string_view json); ///< \throw ConfigError naming the level and key
[[nodiscard]] std::string marks_json(const std::vector<SixPointMark>& marks);

/// The reader's lengths in place of those that were found.
void apply_lengths(std::vector<WallCalcium>& walls, const MarkFile& file);

} // namespace osteocalc::dxa
