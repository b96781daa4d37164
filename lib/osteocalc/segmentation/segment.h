// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/issue.h"
#include "osteocalc/core/parallel.h"
#include "osteocalc/image/label_map.h"
#include "osteocalc/segmentation/heart.h"
#include "osteocalc/segmentation/vertebra.h"

#include <optional>
#include <vector>

namespace osteocalc::segmentation {

struct SegmentOptions {
  std::optional<LevelHint> level_hint;
  Parallel parallel;
};

/// What was found in a scan, on its grid.
struct Segmentation {
  LabelMap wholes; ///< TotalSegmentator's ids: 26-43 vertebrae, 51 heart, 52 aorta, 65 and 66 iliac arteries
  LabelMap parts;  ///< ours: 200-205 coronary territory and valve, 211-214 aorta, 260-277 vertebral bodies
  std::vector<VertebraFinding> vertebrae; ///< from the lowest to the highest, with level confidence
  std::vector<LesionDecision> lesions;    ///< every bright lesion of the chest, rejected ones too; lowest slice first
  Issues issues;
};

/// Finds vertebrae, aorta, heart and coronary territory in a CT in HU, without a network.
/// The same bytes for any number of threads. \pre image runs in LPS order
[[nodiscard]] Segmentation segment(const Volume<std::int16_t>& image, const SegmentOptions& options);

} // namespace osteocalc::segmentation
