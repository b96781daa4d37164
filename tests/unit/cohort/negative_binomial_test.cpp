// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/negative_binomial.h"

#include "osteocalc/cohort/csv.h"
#include "osteocalc/core/error.h"

#include <cmath>
#include <gtest/gtest.h>
#include <numeric>

namespace osteocalc::cohort {
namespace {

ModelFrame counts(const std::vector<double>& y) {
  ModelFrame frame{"y ~ 1", std::vector<std::size_t>(y.size()), y, {"(Intercept)"}, {}, {}};
  std::iota(frame.rows.begin(), frame.rows.end(), std::size_t{0});
  frame.columns = {std::vector<double>(y.size(), 1.0)};
  return frame;
}

TEST(FitNegativeBinomial, ItsMeanIsTheSampleMean) {
  const Model model = fit_negative_binomial(counts({0, 0, 0, 1, 2, 2, 5, 9, 14}));
  const double mean = 33.0 / 9, theta = term(model, "theta").estimate;
  EXPECT_NEAR(model.terms[0].estimate, std::log(mean), 1e-10);
  EXPECT_NEAR(*model.terms[0].se, std::sqrt((1 / mean + 1 / theta) / 9), 1e-10);
}

TEST(FitNegativeBinomial, CountsWithoutExtraSpreadArePoisson) {
  const Model model = fit_negative_binomial(counts({1, 2, 2, 3, 2, 1, 3, 2}));
  EXPECT_TRUE(has_rule(model.issues, "MODEL-POISSON"));
  EXPECT_NEAR(*model.terms[0].se, std::sqrt(1.0 / 16), 1e-4);
  EXPECT_FALSE(term(model, "theta").se);
}

TEST(FitNegativeBinomial, WhatIsNotACountIsRefused) {
  EXPECT_THROW((void)fit_negative_binomial(counts({0, 1.5, 2})), TableError);
  EXPECT_THROW((void)fit_negative_binomial(counts({0, -1, 2})), TableError);
  const ModelFrame no_zero = counts({1, 2, 3, 9});
  EXPECT_THROW((void)fit_zero_inflated(no_zero, no_zero), TableError);
}

} // namespace
} // namespace osteocalc::cohort
