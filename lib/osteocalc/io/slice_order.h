// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/issue.h"
#include "osteocalc/image/geometry.h"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace osteocalc::io {

/// Where a slice says it is.
struct SlicePosition {
  Vec3 position_mm{};       ///< centre of its first pixel, LPS
  std::string instance_uid; ///< decides which of two slices at one place is kept
};

/// Steps from slice to slice that are alike: within 2 % and 0.02 mm of each other.
struct StepCount {
  double step_mm = 0; ///< their median
  int count = 0;
};

/// Slices along a normal, and the distances between neighbours as a histogram.
struct StepSurvey {
  std::vector<std::size_t> order; ///< indices into the input, ascending, without doubled places
  std::vector<double> along_mm;   ///< places of `order`
  std::vector<StepCount> steps;   ///< commonest first; empty for a single place
  double usual_mm = 0;            ///< the commonest step; the median where none has half of all
  std::vector<double> doubled_mm; ///< places with more than one slice (nearer than 0.01 mm), by slice
  int gaps = 0;                   ///< steps of 1.9 usual ones and more
  int overlaps = 0;               ///< steps of half a usual one and less
  bool mixed = false;             ///< at least 3 and a fifth of the steps are gaps or overlaps
  [[nodiscard]] std::size_t faults() const noexcept;
};

/// \pre slices is not empty, normal has length 1
[[nodiscard]] StepSurvey survey_steps(std::span<const SlicePosition> slices, const Vec3& normal);

/// Slices on a regular grid along z.
struct SliceStack {
  std::vector<std::size_t> order; ///< indices into the input, in grid order, without duplicates
  std::vector<int> grid_z;        ///< the grid slice of each of `order`; a number that is left out is a missing slice
  int grid_slices = 0;
  Vec3 step_mm{};          ///< from one grid slice to the next; not along the normal when the gantry is tilted
  double increment_mm = 0; ///< the part of the step along the normal; 0 for a single slice
  double tilt_deg = 0;     ///< between the step and the normal
  std::vector<StepCount> steps;
  Issues issues; ///< IO-DUPLICATE, IO-GAP, IO-OVERLAP, IO-MIXED-STEPS, IO-UNEVEN, IO-TILT
};

/// Orders slices by their position along `normal`, ascending, and finds the grid they lie on. The usual step says how
/// many increments each distance is, hence which slices are missing; the increment is the mean over all of these, so
/// that rounded positions do not add up to an error over the scan.
/// \pre slices is not empty, normal has length 1
/// \throw GeometryError when more slices would be missing than are there
[[nodiscard]] SliceStack stack_slices(std::span<const SlicePosition> slices, const Vec3& normal);

} // namespace osteocalc::io
