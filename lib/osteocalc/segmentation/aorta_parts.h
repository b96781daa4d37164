// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/segmentation/aorta.h"
#include "osteocalc/segmentation/aorta_image.h"

#include <optional>
#include <vector>

namespace osteocalc::segmentation {

/// What spine and lungs say about where the aorta's parts begin.
struct Landmarks {
  int highest_fork_slice = 0;            ///< of the working grid: the aorta divides below it, or not in view
  std::optional<double> thorax_end_z_mm; ///< upper endplate of L1
  bool by_level = false;                 ///< that height comes from vertebral levels, else from the lungs
  bool great_vessels_in_view = false;    ///< the image reaches far enough above the diaphragm for an ascending aorta
};

[[nodiscard]] Landmarks find_landmarks(const Body& body, const SpineResult& spine,
                                       const std::vector<SpineAnchor>& anchors);

/// Cuts the ascending aorta off where it is round no more, and gives every section its segment: the arch ends
/// where its outer branches leave it, the abdominal aorta begins at the disc above L1. Sets root_mm.
void name_parts(const Landmarks& marks, AortaResult& aorta);

/// Median and robust SD of the blood within the trusted sections' inner 60 %.
void measure_blood(const Body& body, AortaResult& aorta);

/// What the field of view did to the courses.
struct View {
  bool top_cut = false, bottom_cut = false, arch_found = false, heart_level = false;
};

/// Issues for every part that was not found, is cut by the image's edge or is not to be trusted.
void report_doubts(const View& view, AortaResult& aorta);

} // namespace osteocalc::segmentation
