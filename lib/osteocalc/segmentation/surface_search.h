// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

namespace osteocalc::segmentation {

/// A cost for every height over a rectangle of columns; what a surface search chooses one height a column from.
struct CostField {
  int rows = 0, columns = 0, heights = 0;
  std::vector<float> cost; ///< heights run fastest, then columns

  CostField(int r, int c, int h)
      : rows(r), columns(c), heights(h),
        cost(static_cast<std::size_t>(r) * static_cast<std::size_t>(c) * static_cast<std::size_t>(h), 0.0F) {}
  [[nodiscard]] std::size_t offset(int row, int column) const noexcept {
    return (static_cast<std::size_t>(row) * static_cast<std::size_t>(columns) + static_cast<std::size_t>(column)) *
           static_cast<std::size_t>(heights);
  }
  [[nodiscard]] float* at(int row, int column) noexcept { return cost.data() + offset(row, column); }
  [[nodiscard]] const float* at(int row, int column) const noexcept { return cost.data() + offset(row, column); }
};

enum class Ends { Open, Circular };

/// The smooth surface of least cost: semi-global matching over the four directions along rows and columns
/// (\cite hirschmuller2008). A step of one height between neighbours costs `small_step`, of two 2.6 times that, of any
/// size at most `large_step`. Columns may close to a ring. Returns heights in samples, with sub-sample precision,
/// columns running fastest.
[[nodiscard]] std::vector<float> cheapest_surface(const CostField& field, float small_step, float large_step,
                                                  Ends columns);

/// The path through `gain[i][j]` with the largest sum of gain - bend * step^2, |step| <= max_step a row.
[[nodiscard]] std::vector<int> best_path(const std::vector<std::vector<double>>& gain, double bend, int max_step);

} // namespace osteocalc::segmentation
