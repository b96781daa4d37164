// SPDX-License-Identifier: Apache-2.0
// The same vertebrae as another reader or network might label them: a voxel aside, a voxel larger, a voxel smaller.
#pragma once

#include "osteocalc/core/anatomy.h"
#include "osteocalc/image/volume.h"

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace osteocalc::test {

inline Volume<LabelId> shifted(const Volume<LabelId>& labels, std::size_t axis, int by) {
  Volume<LabelId> result(labels.geometry(), 0);
  for (int z = 0; z < labels.size(2); ++z)
    for (int y = 0; y < labels.size(1); ++y)
      for (int x = 0; x < labels.size(0); ++x) {
        std::array<int, 3> from{x, y, z};
        from[axis] -= by;
        if (labels.contains(from[0], from[1], from[2]))
          result(x, y, z) = labels(from[0], from[1], from[2]);
      }
  return result;
}

/// What is_member(label) says of, one voxel (6 neighbours) larger, or smaller: then its outermost voxels become
/// outside(label).
template <class IsMember, class Outside>
Volume<LabelId> resized(const Volume<LabelId>& labels, bool larger, const IsMember& is_member, const Outside& outside) {
  Volume<LabelId> result = labels.clone();
  for (int z = 1; z + 1 < labels.size(2); ++z)
    for (int y = 1; y + 1 < labels.size(1); ++y)
      for (int x = 1; x + 1 < labels.size(0); ++x)
        for (const auto& [dx, dy, dz] : {std::array{1, 0, 0}, std::array{-1, 0, 0}, std::array{0, 1, 0},
                                         std::array{0, -1, 0}, std::array{0, 0, 1}, std::array{0, 0, -1}}) {
          const LabelId here = labels(x, y, z), there = labels(x + dx, y + dy, z + dz);
          if (larger && is_member(there) && !is_member(here))
            result(x, y, z) = there;
          else if (!larger && is_member(here) && !is_member(there))
            result(x, y, z) = outside(here);
        }
  return result;
}

/// All six shifts, larger and smaller, each with a name for messages.
template <class IsMember, class Outside>
std::vector<std::pair<std::string, Volume<LabelId>>>
changed_by_a_voxel(const Volume<LabelId>& labels, const IsMember& is_member, const Outside& outside) {
  std::vector<std::pair<std::string, Volume<LabelId>>> changed;
  for (std::size_t axis = 0; axis < 3; ++axis)
    for (const int by : {-1, 1})
      changed.emplace_back(std::string("shift ") + (by < 0 ? "-" : "+") + "xyz"[axis], shifted(labels, axis, by));
  changed.emplace_back("larger", resized(labels, true, is_member, outside));
  changed.emplace_back("smaller", resized(labels, false, is_member, outside));
  return changed;
}

} // namespace osteocalc::test
