// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/distributions.h"

#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/fisher_f.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/digamma.hpp>
#include <boost/math/special_functions/trigamma.hpp>
#include <cmath>
#include <numbers>

namespace osteocalc::cohort {

namespace bm = boost::math;

// Complements keep their digits where 1 - cdf would round to zero.

double student_t_two_sided_p(double statistic, double df) {
  return 2 * bm::cdf(bm::complement(bm::students_t(df), std::abs(statistic)));
}

double student_t_quantile(double probability, double df) {
  return bm::quantile(bm::students_t(df), probability);
}

double student_t_975(double df) {
  return student_t_quantile(0.975, df);
}

double normal_cdf(double z) {
  return 0.5 * std::erfc(-z / std::numbers::sqrt2);
}

double normal_quantile(double probability) {
  return bm::quantile(bm::normal(), probability);
}

double normal_two_sided_p(double statistic) {
  return std::erfc(std::abs(statistic) / std::numbers::sqrt2);
}

double normal_975() {
  return normal_quantile(0.975);
}

namespace {

constexpr double far_left = -20; // Phi is 3e-89 here: above, the plain formulas hold all their digits

/// z Phi(z) / -phi(z) = 1 - 1/z^2 + 3/z^4 - ..., the asymptotic series of the left tail.
double tail_series(double z) {
  const double u = 1 / (z * z);
  return 1 - u * (1 - 3 * u * (1 - 5 * u * (1 - 7 * u * (1 - 9 * u))));
}

} // namespace

double inverse_mills(double z) {
  if (z < far_left)
    return -z / tail_series(z);
  return std::exp(-0.5 * z * z) / std::sqrt(2 * std::numbers::pi) / normal_cdf(z);
}

double log_normal_cdf(double z) {
  if (z < far_left)
    return -0.5 * z * z - 0.5 * std::log(2 * std::numbers::pi) - std::log(-z) + std::log(tail_series(z));
  return std::log(normal_cdf(z));
}

double chi_squared_p(double statistic, double df) {
  return bm::cdf(bm::complement(bm::chi_squared(df), statistic));
}

double chi_squared_quantile(double probability, double df) {
  return bm::quantile(bm::chi_squared(df), probability);
}

double f_p(double statistic, double df1, double df2) {
  return bm::cdf(bm::complement(bm::fisher_f(df1, df2), statistic));
}

double f_quantile(double probability, double df1, double df2) {
  return bm::quantile(bm::fisher_f(df1, df2), probability);
}

double log_gamma(double x) {
  int sign = 0;
  return ::lgamma_r(x, &sign);
}

double digamma(double x) {
  return bm::digamma(x);
}

double trigamma(double x) {
  return bm::trigamma(x);
}

} // namespace osteocalc::cohort
