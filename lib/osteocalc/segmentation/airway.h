// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/segmentation/body.h"

#include <optional>

namespace osteocalc::segmentation {

/// Marks the trachea in `space` and returns the slice where it divides. The trachea: round sections of nearly pure air
/// with a wall of tissue, in the middle of the chest beside lung, one below the other over at least 30 mm. Nothing is
/// returned when it cannot be followed to a lower end, or a main bronchus goes off to neither side there: then its
/// course was lost. \pre `space` tells lung, gas and tissue apart on `hu`'s grid
std::optional<double> find_airway(const Volume<std::int16_t>& hu, Volume<Space>& space, Parallel parallel);

} // namespace osteocalc::segmentation
