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

/// The parts of `runs` with HU >= min_hu; touches only their pixels.
[[nodiscard]] std::vector<PixelRun> runs_at_least(std::span<const PixelRun> runs, HuSlice slice, int min_hu);

/// The run of pixels [x_begin, x_end) of row y with their peak and sum. \pre x_begin < x_end
[[nodiscard]] PixelRun measured_run(HuSlice slice, std::int32_t y, std::int32_t x_begin, std::int32_t x_end);

/// Adds a run's pixels to a component.
void add(const PixelRun& run, Component& component);

/// Connected components of the runs of one slice.
[[nodiscard]] SliceComponents connect(std::span<const PixelRun> runs, Connectivity connectivity);

/// Connected objects through a stack of slices, 6-connected (Four) or 26-connected (Eight); numbered in the order of
/// their first run, from the lowest slice up. of_run[z][i] is the object of run i in slice z.
struct Objects {
  std::vector<std::vector<std::uint32_t>> of_run;
  std::uint32_t count = 0;
};
[[nodiscard]] Objects connect_stack(std::span<const std::vector<PixelRun>> runs, Connectivity connectivity);

} // namespace osteocalc::calcium
