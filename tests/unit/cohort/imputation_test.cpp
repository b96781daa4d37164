// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/imputation.h"

#include "osteocalc/cohort/linear.h"
#include "osteocalc/core/error.h"
#include "unit/cohort/simulated.h"

#include <gtest/gtest.h>
#include <set>

namespace osteocalc::cohort {
namespace {

/// y = 1 + 2 x + noise; x is missing more often where y is large, so complete cases are biased.
Table half_seen(std::size_t n, std::uint32_t seed) {
  testing::Normals random(seed);
  Numbers x, y;
  for (std::size_t i = 0; i < n; ++i) {
    x.emplace_back(random());
    y.emplace_back(1 + 2 * *x.back() + random());
    if (random.uniform() < 0.6 / (1 + std::exp(-2 * (*y.back() - 1))))
      x.back().reset();
  }
  Table table("t", n);
  table.add({"x", x});
  table.add({"y", y});
  return table;
}

TEST(Impute, FillsEveryGapWithAValueThatOccurs) {
  const Table table = half_seen(200, 1);
  std::set<double> seen;
  for (const auto& cell : table.numbers("x"))
    if (cell)
      seen.insert(*cell);
  for (const Table& full : impute(table, {"x", "y"}, {.tables = 3}, {1}))
    for (std::size_t i = 0; i < full.rows(); ++i) {
      const double value = full.numbers("x")[i].value();
      EXPECT_NEAR(*std::min_element(seen.begin(), seen.end(),
                                    [&](double a, double b) { return std::abs(a - value) < std::abs(b - value); }),
                  value, 1e-9);
      if (table.numbers("x")[i]) {
        EXPECT_EQ(table.numbers("x")[i], full.numbers("x")[i]);
      }
    }
}

TEST(Impute, AnyNumberOfThreadsGivesTheSameTables) {
  const Table table = half_seen(100, 2);
  const auto one = impute(table, {"x", "y"}, {.tables = 4}, {1}), two = impute(table, {"x", "y"}, {.tables = 4}, {2});
  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_EQ(one[i].numbers("x"), two[i].numbers("x"));
  EXPECT_NE(one[0].numbers("x"), one[1].numbers("x"));
}

TEST(Impute, RecoversTheSlopeThatCompleteCasesMiss) {
  double pooled = 0, complete = 0;
  int covered = 0;
  constexpr int repeats = 40;
  for (int i = 0; i < repeats; ++i) {
    const Table table = half_seen(300, 50U + static_cast<unsigned>(i));
    std::vector<Model> models;
    for (const Table& full : impute(table, {"x", "y"}, {.tables = 10, .iterations = 3}, {2}))
      models.push_back(fit_linear(model_frame(full, "y", {"x"}), Errors::Classical));
    const Model model = pool(models);
    pooled += model.terms[1].estimate / repeats;
    complete += fit_linear(model_frame(table, "y", {"x"}), Errors::Classical).terms[1].estimate / repeats;
    covered += *model.terms[1].ci_low <= 2 && 2 <= *model.terms[1].ci_high;
  }
  EXPECT_NEAR(pooled, 2, 0.06);
  EXPECT_LT(complete, pooled - 0.05);
  EXPECT_GE(covered, 33); // 95 % of 40 is 38; matching on few donors runs slightly short
}

TEST(Impute, ColumnsThatCannotBeImputedAreNamed) {
  Table table("t", 4);
  table.add({"x", Numbers{1.0, {}, {}, {}}});
  table.add({"y", Numbers{1.0, 2.0, 3.0, 4.0}});
  EXPECT_THROW((void)impute(table, {"x", "y"}), TableError);
}

} // namespace
} // namespace osteocalc::cohort
