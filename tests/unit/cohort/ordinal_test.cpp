// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/ordinal.h"

#include "osteocalc/cohort/logistic.h"
#include "osteocalc/core/error.h"
#include "unit/cohort/simulated.h"

#include <gtest/gtest.h>

namespace osteocalc::cohort {
namespace {

/// Three categories with the same slope at both cuts, or (`twisted`) with opposite ones.
ModelFrame three_categories(bool twisted) {
  testing::Normals random(11);
  ModelFrame frame{"y ~ x", {}, {}, {"(Intercept)", "x"}, {{}, {}}, {}};
  for (std::size_t i = 0; i < 1500; ++i) {
    const double x = random(), u = random.uniform();
    const double above_0 = 1 / (1 + std::exp(-(0.5 + 0.8 * x)));
    const double above_1 = twisted ? 0.5 * above_0 / (1 + std::exp(x)) : 1 / (1 + std::exp(-(-1 + 0.8 * x)));
    frame.rows.push_back(i);
    frame.columns[0].push_back(1);
    frame.columns[1].push_back(x);
    frame.outcome.push_back((u < above_0) + (u < above_1));
  }
  return frame;
}

TEST(FitOrdinal, RecoversSlopeAndCuts) {
  const Model model = fit_ordinal(three_categories(false));
  ASSERT_EQ(model.terms.size(), 3U);
  EXPECT_EQ(model.terms[1].name, "0|1");
  EXPECT_NEAR(model.terms[0].estimate, 0.8, 4 * *model.terms[0].se);
  EXPECT_NEAR(model.terms[1].estimate, -0.5, 4 * *model.terms[1].se);
  EXPECT_NEAR(model.terms[2].estimate, 1.0, 4 * *model.terms[2].se);
  EXPECT_GT(model.tests.front().p, 0.05);
}

TEST(FitOrdinal, SlopesThatDifferBetweenCutsAreFlagged) {
  const Model model = fit_ordinal(three_categories(true));
  EXPECT_TRUE(has_rule(model.issues, "MODEL-NOT-PROPORTIONAL"));
  EXPECT_EQ(model.tests[1].name, "brant x");
}

TEST(FitOrdinal, AWideColumnGetsExactErrors) {
  ModelFrame frame = three_categories(false);
  const Model plain = fit_ordinal(frame);
  for (double& x : frame.columns[1])
    x *= 5000; // steps of 0.001 in the slope are then far too coarse
  const Model wide = fit_ordinal(frame);
  EXPECT_TRUE(has_rule(wide.issues, "MODEL-EXACT-ERRORS"));
  EXPECT_NEAR(*wide.terms[0].se * 5000 / *plain.terms[0].se, 1, 1e-4);
}

TEST(FitOrdinal, TwoCategoriesAreRefused) {
  ModelFrame frame = three_categories(false);
  for (double& y : frame.outcome)
    y = std::min(y, 1.0);
  EXPECT_THROW((void)fit_ordinal(frame), TableError);
}

} // namespace
} // namespace osteocalc::cohort
