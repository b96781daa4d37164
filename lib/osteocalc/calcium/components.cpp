// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calcium/components.h"

#include "osteocalc/calcium/candidate_mask.h"
#include "osteocalc/calcium/disjoint_sets.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace osteocalc::calcium {
namespace {

/// Two runs of a row of which the second begins where the first ends.
PixelRun joined(const PixelRun& a, const PixelRun& b) {
  return {a.y, a.x_begin, b.x_end, std::max(a.peak_hu, b.peak_hu), a.sum_hu + b.sum_hu};
}

void append_run(HuSlice slice, std::int32_t y, std::int32_t begin, std::int32_t end, std::vector<PixelRun>& runs) {
  const PixelRun run = measured_run(slice, y, begin, end);
  if (!runs.empty() && runs.back().y == y && runs.back().x_end == begin)
    runs.back() = joined(runs.back(), run);
  else
    runs.push_back(run);
}

/// Runs of one row between two pixels, one by one.
void append_runs(HuSlice slice, std::int32_t y, std::int32_t begin, std::int32_t end, int min_hu, int max_hu,
                 std::vector<PixelRun>& runs) {
  const std::int16_t* row = slice.row(y);
  const auto counts = [&](std::int32_t x) { return row[x] >= min_hu && row[x] <= max_hu; };
  for (std::int32_t x = begin; x < end; ++x) {
    if (!counts(x))
      continue;
    const std::int32_t first = x;
    while (x < end && counts(x))
      ++x;
    append_run(slice, y, first, x, runs);
  }
}

/// The same from the bits of a mask whose bit 0 is pixel x.
void append_runs(HuSlice slice, std::int32_t y, std::int32_t x, std::uint64_t mask, std::vector<PixelRun>& runs) {
  while (mask != 0) {
    const int skip = std::countr_zero(mask);
    const int length = std::countr_one(mask >> skip);
    append_run(slice, y, x + skip, x + skip + length, runs);
    if (skip + length >= mask_pixels)
      return;
    mask &= ~std::uint64_t{0} << (skip + length);
  }
}

} // namespace

std::vector<PixelRun> runs_at_least(HuSlice slice, int min_hu) {
  std::vector<PixelRun> runs;
  if (min_hu > std::numeric_limits<std::int16_t>::max())
    return runs;
  const auto threshold = static_cast<std::int16_t>(std::max<int>(min_hu, std::numeric_limits<std::int16_t>::min()));
  for (std::int32_t y = 0; y < slice.height; ++y) {
    const std::int16_t* row = slice.row(y);
    std::int32_t x = 0;
    for (; x + mask_pixels <= slice.width; x += mask_pixels)
      append_runs(slice, y, x, candidate_mask(row + x, threshold), runs);
    append_runs(slice, y, x, slice.width, min_hu, no_max_hu, runs);
  }
  return runs;
}

std::vector<PixelRun> runs_within(std::span<const PixelRun> runs, HuSlice slice, int min_hu, int max_hu) {
  std::vector<PixelRun> kept;
  kept.reserve(runs.size());
  for (const PixelRun& run : runs)
    append_runs(slice, run.y, run.x_begin, run.x_end, min_hu, max_hu, kept);
  return kept;
}

PixelRun measured_run(HuSlice slice, std::int32_t y, std::int32_t x_begin, std::int32_t x_end) {
  const std::int16_t* row = slice.row(y);
  PixelRun run{y, x_begin, x_end, row[x_begin], 0};
  for (std::int32_t x = x_begin; x < x_end; ++x) {
    run.peak_hu = std::max<std::int32_t>(run.peak_hu, row[x]);
    run.sum_hu += row[x];
  }
  return run;
}

void add(const PixelRun& run, Component& component) {
  component.peak_hu = component.pixels == 0 ? run.peak_hu : std::max(component.peak_hu, run.peak_hu);
  component.pixels += run.pixels();
  component.sum_hu += run.sum_hu;
  component.sum_x += (static_cast<std::int64_t>(run.x_begin) + run.x_end - 1) * run.pixels() / 2;
  component.sum_y += run.y * run.pixels();
}

void add(const Component& part, Component& component) {
  component.peak_hu = component.pixels == 0 ? part.peak_hu : std::max(component.peak_hu, part.peak_hu);
  component.pixels += part.pixels;
  component.sum_hu += part.sum_hu;
  component.sum_x += part.sum_x;
  component.sum_y += part.sum_y;
}

SliceComponents connect(std::span<const PixelRun> runs, Connectivity connectivity) {
  DisjointSets sets(runs.size());
  for_each_touching(runs, runs, 1, connectivity, [&](std::size_t i, std::size_t j) {
    sets.join(static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(j));
  });
  SliceComponents result;
  std::uint32_t count = 0;
  result.of_run = sets.numbered(count);
  result.components.resize(count);
  for (std::size_t i = 0; i < runs.size(); ++i)
    add(runs[i], result.components[result.of_run[i]]);
  return result;
}

} // namespace osteocalc::calcium
