// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/agreement.h"

#include "osteocalc/core/error.h"

#include <cmath>
#include <gtest/gtest.h>

namespace osteocalc::cohort {
namespace {

// Shrout and Fleiss (1979), table 2: four judges, six targets; their answers are .17, .29 and .71.
const std::vector<std::vector<double>> judges{
    {9, 6, 8, 7, 10, 6}, {2, 1, 4, 1, 5, 2}, {5, 3, 6, 2, 6, 4}, {8, 2, 8, 6, 9, 7}};

TEST(IntraclassCorrelation, ThePublishedExample) {
  EXPECT_NEAR(intraclass_correlation(judges, IccType::OneWay).estimate, 0.17, 0.005);
  EXPECT_NEAR(intraclass_correlation(judges, IccType::Agreement).estimate, 0.29, 0.005);
  EXPECT_NEAR(intraclass_correlation(judges, IccType::Consistency).estimate, 0.71, 0.005);
}

TEST(IntraclassCorrelation, AnOffsetCountsAsDisagreementOnlyForAgreement) {
  std::vector<std::vector<double>> ratings{{1, 5, 3, 9, 7}, {2, 5, 4, 9, 8}};
  const double consistency = intraclass_correlation(ratings, IccType::Consistency).estimate;
  const double agreement = intraclass_correlation(ratings, IccType::Agreement).estimate;
  for (double& value : ratings[1])
    value += 20;
  EXPECT_NEAR(intraclass_correlation(ratings, IccType::Consistency).estimate, consistency, 1e-9);
  EXPECT_LT(intraclass_correlation(ratings, IccType::Agreement).estimate, 0.5 * agreement);
}

TEST(IntraclassCorrelation, TooLittleIsRefused) {
  EXPECT_THROW((void)intraclass_correlation({{1, 2, 3}}), TableError);
  EXPECT_THROW((void)intraclass_correlation({{1, 2, 3}, {1, 2, 3}}), TableError);
}

TEST(BlandAltman, ByHand) {
  const std::vector<double> a{10, 20, 30, 41}, b{9, 18, 31, 38}; // differences 1 2 -1 3
  const BlandAltman result = bland_altman(a, b);
  EXPECT_NEAR(result.bias.estimate, 1.25, 1e-12);
  EXPECT_NEAR(result.sd, std::sqrt(8.75 / 3), 1e-12);
  EXPECT_NEAR(result.upper_limit.estimate, 1.25 + 1.96 * std::sqrt(8.75 / 3), 1e-12);
}

TEST(CohenKappa, AFourFoldTableByHand) {
  std::vector<double> a, b; // both yes 20, a only 5, b only 10, neither 15
  const auto cases = [&](int count, double first, double second) {
    a.insert(a.end(), static_cast<std::size_t>(count), first);
    b.insert(b.end(), static_cast<std::size_t>(count), second);
  };
  cases(20, 1, 1);
  cases(5, 1, 0);
  cases(10, 0, 1);
  cases(15, 0, 0);
  EXPECT_NEAR(cohen_kappa(a, b).estimate, (0.7 - 0.5) / 0.5, 1e-12);            // expected .5 .6 + .5 .4
  EXPECT_NEAR(cohen_kappa(a, b, KappaWeights::Quadratic).estimate, 0.4, 1e-12); // two categories: weights say nothing
}

TEST(CohenKappa, OneCategoryIsRefused) {
  const std::vector<double> same{2, 2, 2};
  EXPECT_THROW((void)cohen_kappa(same, same), TableError);
}

} // namespace
} // namespace osteocalc::cohort
