// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/distributions.h"

#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

namespace osteocalc::cohort {

double student_t_two_sided_p(double statistic, double df) {
  // The complement keeps its digits where 1 - cdf would round to zero.
  return 2 * boost::math::cdf(boost::math::complement(boost::math::students_t(df), std::abs(statistic)));
}

double student_t_975(double df) {
  return boost::math::quantile(boost::math::students_t(df), 0.975);
}

double normal_975() {
  return boost::math::quantile(boost::math::normal(), 0.975);
}

} // namespace osteocalc::cohort
