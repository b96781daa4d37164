// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/segmentation/vertebra_body.h"

#include <array>

namespace osteocalc::segmentation {

/// Surfaces that were found roughly are moved to where a thin bright shell on a step, blurred as the scan blurs it,
/// fits the image best. Unlike the steepest slope that place does not depend on voxel size, kernel or cortex.

/// The wall between the endplates, each place from its own neighbourhood. `blur_mm`: SD of all blur across the wall.
void refine_wall(const Volume<float>& straight, double blur_mm, BodyShape& body);

/// The two endplates of a disc together, as a smooth change of each (tilt, hollow, bend): where slices are thicker than
/// the disc only both together explain what is seen. Reads the slices of `detail` themselves, so that no interpolation
/// blurs them; `size` is the half depth (first) and half width of the section.
void refine_endplates(const Volume<std::int16_t>& detail, const SpineFrame& frame, const std::array<double, 2>& size,
                      double soft_hu, HeightField& lower, HeightField& upper);

} // namespace osteocalc::segmentation
