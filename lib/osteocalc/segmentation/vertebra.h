// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/anatomy.h"
#include "osteocalc/segmentation/body.h"

#include <optional>
#include <vector>

namespace osteocalc::segmentation {

/// The course of the spine, one sample a millimetre from the feet to the head. Points and unit vectors in LPS mm.
struct SpineCurve {
  std::vector<Vec3> center_mm; ///< middle of the vertebral bodies
  std::vector<Vec3> up, left, back;
  std::vector<double> depth_mm; ///< front wall to back wall of the body (or disc)
  std::vector<double> width_mm; ///< left wall to right wall
};

/// One vertebra found. Points and unit vectors in LPS mm.
struct VertebraFinding {
  Vertebra level = Vertebra::L1;
  double confidence = 0.0;            ///< that the level is right, 0..1; certain means >= 0.95
  std::vector<Vertebra> alternatives; ///< other levels it may be, most likely first
  Vec3 center_mm{};                   ///< centre of the body
  Vec3 axis_up{}, axis_left{}, axis_back{};
  std::optional<double> anterior_mm, middle_mm, posterior_mm; ///< heights of the body between its endplates
  bool cut_by_field_of_view = false;                          ///< part of the body lies outside the image
};

/// Says which level lies at a height, to settle what the image leaves open.
struct LevelHint {
  Vertebra level = Vertebra::L1;
  double z_mm = 0.0; ///< LPS z of any point within that vertebral body
};

struct SpineOptions {
  std::optional<LevelHint> level_hint;
};

struct SpineResult {
  Volume<LabelId> whole;                  ///< on the image grid: whole vertebrae, TotalSegmentator ids
  Volume<LabelId> bodies;                 ///< on the image grid: vertebral bodies, 260 + id - 26
  std::vector<VertebraFinding> vertebrae; ///< from the lowest to the highest
  SpineCurve curve;                       ///< empty when no spine was found
  Issues issues;                          ///< rules SEG-...
};

/// Finds the spine and its vertebrae T1..S1 in a CT in HU.
/// \pre image runs in LPS order; `body` is find_body(image)
[[nodiscard]] SpineResult find_vertebrae(const Volume<std::int16_t>& image, const Body& body,
                                         const SpineOptions& options, Parallel parallel);

} // namespace osteocalc::segmentation
