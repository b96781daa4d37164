// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/bone/vertebral_body.h"

#include <optional>
#include <string_view>

namespace osteocalc::bone {

/// Several definitions of height loss are in use; the same body gets 0.16 by one and 0.06 by another.
enum class HeightLoss {
  Genant,        ///< 1 - the least of Ha/Hp (wedge), Hm/Hp (biconcave), Hp/neighbours' Hp (crush) \cite genant1993
  FrontOverBack, ///< 1 - min(Ha, Hm) / Hp
  MinOverMax     ///< 1 - the least of the three heights over the largest
};
[[nodiscard]] std::string_view to_string(HeightLoss definition) noexcept; ///< "genant", "front-over-back", ...

/// The share of height lost, below 0 where nothing is.
/// \param adjacent_posterior_mm mean posterior height of the neighbours; absent: crush is not judged
/// \pre heights above 0
[[nodiscard]] double height_loss(const BodyHeights& heights, HeightLoss definition,
                                 std::optional<double> adjacent_posterior_mm = {}) noexcept;

/// Its standard error from those of the heights. \param adjacent_se_mm of `adjacent_posterior_mm`
[[nodiscard]] double height_loss_se(const BodyHeights& heights, HeightLoss definition,
                                    std::optional<double> adjacent_posterior_mm, double adjacent_se_mm) noexcept;

/// Semiquantitative grade 0 to 3 at 20, 25, 40 % by height alone, which cannot tell a fracture from a deformity.
[[nodiscard]] int genant_grade(double loss) noexcept;

} // namespace osteocalc::bone
