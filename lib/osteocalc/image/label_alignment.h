// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/issue.h"
#include "osteocalc/core/parallel.h"
#include "osteocalc/image/label_map.h"

namespace osteocalc {

/// A label map on the image's grid: as it is when the grids agree, else by nearest neighbour. Says so when the map
/// covers only a part of the image (note_coverage). \throw Refusal (LABEL-APART) when it covers none of it,
/// (LABEL-EMPTY) when it holds no label
[[nodiscard]] LabelMap aligned_labels(LabelMap labels, const VolumeGeometry& image, Parallel parallel, Issues& issues);

/// LABEL-COVERAGE when a grid of labels ends before the image does: how many mm are missing at which end.
void note_coverage(const VolumeGeometry& labels, const VolumeGeometry& image, Issues& issues);

/// Finer parts drawn over whole structures: where a part is labelled it wins. \pre the same grid
void draw_over(LabelMap& wholes, const LabelMap& parts);

} // namespace osteocalc
