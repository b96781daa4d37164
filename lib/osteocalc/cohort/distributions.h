// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace osteocalc::cohort {

/// P(|T| >= |statistic|) for Student's t with `df` degrees of freedom. \pre df > 0, statistic finite
[[nodiscard]] double student_t_two_sided_p(double statistic, double df);
[[nodiscard]] double student_t_quantile(double probability, double df);
/// Half the width of a 95 % interval in standard errors. \pre df > 0
[[nodiscard]] double student_t_975(double df);

[[nodiscard]] double normal_cdf(double z);
[[nodiscard]] double normal_quantile(double probability);
[[nodiscard]] double normal_two_sided_p(double statistic);
[[nodiscard]] double normal_975();
/// phi(z) / Phi(z), without underflow far in the left tail.
[[nodiscard]] double inverse_mills(double z);
/// ln Phi(z), without underflow far in the left tail.
[[nodiscard]] double log_normal_cdf(double z);

/// P(chi2 >= statistic), P(F >= statistic). \pre degrees of freedom > 0, statistic >= 0
[[nodiscard]] double chi_squared_p(double statistic, double df);
[[nodiscard]] double chi_squared_quantile(double probability, double df);
[[nodiscard]] double f_p(double statistic, double df1, double df2);
[[nodiscard]] double f_quantile(double probability, double df1, double df2);

/// ln Gamma and its derivatives. (std::lgamma writes a global: not for several threads.) \pre x > 0
[[nodiscard]] double log_gamma(double x);
[[nodiscard]] double digamma(double x);
[[nodiscard]] double trigamma(double x);

} // namespace osteocalc::cohort
