// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calcium/components.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <numeric>

namespace osteocalc::calcium {
namespace {

/// Union-find whose root is always the smallest member, so that components are numbered by their first run.
class DisjointSets {
 public:
  explicit DisjointSets(std::size_t count) : parent_(count) { std::iota(parent_.begin(), parent_.end(), 0U); }

  std::uint32_t root(std::uint32_t item) {
    while (parent_[item] != item) {
      parent_[item] = parent_[parent_[item]];
      item = parent_[item];
    }
    return item;
  }

  void join(std::uint32_t a, std::uint32_t b) {
    if (parent_[a] == parent_[b])
      return; // most runs meet in several places
    a = root(a);
    b = root(b);
    parent_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<std::uint32_t> parent_;
};

/// Calls touch(i, j) for every a[i] and b[j] with b[j].y == a[i].y + row_offset whose pixels are neighbours: overlap in
/// x (reach 0) or also meet at a corner (reach 1). Both lists are walked once, as in a merge.
template <class Touch>
void for_each_touching(std::span<const PixelRun> a, std::span<const PixelRun> b, int row_offset, int reach,
                       const Touch& touch) {
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

constexpr int reach_of(Connectivity connectivity) {
  return connectivity == Connectivity::Eight ? 1 : 0;
}

/// Numbers the roots in the order of their first member.
std::vector<std::uint32_t> numbered(DisjointSets& sets, std::size_t count, std::uint32_t& components) {
  std::vector<std::uint32_t> number(count);
  components = 0;
  for (std::uint32_t item = 0; item < count; ++item) {
    const std::uint32_t root = sets.root(item);
    number[item] = root == item ? components++ : number[root];
  }
  return number;
}

constexpr int block = 64;

/// True when a block of pixels holds a candidate. Branch-free so that the compiler turns it into vector compares.
bool any_at_least(const std::int16_t* pixels, std::int16_t min_hu) {
  std::int16_t found = 0;
  for (int i = 0; i < block; ++i)
    found = static_cast<std::int16_t>(found | static_cast<std::int16_t>(pixels[i] >= min_hu ? -1 : 0));
  return found != 0;
}

/// Two runs of a row of which the second begins where the first ends.
PixelRun joined(const PixelRun& a, const PixelRun& b) {
  return {a.y, a.x_begin, b.x_end, std::max(a.peak_hu, b.peak_hu), a.sum_hu + b.sum_hu};
}

void append_runs(const std::int16_t* row, std::int32_t y, std::int32_t begin, std::int32_t end, int min_hu,
                 std::vector<PixelRun>& runs) {
  for (std::int32_t x = begin; x < end; ++x) {
    if (row[x] < min_hu)
      continue;
    PixelRun run{y, x, x, row[x], 0};
    for (; run.x_end < end && row[run.x_end] >= min_hu; ++run.x_end) {
      run.peak_hu = std::max<std::int32_t>(run.peak_hu, row[run.x_end]);
      run.sum_hu += row[run.x_end];
    }
    x = run.x_end;
    if (!runs.empty() && runs.back().y == y && runs.back().x_end == run.x_begin)
      runs.back() = joined(runs.back(), run);
    else
      runs.push_back(run);
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
    for (; x + block <= slice.width; x += block)
      if (any_at_least(row + x, threshold))
        append_runs(row, y, x, x + block, threshold, runs);
    append_runs(row, y, x, slice.width, threshold, runs);
  }
  return runs;
}

std::vector<PixelRun> runs_at_least(std::span<const PixelRun> runs, HuSlice slice, int min_hu) {
  std::vector<PixelRun> kept;
  kept.reserve(runs.size());
  for (const PixelRun& run : runs)
    append_runs(slice.row(run.y), run.y, run.x_begin, run.x_end, min_hu, kept);
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

SliceComponents connect(std::span<const PixelRun> runs, Connectivity connectivity) {
  DisjointSets sets(runs.size());
  for_each_touching(runs, runs, 1, reach_of(connectivity), [&](std::size_t i, std::size_t j) {
    sets.join(static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(j));
  });
  SliceComponents result;
  std::uint32_t count = 0;
  result.of_run = numbered(sets, runs.size(), count);
  result.components.resize(count);
  for (std::size_t i = 0; i < runs.size(); ++i)
    add(runs[i], result.components[result.of_run[i]]);
  return result;
}

Objects connect_stack(std::span<const std::vector<PixelRun>> runs, Connectivity connectivity) {
  std::vector<std::uint32_t> first(runs.size() + 1, 0);
  for (std::size_t z = 0; z < runs.size(); ++z)
    first[z + 1] = first[z] + static_cast<std::uint32_t>(runs[z].size());
  DisjointSets sets(first.back());
  const int reach = reach_of(connectivity);
  const auto join_rows = [&](std::size_t z, std::size_t other, int row_offset) {
    for_each_touching(runs[z], runs[other], row_offset, reach, [&](std::size_t i, std::size_t j) {
      sets.join(first[z] + static_cast<std::uint32_t>(i), first[other] + static_cast<std::uint32_t>(j));
    });
  };
  for (std::size_t z = 0; z < runs.size(); ++z) {
    join_rows(z, z, 1);
    if (z + 1 == runs.size())
      continue;
    // 6-connected: the pixel right above; 26-connected: its eight neighbours too.
    for (int row_offset = -reach; row_offset <= reach; ++row_offset)
      join_rows(z, z + 1, row_offset);
  }
  Objects objects;
  const std::vector<std::uint32_t> number = numbered(sets, first.back(), objects.count);
  for (std::size_t z = 0; z < runs.size(); ++z)
    objects.of_run.emplace_back(number.begin() + first[z], number.begin() + first[z + 1]);
  return objects;
}

} // namespace osteocalc::calcium
