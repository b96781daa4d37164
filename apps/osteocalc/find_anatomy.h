// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/image/volume.h"
#include "osteocalc/segmentation/segment.h"

namespace osteocalc::app {

/// Anatomy found in the image, labelled on its grid. In slices of a tilted gantry it is found on their upright copy.
[[nodiscard]] segmentation::Segmentation find_anatomy(const Volume<std::int16_t>& hu,
                                                      const segmentation::SegmentOptions& options);

} // namespace osteocalc::app
