// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/issue.h"
#include "osteocalc/core/parallel.h"
#include "osteocalc/image/label_map.h"

#include <cstdint>

namespace osteocalc::segmentation {

/// Labels that measurements need and that are not there, with the beds and values that will be missing (LABEL-MISSING).
[[nodiscard]] Issues missing_classes(const LabelSet& labels);

/// Where labels of another program contradict the image or anatomy:
/// LABEL-FLIPPED (refused): vertebrae numbered from the head down, the aorta behind the spine, iliac arteries or heart
/// and aorta on each other's side, or vertebrae that would lie on bone if the map were mirrored;
/// LABEL-OFF-BONE (refused): vertebrae that do not lie on bone; LABEL-ORDER: single vertebrae out of order;
/// LABEL-SIDE: the heart or the aorta alone on the right; LABEL-COVERAGE: all labels end in a flat cut within the scan.
/// \pre image and labels on one grid in LPS order
[[nodiscard]] Issues doubt_labels(const LabelSet& labels, const Volume<std::int16_t>& image, Parallel parallel);

} // namespace osteocalc::segmentation
