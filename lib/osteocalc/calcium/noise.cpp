// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calcium/noise.h"

#include "osteocalc/core/contract.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace osteocalc::calcium {

using std::numbers::ln2;
using std::numbers::pi;

double expected_false_lesions(const TissueNoise& noise, double area_mm2, double min_hu, double min_area_mm2) {
  OSTEOCALC_EXPECT(noise.sd_hu > 0 && noise.fwhm_mm > 0);
  // Below one SD the field is no longer made of separate clusters and the expression does not hold.
  const double t = std::max(1.0, (min_hu - noise.mean_hu) / noise.sd_hu);
  const double share_above = 0.5 * std::erfc(t / std::numbers::sqrt2);
  const double clusters_per_mm2 =
      4 * ln2 / (std::pow(2 * pi, 1.5) * noise.fwhm_mm * noise.fwhm_mm) * t * std::exp(-t * t / 2);
  if (clusters_per_mm2 <= 0)
    return 0;
  const double mean_cluster_mm2 = share_above / clusters_per_mm2;
  return area_mm2 * clusters_per_mm2 * std::exp(-min_area_mm2 / mean_cluster_mm2);
}

double fwhm_from_correlation(double correlation, double step_mm) {
  if (correlation <= 0)
    return step_mm;
  if (correlation >= 1)
    return step_mm * 1e3;
  return std::max(step_mm, step_mm * std::sqrt(2 * ln2 / -std::log(correlation)));
}

} // namespace osteocalc::calcium
