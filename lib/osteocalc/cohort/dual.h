// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/cohort/distributions.h"

#include <array>
#include <cmath>

namespace osteocalc::cohort {

/// A number that carries its gradient and Hessian in K variables, so that a likelihood is written once, as in the
/// paper, and its derivatives are exact.
template <int K>
struct Dual {
  double value = 0;
  std::array<double, K> gradient{};
  std::array<std::array<double, K>, K> hessian{};

  Dual() = default;
  Dual(double constant) : value(constant) {} // NOLINT: constants mix freely with variables
  /// The i-th variable.
  static Dual variable(double value, int i) {
    Dual result(value);
    result.gradient[static_cast<std::size_t>(i)] = 1;
    return result;
  }

  friend Dual operator+(Dual a, const Dual& b) {
    a.value += b.value;
    for (std::size_t i = 0; i < K; ++i) {
      a.gradient[i] += b.gradient[i];
      for (std::size_t j = 0; j < K; ++j)
        a.hessian[i][j] += b.hessian[i][j];
    }
    return a;
  }
  friend Dual operator*(const Dual& a, const Dual& b) {
    Dual result(a.value * b.value);
    for (std::size_t i = 0; i < K; ++i) {
      result.gradient[i] = a.value * b.gradient[i] + b.value * a.gradient[i];
      for (std::size_t j = 0; j < K; ++j)
        result.hessian[i][j] = a.value * b.hessian[i][j] + b.value * a.hessian[i][j] + a.gradient[i] * b.gradient[j] +
                               a.gradient[j] * b.gradient[i];
    }
    return result;
  }
  friend Dual operator-(const Dual& a) { return chain(a, -a.value, -1, 0); }
  friend Dual operator-(const Dual& a, const Dual& b) { return a + -b; }

  /// f(x) from f, f' and f'' at x.value.
  friend Dual chain(const Dual& x, double f, double f1, double f2) {
    Dual result(f);
    for (std::size_t i = 0; i < K; ++i) {
      result.gradient[i] = f1 * x.gradient[i];
      for (std::size_t j = 0; j < K; ++j)
        result.hessian[i][j] = f1 * x.hessian[i][j] + f2 * x.gradient[i] * x.gradient[j];
    }
    return result;
  }
};

template <int K>
Dual<K> exp(const Dual<K>& x) {
  const double f = std::exp(x.value);
  return chain(x, f, f, f);
}
template <int K>
Dual<K> log(const Dual<K>& x) {
  return chain(x, std::log(x.value), 1 / x.value, -1 / (x.value * x.value));
}
template <int K>
Dual<K> log_gamma(const Dual<K>& x) {
  return chain(x, log_gamma(x.value), digamma(x.value), trigamma(x.value));
}
template <int K>
Dual<K> log_normal_cdf(const Dual<K>& x) {
  const double mills = inverse_mills(x.value);
  return chain(x, log_normal_cdf(x.value), mills, -mills * (x.value + mills));
}
/// ln(1 / (1 + e^-x)).
template <int K>
Dual<K> log_logistic(const Dual<K>& x) {
  const double small = std::exp(-std::abs(x.value));
  const double p = x.value > 0 ? 1 / (1 + small) : small / (1 + small);
  return chain(x, std::fmin(x.value, 0.0) - std::log1p(small), 1 - p, -p * (1 - p));
}
/// ln(e^a + e^b).
template <int K>
Dual<K> log_add(const Dual<K>& a, const Dual<K>& b) {
  return b - log_logistic(b - a);
}

} // namespace osteocalc::cohort
