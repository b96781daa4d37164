// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/calibration/phantom_library.h"

#include <span>
#include <string_view>

namespace osteocalc::calibration {

/// y = slope x + intercept by least squares.
struct LineFit {
  double slope = 0, intercept = 0, r2 = 0;
  double residual_sd = 0;                                           ///< with n - 2 degrees of freedom; 0 for n = 2
  double var_slope = 0, var_intercept = 0, cov_slope_intercept = 0; ///< for unit variance of y
};

/// \throw CalibrationError for fewer than two points or one x only
[[nodiscard]] LineFit fit_line(std::span<const double> x, std::span<const double> y);

inline constexpr double least_r2 = 0.99;

/// The line through rods of HA (or K2HPO4 in water): BMD regressed on HU. For Mindways rods (`water_mg_cm3` given):
/// HU - water = sigma_ref K + beta_ref; sigma_CT = sigma_ref - 0.2174; beta_CT = beta_ref + 999.6;
/// BMD = (HU - beta_CT) / sigma_CT. \cite michalski2020
/// The covariance takes the larger of the rods' scatter about the line and their HU's own standard errors, so that
/// three rods which happen to lie on a line promise no more than their noise allows.
/// Issue CALIB-R2 (refused) below r2 0.99; CALIB-TWO-RODS (warning) where nothing can be checked.
/// \param rods HU, its standard error and certificate densities; residuals are filled in
/// \throw CalibrationError for fewer than two densities or a line that does not rise
[[nodiscard]] Calibration fit_phantom(std::vector<CalibrationRod> rods, Material material, std::string_view name);

} // namespace osteocalc::calibration
