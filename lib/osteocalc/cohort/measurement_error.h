// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/cohort/model.h"
#include "osteocalc/cohort/model_frame.h"
#include "osteocalc/core/parallel.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace osteocalc::cohort {

/// Least significant change of a single measurement repeated once: 2.77 x precision error at 95 %. \pre error >= 0
/// \cite Gluer1999
[[nodiscard]] double least_significant_change(double precision_error);

/// Share of the exposure's variance that is not measurement error, 0..1. \pre sd > 0
[[nodiscard]] double reliability(double exposure_sd, double precision_error);

/// Regression calibration: the slope divided by the share of the exposure's variance, given the other columns, that is
/// not error; the interval grows with it. The error must be random and independent of the outcome.
/// \throw TableError when the error is as large as what the other columns leave of the exposure
/// \cite Carroll2006
[[nodiscard]] Term calibrated_slope(const ModelFrame& frame, const Term& slope, const std::string& exposure,
                                    double precision_error);

struct SimexOptions {
  std::vector<double> added{0.5, 1.0, 1.5, 2.0}; ///< error variance added, in units of its own
  std::size_t draws = 200;
  std::uint64_t seed = 20261122;
};

struct Simex {
  double naive = 0;
  double corrected = 0;           ///< the quadratic through the means, at no error
  std::vector<double> added;      ///< 0 first
  std::vector<double> mean_slope; ///< at each
};

/// Simulation extrapolation: adds more error to the exposure, watches the slope shrink, and extrapolates back to none.
/// `slope` refits the model on a frame whose exposure column is noisier. Draw i depends on seed and i only.
/// \cite CookStefanski1994
[[nodiscard]] Simex simex(const ModelFrame& frame, const std::string& exposure, double precision_error,
                          const std::function<double(const ModelFrame&)>& slope, const SimexOptions& options = {},
                          Parallel parallel = {});

} // namespace osteocalc::cohort
