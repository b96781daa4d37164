// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/anatomy.h"
#include "osteocalc/core/parallel.h"
#include "osteocalc/image/label_map.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace osteocalc::bone {

/// Endplate-to-endplate heights at the front, middle and back of the body, mm, in the vertebra's own axis.
struct BodyHeights {
  double anterior_mm = 0, middle_mm = 0, posterior_mm = 0;
  double anterior_se_mm = 0, middle_se_mm = 0, posterior_se_mm = 0; ///< standard errors
  friend bool operator==(const BodyHeights&, const BodyHeights&) = default;
};

/// A vertebral body in the vertebra's own frame: the axes of `mask` run to the vertebra's left, back and head, whatever
/// way the vertebra lies in the scanner. `up` is the mean normal of the two endplates.
struct VertebralBody {
  Vertebra level = Vertebra::L1;
  Volume<std::uint8_t> mask;         ///< 1 mm grid, 1 inside the body, cortex included
  Vec3 center_mm{};                  ///< LPS
  double mid_height_index = 0;       ///< along the mask's z axis, at the centre
  BodyHeights heights;               ///< of the label; off by up to a voxel in all
  double tilt_deg = 0;               ///< of `up` against the scanner's z axis
  bool cut_by_field_of_view = false; ///< the body runs into the first or last slice
};

/// What came of one labelled vertebra: a body, or why there is none.
struct BodyFinding {
  Vertebra level = Vertebra::L1;
  std::optional<VertebralBody> body;
  std::string missing; ///< reason when there is no body
};

/// How thick a voxel of a scan is along a direction, mm.
[[nodiscard]] double voxel_along_mm(const VolumeGeometry& image, const Vec3& direction) noexcept;

/// Bodies of all vertebrae T1..L5 that a label map holds: by body labels (260 + ...) where present, else cut from the
/// whole vertebra in front of the spinal canal. Cranial to caudal.
[[nodiscard]] std::vector<BodyFinding> find_vertebral_bodies(const Volume<LabelId>& labels, Parallel parallel);

/// A body after its labels were edited, seen on the grid it was found on: it follows an edit at once, labels as they
/// were give the body as it was, and what it becomes does not depend on the edits before. Nothing where none was found.
/// \param found what find_vertebral_bodies() gave
[[nodiscard]] BodyFinding refitted_body(const Volume<LabelId>& labels, const BodyFinding& found);
/// The voxels of the label map that refitted_body() looks at. \pre found.body
[[nodiscard]] LabelBox refitted_from(const BodyFinding& found, const VolumeGeometry& labels);

} // namespace osteocalc::bone
