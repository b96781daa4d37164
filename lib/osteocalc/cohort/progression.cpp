// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/progression.h"

#include "osteocalc/core/contract.h"

#include <cmath>

namespace osteocalc::cohort {

bool progressed(const TwoScans& scans) {
  constexpr double beyond_repeat = 2.5; // mm^1.5
  return std::sqrt(scans.second_mm3) - std::sqrt(scans.first_mm3) >= beyond_repeat;
}

double annual_sqrt_change(const TwoScans& scans) {
  OSTEOCALC_EXPECT(scans.years > 0);
  return (std::sqrt(scans.second_mm3) - std::sqrt(scans.first_mm3)) / scans.years;
}

double annual_log_change(const TwoScans& scans) {
  OSTEOCALC_EXPECT(scans.years > 0);
  return (std::log1p(scans.second_mm3) - std::log1p(scans.first_mm3)) / scans.years;
}

double annual_percent_change(double first, double second, double years) {
  OSTEOCALC_EXPECT(first > 0 && years > 0);
  return 100 * (second - first) / first / years;
}

BoneChange bone_change(double first, double second, double least_significant_change) {
  OSTEOCALC_EXPECT(least_significant_change >= 0);
  if (std::abs(second - first) <= least_significant_change)
    return BoneChange::Stable;
  return second < first ? BoneChange::Lost : BoneChange::Gained;
}

} // namespace osteocalc::cohort
