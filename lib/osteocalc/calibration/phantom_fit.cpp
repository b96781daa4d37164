// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calibration/phantom_fit.h"

#include "osteocalc/core/error.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace osteocalc::calibration {
namespace {

// Mindways: what the certificate's water displaced by mineral takes off the slope, and water's HU off the intercept.
constexpr double displaced_water = 0.2174, water_hu_offset = 999.6;

template <class Of>
std::vector<double> gather(const std::vector<CalibrationRod>& rods, const Of& of) {
  std::vector<double> values;
  for (const CalibrationRod& rod : rods)
    values.push_back(of(rod));
  return values;
}

/// Variance of the fitted quantity: the scatter about the line, but not less than the rods' own noise explains.
double variance_of(const LineFit& line, const std::vector<CalibrationRod>& rods, double units_per_hu) {
  double noise = 0;
  for (const CalibrationRod& rod : rods)
    noise += std::pow(units_per_hu * rod.hu_se, 2) / static_cast<double>(rods.size());
  return std::max(line.residual_sd * line.residual_sd, noise);
}

Calibration plain_fit(const std::vector<CalibrationRod>& rods) {
  const LineFit line = fit_line(gather(rods, [](const auto& rod) { return rod.hu; }),
                                gather(rods, [](const auto& rod) { return rod.density_mg_cm3; }));
  Calibration result;
  result.slope = line.slope;
  result.intercept = line.intercept;
  result.r2 = line.r2;
  result.se_mg_cm3 = line.residual_sd;
  const double variance = variance_of(line, rods, line.slope);
  result.covariance = Covariance{{{variance * line.var_slope, variance * line.cov_slope_intercept, 0},
                                  {variance * line.cov_slope_intercept, variance * line.var_intercept, 0},
                                  {0, 0, 0}}};
  return result;
}

Calibration mindways_fit(const std::vector<CalibrationRod>& rods) {
  const LineFit line = fit_line(gather(rods, [](const auto& rod) { return rod.density_mg_cm3; }),
                                gather(rods, [](const auto& rod) { return rod.hu - *rod.water_mg_cm3; }));
  const double sigma = line.slope - displaced_water, beta = line.intercept + water_hu_offset;
  Calibration result;
  result.slope = 1 / sigma;
  result.intercept = -beta / sigma;
  result.r2 = line.r2;
  result.se_mg_cm3 = line.residual_sd / sigma;
  // Delta method: slope = 1 / sigma, intercept = -beta / sigma.
  const double variance = variance_of(line, rods, 1);
  const double vs = variance * line.var_slope, vb = variance * line.var_intercept,
               c = variance * line.cov_slope_intercept;
  const double slope_by_sigma = -1 / (sigma * sigma), icept_by_sigma = beta / (sigma * sigma),
               icept_by_beta = -1 / sigma;
  const double cross = slope_by_sigma * (icept_by_sigma * vs + icept_by_beta * c);
  result.covariance = Covariance{{{slope_by_sigma * slope_by_sigma * vs, cross, 0},
                                  {cross,
                                   icept_by_sigma * icept_by_sigma * vs + 2 * icept_by_sigma * icept_by_beta * c +
                                       icept_by_beta * icept_by_beta * vb,
                                   0},
                                  {0, 0, 0}}};
  return result;
}

/// A Mindways rod's density by the line: its solvent differs from water, which counts as HU.
double density_of(const CalibrationRod& rod, const Calibration& line) {
  if (!rod.water_mg_cm3)
    return *bmd_mg_cm3(line, rod.hu);
  const double sigma = 1 / *line.slope, beta = -*line.intercept * sigma;
  return (rod.hu - *rod.water_mg_cm3 - (beta - water_hu_offset)) / (sigma + displaced_water);
}

} // namespace

LineFit fit_line(std::span<const double> x, std::span<const double> y) {
  const auto n = static_cast<double>(x.size());
  double mean_x = 0, mean_y = 0, sxx = 0, sxy = 0, syy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    mean_x += x[i] / n;
    mean_y += y[i] / n;
  }
  for (std::size_t i = 0; i < x.size(); ++i) {
    sxx += (x[i] - mean_x) * (x[i] - mean_x);
    sxy += (x[i] - mean_x) * (y[i] - mean_y);
    syy += (y[i] - mean_y) * (y[i] - mean_y);
  }
  if (x.size() < 2 || sxx <= 0)
    throw CalibrationError("a line needs at least two different points (slope and intercept are two unknowns) find or "
                           "state more rods");
  LineFit fit;
  fit.slope = sxy / sxx;
  fit.intercept = mean_y - fit.slope * mean_x;
  fit.r2 = syy > 0 ? sxy * sxy / (sxx * syy) : 0;
  double squares = 0; // summed anew: syy - sxy^2 / sxx loses all digits on a good line
  for (std::size_t i = 0; i < x.size(); ++i)
    squares += std::pow(y[i] - fit.slope * x[i] - fit.intercept, 2);
  fit.residual_sd = x.size() > 2 ? std::sqrt(squares / (n - 2)) : 0;
  fit.var_slope = 1 / sxx;
  fit.var_intercept = 1 / n + mean_x * mean_x / sxx;
  fit.cov_slope_intercept = -mean_x / sxx;
  return fit;
}

Calibration fit_phantom(std::vector<CalibrationRod> rods, Material material, std::string_view name) {
  const bool mindways = !rods.empty() && rods.front().water_mg_cm3.has_value();
  Calibration result = mindways ? mindways_fit(rods) : plain_fit(rods);
  if (!(*result.slope > 0) || !std::isfinite(*result.slope))
    throw CalibrationError("the rods' HU do not rise with their density (they are in the wrong order, or not these "
                           "rods) check the phantom's name and its certificate");
  result.mode = Mode::Phantom;
  result.name = name;
  result.material = material;
  for (CalibrationRod& rod : rods)
    rod.residual_mg_cm3 = density_of(rod, result) - rod.density_mg_cm3;
  result.rods = std::move(rods);
  if (result.rods.size() == 2)
    result.issues.push_back(warning("CALIB-TWO-RODS", result.name,
                                    "two rods always lie on a line (nothing tells whether they were read rightly) look "
                                    "at the picture"));
  if (*result.r2 < least_r2)
    result.issues.push_back(refused("CALIB-R2", result.name,
                                    fmt::format("r2 of the rods' line is {:.4f}, below {:g} (wrong phantom, wrong "
                                                "order or artefacts) check the rods",
                                                *result.r2, least_r2)));
  return result;
}

} // namespace osteocalc::calibration
