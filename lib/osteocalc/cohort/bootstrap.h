// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/cohort/model.h"
#include "osteocalc/cohort/sampling.h"
#include "osteocalc/core/parallel.h"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace osteocalc::cohort {

struct BootstrapOptions {
  std::size_t draws = 2000;
  std::uint64_t seed = 20261122;
  double level = 0.95;
};

/// What is to be bootstrapped, as a function of how often each row counts: 0, 1, 2 ... when rows or clusters are drawn,
/// rescaled survey weights under a survey. It must not parallelise by itself.
using Statistic = std::function<std::vector<double>(std::span<const double> weights)>;

struct BootstrapInterval {
  double estimate = 0; ///< on the sample itself
  double se = 0;       ///< standard deviation over the draws
  double ci_low = 0, ci_high = 0;
  double bias_correction = 0; ///< z0
  double acceleration = 0;    ///< a, from the jackknife over rows, clusters or PSUs
};

struct Bootstrap {
  std::vector<BootstrapInterval> intervals; ///< one a number of the statistic
  std::size_t failed_draws = 0;             ///< draws for which the statistic threw an Error; left out
  Issues issues;                            ///< BOOTSTRAP-FAILED when more than 1 % failed
};

/// Bias-corrected and accelerated intervals. Simple: rows are drawn; Clustered: clusters; Survey: n_h - 1 of the n_h
/// PSUs of each stratum with the weights rescaled by n_h / (n_h - 1). Draw i depends on seed and i only, so any
/// number of threads gives the same bytes. A lonely PSU keeps its weights.
/// \throw TableError when fewer than half of the draws have a statistic
/// \cite Efron1987 \cite RaoWuYue1992
[[nodiscard]] Bootstrap bootstrap(std::size_t rows, const Sampling& sampling, const Statistic& statistic,
                                  const BootstrapOptions& options = {}, Parallel parallel = {});

/// The term with se and interval of a bootstrap; statistic and p stay empty.
[[nodiscard]] Term bootstrap_term(const std::string& name, const BootstrapInterval& interval);

} // namespace osteocalc::cohort
