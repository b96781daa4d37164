// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/bone/densitometry.h"
#include "osteocalc/calcium/score.h"
#include "osteocalc/core/issue.h"
#include "osteocalc/image/label_map.h"
#include "osteocalc/study/bed_rule.h"

#include <vector>

namespace osteocalc::study {

/// A bed to score: which labels of the bed map make it up, and whether all of it was in view.
struct Bed {
  calcium::Region region;
  std::string incomplete;       ///< why a part of the bed may be missing; empty: all of it was in view
  LabelBox box;                 ///< around its voxels
  bool without_calcium = false; ///< its territory was labelled and holds none: a score of 0 is a finding
};

/// The label map with the aorta cut by vertebral level, and the beds in it.
struct BedMap {
  Volume<LabelId> labels; ///< bed labels, private to this map
  std::vector<Bed> beds;
  Issues issues;
};

/// Coronary beds from their labels (200-204), the valve (205), the aorta by its parts (211-214) where they are labelled
/// and by vertebral level wherever vertebrae are. An aorta without parts (52) is cut at the upper end of L1: what lies
/// below is abdominal, what lies above is "aorta_thoracic". Where the bifurcation is in view, the abdominal aorta's
/// lowest 8 cm and 5 cm along its course are beds too \cite chuang2013. The artery's bright bone (see
/// `without_osteophytes`) is to be taken out before.
[[nodiscard]] BedMap make_beds(const Volume<LabelId>& labels, const std::vector<bone::BodyFinding>& bodies,
                               Parallel parallel);

/// The same under a rule made before.
[[nodiscard]] BedMap make_beds(const Volume<LabelId>& labels, const std::vector<bone::BodyFinding>& bodies,
                               const BedRule& rule, Parallel parallel);

/// Fits every bed's box to the map's labels after they were put on another grid.
void refit_boxes(BedMap& map);

} // namespace osteocalc::study
