// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/issue.h"
#include "osteocalc/core/structure_names.h"
#include "osteocalc/image/label_map.h"

namespace osteocalc::segmentation {

/// Another program's map in our numbers: TotalSegmentator v2's for wholes, ours for parts; a part fills its whole.
/// With LabelScheme::Auto the map's own names decide where at least one is known, else the numbers: v1
/// where v1's vertebrae climb the scan better than v2's (LABEL-SCHEME), else v2. Labels that name nothing known are
/// left out (LABEL-UNKNOWN).
[[nodiscard]] LabelSet import_labels(const LabelMap& labels, LabelScheme scheme, Issues& issues);

} // namespace osteocalc::segmentation
