// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/cohort/checks.h"

#include <string>
#include <vector>

namespace osteocalc::cohort {

/// Which of the ways tried here comes nearest to a published number, and how many were tried: the nearest of many is
/// near by choice.
struct LiteratureCheck {
  Published published{};
  std::size_t tried = 0;    ///< models and specifications of this outcome on this scale, each counted once
  std::string nearest{};    ///< "model m3", or the choices of a specification
  Term estimate{};          ///< of the nearest, on the published scale
  double low = 0, high = 0; ///< the estimates of all that were tried
};

/// One entry for each published number whose outcome was modelled on its scale (slopes: linear; odds ratios: logistic
/// and Firth's). Nearest is by the estimate (ratios by their logarithm).
[[nodiscard]] std::vector<LiteratureCheck> compare_with_literature(const Plan& plan,
                                                                   const std::vector<FittedModel>& models,
                                                                   const std::vector<Specification>& specifications);

} // namespace osteocalc::cohort
