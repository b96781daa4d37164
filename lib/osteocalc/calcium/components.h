// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/image/volume.h"

#include <cstdint>
#include <span>
#include <vector>

namespace osteocalc::calcium {

using HuSlice = SliceView<const std::int16_t>;

/// Pixels x_begin <= x < x_end of row y. Runs are kept sorted by (y, x_begin) and never touch within a row. They carry
/// what is needed of their HU, so that the image is read once, while its slice is in the cache.
struct PixelRun {
  std::int32_t y = 0, x_begin = 0, x_end = 0;
  std::int32_t peak_hu = 0, sum_hu = 0;
  [[nodiscard]] std::int64_t pixels() const noexcept { return x_end - x_begin; }
  friend bool operator==(const PixelRun&, const PixelRun&) = default;
};

inline constexpr int no_max_hu = 32767;

/// What a rule needs to know of a group of pixels.
struct Component {
  std::int64_t pixels = 0;
  int peak_hu = 0;                               ///< when there are pixels
  std::int64_t sum_hu = 0, sum_x = 0, sum_y = 0; ///< for mean and centroid
};

/// Components of one slice, numbered in the order of their first run; of_run[i] is the component of run i.
struct SliceComponents {
  std::vector<std::uint32_t> of_run;
  std::vector<Component> components;
};

/// Which pixels of one slice are neighbours: sharing an edge, or an edge or corner.
enum class Connectivity { Four, Eight };

/// The one pass over the pixels: every run with HU >= min_hu.
[[nodiscard]] std::vector<PixelRun> runs_at_least(HuSlice slice, int min_hu);

/// The parts of `runs` with min_hu <= HU <= max_hu; touches only their pixels.
[[nodiscard]] std::vector<PixelRun> runs_within(std::span<const PixelRun> runs, HuSlice slice, int min_hu, int max_hu);

/// The run of pixels [x_begin, x_end) of row y with their peak and sum. \pre x_begin < x_end
[[nodiscard]] PixelRun measured_run(HuSlice slice, std::int32_t y, std::int32_t x_begin, std::int32_t x_end);

/// Adds pixels to a component.
void add(const PixelRun& run, Component& component);
void add(const Component& part, Component& component);

/// Connected components of the runs of one slice.
[[nodiscard]] SliceComponents connect(std::span<const PixelRun> runs, Connectivity connectivity);

/// Runs of every slice, caudal first.
using RunStack = std::vector<std::vector<PixelRun>>;

/// Calls touch(i, j) for every a[i] and b[j] with b[j].y == a[i].y + row_offset whose pixels are neighbours: overlap in
/// x (Four) or also meet at a corner (Eight). Both lists are walked once, as in a merge.
template <class Touch>
void for_each_touching(std::span<const PixelRun> a, std::span<const PixelRun> b, int row_offset,
                       Connectivity connectivity, const Touch& touch) {
  const int reach = connectivity == Connectivity::Eight ? 1 : 0;
  std::size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    const int row = a[i].y + row_offset;
    if (row != b[j].y) {
      row < b[j].y ? ++i : ++j;
      continue;
    }
    if (a[i].x_begin < b[j].x_end + reach && b[j].x_begin < a[i].x_end + reach)
      touch(i, j);
    a[i].x_end < b[j].x_end ? ++i : ++j;
  }
}

} // namespace osteocalc::calcium
