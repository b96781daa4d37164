// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/image/label_map.h"

#include <algorithm>

namespace osteocalc {

std::map<LabelId, LabelBox> label_boxes(const Volume<LabelId>& labels) {
  std::vector<LabelBox> boxes(std::size_t{1} << 16U);
  for (int z = 0; z < labels.size(2); ++z)
    for (int y = 0; y < labels.size(1); ++y) {
      const LabelId* row = labels.slice(z).row(y);
      for (int x = 0; x < labels.size(0); ++x) {
        const LabelId id = row[x];
        if (id == 0)
          continue;
        LabelBox& box = boxes[id];
        const std::array<int, 3> at{x, y, z};
        for (std::size_t axis = 0; axis < 3; ++axis) {
          box.low[axis] = box.empty() ? at[axis] : std::min(box.low[axis], at[axis]);
          box.high[axis] = box.empty() ? at[axis] : std::max(box.high[axis], at[axis]);
        }
        ++box.count;
      }
    }
  std::map<LabelId, LabelBox> present;
  for (std::size_t id = 1; id < boxes.size(); ++id)
    if (!boxes[id].empty())
      present.emplace(static_cast<LabelId>(id), boxes[id]);
  return present;
}

std::vector<LabelId> labels_present(const LabelMap& labels) {
  std::vector<char> seen(std::size_t{1} << 16U, 0);
  for (const LabelId id : labels.voxels.voxels())
    seen[id] = 1;
  std::vector<LabelId> ids;
  for (std::size_t id = 1; id < seen.size(); ++id)
    if (seen[id])
      ids.push_back(static_cast<LabelId>(id));
  return ids;
}

std::string name_of(const LabelMap& labels, LabelId id) {
  const auto found = labels.names.find(id);
  return found != labels.names.end() ? found->second : label_name(id);
}

} // namespace osteocalc
