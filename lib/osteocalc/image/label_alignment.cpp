// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/image/label_alignment.h"

#include "osteocalc/core/error.h"
#include "osteocalc/image/resample.h"

#include <algorithm>
#include <string>

namespace osteocalc {

LabelMap aligned_labels(LabelMap labels, const VolumeGeometry& image, Parallel parallel, Issues& issues) {
  if (std::ranges::none_of(labels.voxels.voxels(), [](LabelId id) { return id != 0; }))
    throw Refusal(refused("LABEL-EMPTY", "labels", "the label map holds no label (nothing can be measured with it)"));
  if (same_grid(labels.voxels.geometry(), image))
    return labels;
  const double covered = covered_fraction(image, labels.voxels.geometry());
  LabelMap aligned{resample_labels(labels.voxels, image, parallel), std::move(labels.names)};
  if (std::ranges::none_of(aligned.voxels.voxels(), [](LabelId id) { return id != 0; }))
    throw Refusal(refused("LABEL-APART", "labels",
                          "none of the label map's structures lies within the image (it may belong to another scan, or "
                          "its orientation is swapped) check its header"));
  issues.push_back(info("LABEL-RESAMPLED", "labels", "the label map has another grid; the nearest label was taken"));
  if (covered < 1)
    issues.push_back(warning("LABEL-COVERAGE", "labels",
                             "the label map covers only " + std::to_string(static_cast<int>(100 * covered)) +
                                 " % of the image's corners and centre (structures outside it are missing)"));
  return aligned;
}

void draw_over(LabelMap& wholes, const LabelMap& parts) {
  OSTEOCALC_EXPECT(same_grid(wholes.voxels.geometry(), parts.voxels.geometry()));
  std::ranges::transform(wholes.voxels.voxels(), parts.voxels.voxels(), wholes.voxels.voxels().begin(),
                         [](LabelId whole, LabelId part) { return part != 0 ? part : whole; });
  wholes.names.insert(parts.names.begin(), parts.names.end());
}

} // namespace osteocalc
