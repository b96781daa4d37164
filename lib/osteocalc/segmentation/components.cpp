// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/components.h"

#include <algorithm>
#include <numeric>

namespace osteocalc::segmentation {
namespace {

struct Run {
  int y, first, last; ///< voxels first..last of row y
};

struct SliceRuns {
  std::vector<Run> runs;           ///< in memory order
  std::vector<std::size_t> row_at; ///< first run of each row; one more entry for the end
};

SliceRuns find_runs(SliceView<const std::uint8_t> slice) {
  SliceRuns result;
  for (int y = 0; y < slice.height; ++y) {
    result.row_at.push_back(result.runs.size());
    const std::uint8_t* row = slice.row(y);
    for (int x = 0; x < slice.width; ++x) {
      if (row[x] == 0)
        continue;
      const int first = x;
      while (x + 1 < slice.width && row[x + 1] != 0)
        ++x;
      result.runs.push_back({y, first, x});
    }
  }
  result.row_at.push_back(result.runs.size());
  return result;
}

/// Union-find in which the smaller id is always the root, so that roots do not depend on the order of the unions.
class Forest {
 public:
  explicit Forest(std::size_t n) : parent_(n) { std::iota(parent_.begin(), parent_.end(), std::size_t{0}); }
  std::size_t root(std::size_t i) {
    while (parent_[i] != i)
      i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  void unite(std::size_t a, std::size_t b) {
    a = root(a);
    b = root(b);
    parent_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<std::size_t> parent_;
};

/// Joins the runs of two rows that touch; `reach` 1 lets corners touch.
void join_rows(const SliceRuns& a, std::size_t base_a, int ya, const SliceRuns& b, std::size_t base_b, int yb,
               int reach, Forest& forest) {
  if (yb < 0 || static_cast<std::size_t>(yb) + 1 >= b.row_at.size())
    return;
  std::size_t i = a.row_at[static_cast<std::size_t>(ya)], j = b.row_at[static_cast<std::size_t>(yb)];
  const std::size_t end_i = a.row_at[static_cast<std::size_t>(ya) + 1],
                    end_j = b.row_at[static_cast<std::size_t>(yb) + 1];
  while (i < end_i && j < end_j) {
    const Run &r = a.runs[i], &s = b.runs[j];
    if (r.first <= s.last + reach && s.first <= r.last + reach)
      forest.unite(base_a + i, base_b + j);
    r.last < s.last ? ++i : ++j;
  }
}

} // namespace

Components connected_components(const Volume<std::uint8_t>& mask, Connectivity connectivity, Parallel parallel) {
  const int ny = mask.size(1), nz = mask.size(2);
  const int reach = connectivity == Connectivity::Corners || connectivity == Connectivity::SliceCorners ? 1 : 0;
  const bool across = connectivity == Connectivity::Faces || connectivity == Connectivity::Corners;
  const auto slices = parallel_map(static_cast<std::size_t>(nz), parallel,
                                   [&](std::size_t z) { return find_runs(mask.slice(static_cast<int>(z))); });
  std::vector<std::size_t> base{0};
  for (const auto& slice : slices)
    base.push_back(base.back() + slice.runs.size());
  Forest forest(base.back());
  for (std::size_t z = 0; z < slices.size(); ++z)
    for (int y = 0; y < ny; ++y) {
      join_rows(slices[z], base[z], y, slices[z], base[z], y - 1, reach, forest);
      for (int dy = -reach; across && z > 0 && dy <= reach; ++dy)
        join_rows(slices[z], base[z], y, slices[z - 1], base[z - 1], y + dy, reach, forest);
    }

  Components result{Volume<std::int32_t>(mask.geometry()), {}};
  std::vector<std::int32_t> id(base.back(), 0);
  for (std::size_t z = 0; z < slices.size(); ++z)
    for (std::size_t i = 0; i < slices[z].runs.size(); ++i) {
      const Run& run = slices[z].runs[i];
      const std::size_t root = forest.root(base[z] + i);
      const int slice = static_cast<int>(z), length = run.last - run.first + 1;
      if (id[root] == 0) {
        result.pieces.push_back({0, {run.first, run.y, slice}, {run.last, run.y, slice}, {}});
        id[root] = static_cast<std::int32_t>(result.pieces.size());
      }
      id[base[z] + i] = id[root];
      Component& piece = result.pieces[static_cast<std::size_t>(id[root]) - 1];
      piece.voxels += static_cast<std::size_t>(length);
      piece.low = {std::min(piece.low[0], run.first), std::min(piece.low[1], run.y), piece.low[2]};
      piece.high = {std::max(piece.high[0], run.last), std::max(piece.high[1], run.y), slice};
      piece.centre = piece.centre + double(length) * Vec3{0.5 * (run.first + run.last), double(run.y), double(slice)};
    }
  for (Component& piece : result.pieces)
    piece.centre = (1.0 / static_cast<double>(piece.voxels)) * piece.centre;
  parallel_for(slices.size(), parallel, [&](std::size_t z) {
    const auto slice = result.ids.slice(static_cast<int>(z));
    std::fill_n(slice.data, static_cast<std::size_t>(slice.width) * static_cast<std::size_t>(slice.height), 0);
    for (std::size_t i = 0; i < slices[z].runs.size(); ++i) {
      const Run& run = slices[z].runs[i];
      std::fill(slice.row(run.y) + run.first, slice.row(run.y) + run.last + 1, id[base[z] + i]);
    }
  });
  return result;
}

std::int32_t largest_component(const Components& components) noexcept {
  const auto best = std::ranges::max_element(components.pieces, {}, &Component::voxels);
  return best == components.pieces.end() ? 0 : static_cast<std::int32_t>(best - components.pieces.begin()) + 1;
}

} // namespace osteocalc::segmentation
