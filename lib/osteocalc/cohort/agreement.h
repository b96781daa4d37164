// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/cohort/model.h"

#include <span>
#include <string>
#include <vector>

namespace osteocalc::cohort {

enum class IccType {
  OneWay,     ///< ICC(1,1): every subject has its own readers
  Agreement,  ///< ICC(2,1): readers drawn from many; their offsets count as disagreement
  Consistency ///< ICC(3,1): these readers only; their offsets do not count
};

/// Intraclass correlation of single ratings with 95 % interval; statistic and p are of F against 0.
/// ratings[reader][subject]. \throw TableError for fewer than 2 readers or 3 subjects, or ratings that do not vary
/// \cite ShroutFleiss1979 \cite McGrawWong1996
[[nodiscard]] Term intraclass_correlation(const std::vector<std::vector<double>>& ratings,
                                          IccType type = IccType::Agreement);

/// Differences a - b between two methods on the same subjects.
struct BlandAltman {
  std::size_t n = 0;
  Term bias;                     ///< mean difference, t with n - 1
  double sd = 0;                 ///< of the differences
  Term lower_limit, upper_limit; ///< bias -+ 1.96 sd, with approximate intervals
  Term slope;                    ///< of the differences on the means: does the bias grow with the size?
};
/// \throw TableError for fewer than 3 pairs \cite BlandAltman1986
[[nodiscard]] BlandAltman bland_altman(std::span<const double> a, std::span<const double> b);

enum class KappaWeights { None, Linear, Quadratic };

/// Cohen's kappa between two readers; with weights near misses count in part. Categories are the numbers that occur, in
/// their order. se and interval by Fleiss, Cohen and Everitt. \throw TableError when both use one category only
/// \cite Cohen1968 \cite FleissCohenEveritt1969
[[nodiscard]] Term cohen_kappa(std::span<const double> a, std::span<const double> b,
                               KappaWeights weights = KappaWeights::None);

} // namespace osteocalc::cohort
