// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace osteocalc::cohort {

/// P(|T| >= |statistic|) for Student's t with `df` degrees of freedom. \pre df > 0, statistic finite
[[nodiscard]] double student_t_two_sided_p(double statistic, double df);

/// Half the width of a 95 % interval in standard errors. \pre df > 0
[[nodiscard]] double student_t_975(double df);
[[nodiscard]] double normal_975();

} // namespace osteocalc::cohort
