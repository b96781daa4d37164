// SPDX-License-Identifier: Apache-2.0
#include "find_anatomy.h"

#include "osteocalc/image/resample.h"
#include "osteocalc/image/upright.h"

namespace osteocalc::app {

segmentation::Segmentation find_anatomy(const Volume<std::int16_t>& hu, const segmentation::SegmentOptions& options) {
  if (!is_sheared(hu.geometry()))
    return segmentation::segment(hu, options);
  segmentation::Segmentation found = segmentation::segment(upright(hu, options.parallel), options);
  for (LabelMap* labels : {&found.wholes, &found.parts})
    labels->voxels = resample_labels(labels->voxels, hu.geometry(), options.parallel);
  return found;
}

} // namespace osteocalc::app
