// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/bootstrap.h"

#include "osteocalc/cohort/random.h"
#include "osteocalc/core/error.h"
#include "unit/cohort/simulated.h"

#include <gtest/gtest.h>
#include <numeric>

namespace osteocalc::cohort {
namespace {

Statistic weighted_mean(const std::vector<double>& values) {
  return [&values](std::span<const double> w) {
    return std::vector<double>{std::inner_product(w.begin(), w.end(), values.begin(), 0.0) /
                               std::accumulate(w.begin(), w.end(), 0.0)};
  };
}

TEST(Random, PhiloxKnownAnswers) { // of the authors' test suite
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}),
            (std::array<std::uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  const std::uint32_t f = 0xffffffff;
  EXPECT_EQ(philox({f, f, f, f}, {f, f}),
            (std::array<std::uint32_t, 4>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
}

TEST(Random, StreamsDifferAndRepeat) {
  RandomStream a(1, 2), b(1, 2), c(1, 3);
  EXPECT_EQ(a.uniform(), b.uniform());
  EXPECT_NE(a.uniform(), c.uniform());
  double sum = 0, squares = 0;
  RandomStream normal(5, 0);
  for (int i = 0; i < 20000; ++i) {
    const double z = normal.normal();
    sum += z;
    squares += z * z;
  }
  EXPECT_NEAR(sum / 20000, 0, 4 / std::sqrt(20000.0));
  EXPECT_NEAR(squares / 20000, 1, 4 * std::sqrt(2 / 20000.0));
}

TEST(Bootstrap, AnyNumberOfThreadsGivesTheSameBytes) {
  testing::Normals normal(3);
  std::vector<double> values(60);
  for (double& value : values)
    value = std::exp(normal());
  const Bootstrap one = bootstrap(60, {}, weighted_mean(values), {.draws = 500}, {1});
  const Bootstrap three = bootstrap(60, {}, weighted_mean(values), {.draws = 500}, {3});
  EXPECT_EQ(one.intervals[0].ci_low, three.intervals[0].ci_low);
  EXPECT_EQ(one.intervals[0].ci_high, three.intervals[0].ci_high);
  EXPECT_EQ(one.intervals[0].se, three.intervals[0].se);
}

TEST(Bootstrap, AccelerationOfAMeanIsItsSkewnessOverSixRootN) {
  const std::vector<double> values{1, 2, 3, 4, 20};
  double squares = 0, cubes = 0;
  for (const double v : values) {
    squares += (v - 6) * (v - 6);
    cubes += std::pow(v - 6, 3);
  }
  const Bootstrap result = bootstrap(5, {}, weighted_mean(values), {.draws = 100}, {1});
  EXPECT_NEAR(result.intervals[0].acceleration, cubes / (6 * std::pow(squares, 1.5)), 1e-12);
}

TEST(Bootstrap, PsuDrawsHaveTheVarianceOfTheDesign) {
  // two strata of four PSUs; the total of means has the linearised variance, which Rao and Wu's draws reproduce
  const std::vector<double> values{1, 4, 2, 9, 3, 3, 8, 6};
  Sampling sampling;
  sampling.kind = Sampling::Kind::Survey;
  sampling.psu = {0, 1, 2, 3, 4, 5, 6, 7};
  sampling.stratum_of_psu = {0, 0, 0, 0, 1, 1, 1, 1};
  sampling.psus_in_stratum = {4, 4};
  sampling.weights.assign(8, 10.0);
  const Statistic total = [&](std::span<const double> w) {
    return std::vector<double>{std::inner_product(w.begin(), w.end(), values.begin(), 0.0)};
  };
  std::vector<double> totals;
  for (const double v : values)
    totals.push_back(10 * v);
  const double variance = variance_between_psus(sampling, totals, 1)[0];
  const Bootstrap result = bootstrap(8, sampling, total, {.draws = 8000}, {1});
  EXPECT_NEAR(result.intervals[0].se / std::sqrt(variance), 1, 0.03);
}

TEST(Bootstrap, ClustersStayTogether) {
  const std::vector<double> cluster{1, 1, 1, 2, 2, 2, 3, 3, 3};
  bool together = true;
  const Statistic check = [&](std::span<const double> w) {
    for (std::size_t i = 0; i < 9; i += 3)
      together = together && w[i] == w[i + 1] && w[i] == w[i + 2];
    return std::vector<double>{0};
  };
  (void)bootstrap(9, clustered(cluster), check, {.draws = 50}, {1});
  EXPECT_TRUE(together);
}

TEST(Bootstrap, FailedDrawsAreCountedAndTooManyRefused) {
  const auto fails_below = [](double limit) {
    return [limit](std::span<const double> w) -> std::vector<double> {
      if (w[0] < limit)
        throw TableError("nothing to estimate (the first row is out); draw again");
      return {w[0]};
    };
  };
  EXPECT_THROW((void)bootstrap(20, {}, fails_below(2), {.draws = 200}, {1}), TableError);
  const std::vector<double> values{1, 2, 3};
  const Statistic sometimes = [&](std::span<const double> w) -> std::vector<double> {
    if (w[0] == 3)
      throw TableError("one row only (no spread); draw again");
    return {w[0]};
  };
  const Bootstrap result = bootstrap(3, {}, sometimes, {.draws = 400}, {1});
  EXPECT_GT(result.failed_draws, 4U);
  EXPECT_TRUE(has_rule(result.issues, "BOOTSTRAP-FAILED"));
}

TEST(Bootstrap, BcaCoversASkewedMean) {
  int covered = 0;
  constexpr int repeats = 300;
  for (int i = 0; i < repeats; ++i) {
    testing::Normals normal(900U + static_cast<unsigned>(i));
    std::vector<double> values(40);
    for (double& value : values)
      value = -std::log(normal.uniform()); // exponential, mean 1
    const BootstrapInterval interval = bootstrap(40, {}, weighted_mean(values), {.draws = 400}, {1}).intervals[0];
    covered += interval.ci_low <= 1 && 1 <= interval.ci_high;
  }
  EXPECT_GE(covered, 0.88 * repeats); // BCa is short of 95 % for 40 exponential values, but not by much
}

} // namespace
} // namespace osteocalc::cohort
