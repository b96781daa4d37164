// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/agreement_models.h"

#include "osteocalc/cohort/agreement.h"
#include "osteocalc/cohort/csv.h"
#include "osteocalc/core/error.h"

#include <cmath>
#include <gtest/gtest.h>

namespace osteocalc::cohort {
namespace {

Table readings() {
  return parse_csv("a,b,c\n10,11,9\n20,19,22\n30,33,29\n40,38,41\n50,52,49\n,1,2\n", "readings.csv");
}

TEST(AgreementModels, ReadersAreTheOutcomeAndTheTerms) {
  const Model icc = agreement_model({.family = "icc", .type = "consistency"}, model_frame(readings(), "a", {"b", "c"}));
  const Term direct =
      intraclass_correlation({{10, 20, 30, 40, 50}, {11, 19, 33, 38, 52}, {9, 22, 29, 41, 49}}, IccType::Consistency);
  EXPECT_EQ(icc.n, 5U); // the row without a is left out
  EXPECT_EQ(icc.terms[0].name, "icc_3_1");
  EXPECT_DOUBLE_EQ(icc.terms[0].estimate, direct.estimate);
}

TEST(AgreementModels, BlandAndAltmanGiveThePrecisionError) {
  const Model model = agreement_model({.family = "bland_altman"}, model_frame(readings(), "a", {"b"}));
  // differences -1 1 -3 2 -2: mean -0.6, squares 17.2
  EXPECT_NEAR(model.terms[0].estimate, -0.6, 1e-12);
  const double sd = std::sqrt(17.2 / 4);
  EXPECT_NEAR(model.terms[1].estimate, -0.6 - 1.96 * sd, 1e-12);
  EXPECT_NEAR(model.diagnostics[1].value, sd / std::sqrt(2.0), 1e-12);
  EXPECT_NEAR(model.diagnostics[2].value, 2.77 * sd / std::sqrt(2.0), 1e-12);
}

TEST(AgreementModels, KappaWithAndWithoutWeights) {
  const Table grades = parse_csv("a,b\n1,1\n2,2\n3,3\n1,2\n2,3\n3,3\n", "g.csv");
  const ModelFrame frame = model_frame(grades, "a", {"b"});
  // plain: agreement 4/6, by chance (2*1 + 2*2 + 2*3)/36 = 1/3
  EXPECT_NEAR(agreement_model({.family = "kappa"}, frame).terms[0].estimate, 0.5, 1e-12);
  EXPECT_GT(agreement_model({.family = "kappa", .type = "quadratic"}, frame).terms[0].estimate, 0.5);
}

TEST(MantelHaenszelModel, IsALogarithmAndWantsTwoGroups) {
  // one table: 3 of 4 exposed and 1 of 4 unexposed have the outcome, odds ratio 9
  const Table table = parse_csv("x,y,z\n1,1,1\n1,1,2\n1,1,3\n1,0,4\n0,1,5\n0,0,6\n0,0,7\n0,0,8\n", "t.csv");
  EXPECT_NEAR(mantel_haenszel_model(model_frame(table, "y", {"x"}), {}).terms[0].estimate, std::log(9), 1e-12);
  EXPECT_THROW((void)mantel_haenszel_model(model_frame(table, "y", {"z"}), {}), TableError);
  EXPECT_THROW((void)mantel_haenszel_model(model_frame(table, "z", {"x"}), {}), TableError);
}

} // namespace
} // namespace osteocalc::cohort
