// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/measurement_error.h"

#include "osteocalc/cohort/diagnostics.h"
#include "osteocalc/cohort/random.h"
#include "osteocalc/core/contract.h"
#include "osteocalc/core/error.h"

#include <Eigen/Dense>
#include <cmath>
#include <fmt/format.h>
#include <numeric>

namespace osteocalc::cohort {

namespace {

/// The value at -1 of the least-squares parabola through (added, mean).
double extrapolate(const std::vector<double>& added, const std::vector<double>& mean) {
  const auto n = static_cast<Eigen::Index>(added.size());
  const Eigen::Map<const Eigen::ArrayXd> t(added.data(), n);
  Eigen::MatrixXd X(n, 3);
  X << Eigen::VectorXd::Ones(n), t.matrix(), t.square().matrix();
  const Eigen::VectorXd c = X.colPivHouseholderQr().solve(Eigen::Map<const Eigen::VectorXd>(mean.data(), n));
  return c(0) - c(1) + c(2);
}

} // namespace

double least_significant_change(double precision_error) {
  OSTEOCALC_EXPECT(precision_error >= 0);
  return 2.77 * precision_error;
}

double reliability(double exposure_sd, double precision_error) {
  OSTEOCALC_EXPECT(exposure_sd > 0);
  return std::fmax(0, 1 - precision_error * precision_error / (exposure_sd * exposure_sd));
}

Term calibrated_slope(const ModelFrame& frame, const Term& slope, const std::string& exposure, double precision_error) {
  const double left = reliability(residual_sd(frame, exposure), precision_error);
  if (left < 0.05)
    throw TableError(
        fmt::format("a precision error of {} leaves nothing of '{}' given the other columns (no correction "
                    "is possible); check its unit",
                    precision_error, exposure));
  Term corrected = slope;
  corrected.estimate /= left;
  for (auto* part : {&corrected.se, &corrected.ci_low, &corrected.ci_high})
    if (*part)
      **part /= left;
  return corrected;
}

Simex simex(const ModelFrame& frame, const std::string& exposure, double precision_error,
            const std::function<double(const ModelFrame&)>& slope, const SimexOptions& options, Parallel parallel) {
  const std::size_t column = column_index(frame, exposure);
  const auto draws = parallel_map(options.added.size() * options.draws, parallel, [&](std::size_t i) {
    const double sd = precision_error * std::sqrt(options.added[i / options.draws]);
    RandomStream random(options.seed, i);
    ModelFrame noisy = frame;
    for (double& value : noisy.columns[column])
      value += sd * random.normal();
    return slope(noisy);
  });
  Simex result;
  result.naive = slope(frame);
  result.added = {0};
  result.mean_slope = {result.naive};
  for (std::size_t k = 0; k < options.added.size(); ++k) {
    const auto first = draws.begin() + static_cast<std::ptrdiff_t>(k * options.draws);
    result.added.push_back(options.added[k]);
    result.mean_slope.push_back(std::accumulate(first, first + static_cast<std::ptrdiff_t>(options.draws), 0.0) /
                                static_cast<double>(options.draws));
  }
  result.corrected = extrapolate(result.added, result.mean_slope);
  return result;
}

} // namespace osteocalc::cohort
