// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/wald.h"

#include "osteocalc/cohort/distributions.h"
#include "osteocalc/core/contract.h"
#include "osteocalc/core/error.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

namespace osteocalc::cohort {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// The estimates of some terms and their covariance.
struct Part {
  VectorXd b;
  MatrixXd V;
};

Part part(const Model& model, const std::vector<std::string>& terms) {
  const auto width = static_cast<std::size_t>(std::lround(std::sqrt(static_cast<double>(model.covariance.size()))));
  std::vector<std::size_t> places;
  for (const std::string& name : terms)
    places.push_back(static_cast<std::size_t>(&term(model, name) - model.terms.data()));
  OSTEOCALC_EXPECT(std::all_of(places.begin(), places.end(), [&](std::size_t i) { return i < width; }));
  const auto size = static_cast<Index>(places.size());
  Part result{VectorXd(size), MatrixXd(size, size)};
  for (Index i = 0; i < size; ++i) {
    const std::size_t row = places[static_cast<std::size_t>(i)];
    result.b(i) = model.terms[row].estimate;
    for (Index j = 0; j < size; ++j)
      result.V(i, j) = model.covariance[row * width + places[static_cast<std::size_t>(j)]];
  }
  return result;
}

} // namespace

ModelTest joint_test(const Model& model, const std::string& name, const std::vector<std::string>& terms) {
  const auto [b, V] = part(model, terms);
  ModelTest test{name, b.dot(V.ldlt().solve(b)), static_cast<double>(terms.size())};
  if (!term(model, terms.front()).df) {
    test.p = chi_squared_p(test.statistic, test.df);
    return test;
  }
  test.statistic /= test.df;
  test.df2 = model.df;
  test.p = f_p(test.statistic, test.df, *test.df2);
  return test;
}

Term combination(const Model& model, const std::string& name, const std::vector<std::string>& terms,
                 const std::vector<double>& weights) {
  OSTEOCALC_EXPECT(terms.size() == weights.size());
  const auto [b, V] = part(model, terms);
  const Eigen::Map<const VectorXd> w(weights.data(), b.size());
  return wald_term(name, w.dot(b), std::sqrt(w.dot(V * w)), term(model, terms.front()).df);
}

Term pooled_estimate(const std::vector<Term>& estimates) {
  double sum = 0, precision = 0;
  for (const Term& one : estimates) {
    sum += one.estimate / (*one.se * *one.se);
    precision += 1 / (*one.se * *one.se);
  }
  return wald_term("pooled", sum / precision, 1 / std::sqrt(precision));
}

ModelTest heterogeneity(const std::vector<Term>& estimates) {
  OSTEOCALC_EXPECT(estimates.size() >= 2);
  const double mean = pooled_estimate(estimates).estimate;
  ModelTest test{"heterogeneity", 0, static_cast<double>(estimates.size()) - 1};
  for (const Term& one : estimates)
    test.statistic += (one.estimate - mean) * (one.estimate - mean) / (*one.se * *one.se);
  test.p = chi_squared_p(test.statistic, test.df);
  return test;
}

} // namespace osteocalc::cohort
