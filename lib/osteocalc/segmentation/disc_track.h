// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

namespace osteocalc::segmentation {

/// Where discs are looked for: every pixel of a patch of the working grid, with every radius. Scores over it are
/// indexed (radius * height + y) * width + x.
struct DiscGrid {
  int width = 0, height = 0;
  std::vector<double> radii_mm;
};

/// Hough votes for bright discs in one slice, each edge pixel voting along its gradient: 1 where a whole circle of
/// that radius has an edge. HU are clipped to [low_hu, high_hu] first, so that calcium does not vote.
[[nodiscard]] std::vector<float> disc_votes(const std::vector<float>& hu, const DiscGrid& grid, float low_hu,
                                            float high_hu);

/// The disc in each slice, as an index into the scores, so that the sum of scores less the cost of moving (0.12 a
/// pixel, 0.06 a radius) is largest. A step is at most 2 pixels and one radius.
[[nodiscard]] std::vector<std::size_t> best_disc_path(const std::vector<std::vector<float>>& scores,
                                                      const DiscGrid& grid);

} // namespace osteocalc::segmentation
