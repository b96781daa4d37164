// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/aorta_calcium.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <vector>

namespace osteocalc::segmentation {
namespace {

constexpr double longest_mm = 20.0;

using Voxel = std::array<int, 3>; // z, y, x: sorts as the image runs

/// visit(voxel) for each of the 26 neighbours within the image.
template <class Visit>
void visit_neighbours(const Volume<LabelId>& labels, const Voxel& at, const Visit& visit) {
  for (int z = std::max(0, at[0] - 1); z <= std::min(labels.size(2) - 1, at[0] + 1); ++z)
    for (int y = std::max(0, at[1] - 1); y <= std::min(labels.size(1) - 1, at[1] + 1); ++y)
      for (int x = std::max(0, at[2] - 1); x <= std::min(labels.size(0) - 1, at[2] + 1); ++x)
        visit(Voxel{z, y, x});
}

struct Calcium {
  const Volume<std::int16_t>& image;
  const Volume<LabelId>& labels;
  [[nodiscard]] LabelId at(const Voxel& v) const { // 0 where there is none
    return image(v[2], v[1], v[0]) >= aortic_calcium_hu ? labels(v[2], v[1], v[0]) : LabelId{0};
  }
};

/// Calcium of one slice that touches calcium of another segment.
std::vector<Voxel> at_limits(const Calcium& calcium, int z) {
  std::vector<Voxel> found;
  for (int y = 0; y < calcium.labels.size(1); ++y)
    for (int x = 0; x < calcium.labels.size(0); ++x) {
      const Voxel here{z, y, x};
      const LabelId label = calcium.at(here);
      bool divided = false;
      if (label != 0)
        visit_neighbours(calcium.labels, here, [&](const Voxel& v) {
          const LabelId other = calcium.at(v);
          divided = divided || (other != 0 && other != label);
        });
      if (divided)
        found.push_back(here);
    }
  return found;
}

/// All calcium joined to a voxel of it.
std::set<Voxel> piece_around(const Calcium& calcium, const Voxel& start) {
  std::set<Voxel> piece{start};
  std::vector<Voxel> open{start};
  while (!open.empty()) {
    const Voxel here = open.back();
    open.pop_back();
    visit_neighbours(calcium.labels, here, [&](const Voxel& v) {
      if (calcium.at(v) != 0 && piece.insert(v).second)
        open.push_back(v);
    });
  }
  return piece;
}

/// Downstream order; the iliac arteries' ids are the lowest.
int downstream(LabelId label) {
  return label < label::aorta_ascending ? label + label::aorta_abdominal : label;
}

LabelId most_common(const Calcium& calcium, const std::set<Voxel>& piece) {
  std::map<int, std::pair<int, LabelId>> counts;
  for (const Voxel& v : piece) {
    auto& [count, label] = counts[downstream(calcium.at(v))];
    ++count;
    label = calcium.at(v);
  }
  return std::ranges::max_element(counts, {}, [](const auto& c) { return c.second.first; })->second.second;
}

} // namespace

void join_divided_calcium(const Volume<std::int16_t>& image, Volume<LabelId>& labels, Parallel parallel) {
  OSTEOCALC_EXPECT(same_grid(image.geometry(), labels.geometry()));
  const Calcium calcium{image, labels};
  const auto starts = parallel_map(static_cast<std::size_t>(labels.size(2)), parallel,
                                   [&](std::size_t z) { return at_limits(calcium, static_cast<int>(z)); });
  std::set<Voxel> done;
  for (const auto& slice : starts)
    for (const Voxel& start : slice) {
      if (done.contains(start))
        continue;
      const std::set<Voxel> piece = piece_around(calcium, start);
      done.insert(piece.begin(), piece.end());
      const int slices = (*piece.rbegin())[0] - (*piece.begin())[0] + 1;
      if (slices * labels.geometry().spacing_mm[2] > longest_mm)
        continue;
      const LabelId label = most_common(calcium, piece);
      for (const Voxel& v : piece)
        labels(v[2], v[1], v[0]) = label;
    }
}

} // namespace osteocalc::segmentation
