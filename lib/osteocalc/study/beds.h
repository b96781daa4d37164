// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/bone/densitometry.h"
#include "osteocalc/calcium/score.h"
#include "osteocalc/core/issue.h"
#include "osteocalc/image/label_map.h"

#include <vector>

namespace osteocalc::study {

/// A bed to score: which labels of the bed map make it up, and whether all of it was in view.
struct Bed {
  calcium::Region region;
  bool complete = false;
};

/// The label map with the aorta cut by vertebral level, and the beds in it.
struct BedMap {
  Volume<LabelId> labels; ///< bed labels, private to this map
  std::vector<Bed> beds;
  Issues issues;
};

/// Coronary beds from their labels (200-204), the valve (205), the aorta by its parts (211-214) where they are labelled
/// and by vertebral level wherever vertebrae are. An aorta without parts (52) is cut at the upper end of L1: what lies
/// below is abdominal, what lies above is "aorta_thoracic".
[[nodiscard]] BedMap make_beds(const Volume<LabelId>& labels, const std::vector<bone::BodyFinding>& bodies,
                               Parallel parallel);

} // namespace osteocalc::study
