// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/segmentation/vertebra_whole.h"

#include "osteocalc/core/anatomy.h"

#include <vector>

namespace osteocalc::segmentation {

/// Straightened vertebrae carried back to the image: each voxel whose centre lies inside gets the vertebra's label.
struct ImageVertebrae {
  Volume<LabelId> whole, bodies;
};

/// `whole_ids` and `body_ids` hold the label of each vertebra of the chain, 0 to leave it out.
[[nodiscard]] ImageVertebrae carry_to_image(const StraightVertebrae& straight, const SpineFrame& frame,
                                            const VolumeGeometry& image, const std::vector<LabelId>& whole_ids,
                                            const std::vector<LabelId>& body_ids, Parallel parallel);

} // namespace osteocalc::segmentation
