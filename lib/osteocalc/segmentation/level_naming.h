// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/anatomy.h"
#include "osteocalc/segmentation/level_evidence.h"
#include "osteocalc/segmentation/vertebra.h"

#include <optional>
#include <vector>

namespace osteocalc::segmentation {

/// Levels as steps from S1 (0) over L5 (1) ... T1 (17) to C7 (18) ... C1 (24); below S1 the sacrum goes on to -4.
inline constexpr int first_step = -4, first_cervical_step = 18, last_step = 24;
[[nodiscard]] std::optional<Vertebra> vertebra_at_step(int step) noexcept; ///< absent above T1
[[nodiscard]] int step_of(Vertebra level) noexcept;

/// One way to name the chain: the step of its lowest vertebra, and how likely that is.
struct Naming {
  int lowest_step = 0;
  double probability = 0.0;
};

/// Ways to name the chain, most likely first; probabilities sum to 1.
[[nodiscard]] std::vector<Naming> name_levels(const Line& discs, const LevelEvidence& evidence);

} // namespace osteocalc::segmentation
