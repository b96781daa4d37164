// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/sampling.h"

#include "osteocalc/cohort/csv.h"
#include "osteocalc/cohort/linear.h"
#include "osteocalc/core/error.h"

#include <cmath>
#include <gtest/gtest.h>

namespace osteocalc::cohort {
namespace {

const std::string people = "y,h,p,w\n1,a,1,2\n2,a,2,1\n4,b,1,1\n7,b,2,3\n9,b,3,1\n,a,1,5\n5,b,1,0\n";

std::string message(const std::string& csv, LonelyPsu lonely = LonelyPsu::Fail) {
  try {
    (void)survey_design(parse_csv(csv, "t"), "w", "h", "p", lonely);
  } catch (const TableError& error) {
    return error.what();
  }
  return "";
}

TEST(SurveyDesign, PsusAreNestedInStrata) {
  const SurveyDesign design = survey_design(parse_csv(people, "t"), "w", "h", "p");
  EXPECT_EQ(design.stratum_of_psu.size(), 5U);
  EXPECT_EQ(design.psus_in_stratum, (std::vector<std::size_t>{2, 3}));
  EXPECT_NE(design.psu[0], design.psu[2]); // both are called 1
}

TEST(SurveyDesign, DomainKeepsTheWholeDesign) {
  const Table table = parse_csv(people, "t");
  const SurveyDesign design = survey_design(table, "w", "h", "p");
  ModelFrame frame{"y ~ 1", {0, 2, 3}, {1, 4, 7}, {"(Intercept)"}, {{1, 1, 1}}, {}};
  const Sampling sampling = domain_sampling(design, frame);
  EXPECT_EQ(sampling.df, 3 - 2); // three PSUs and two strata hold the domain
  EXPECT_EQ(sampling.psus_in_stratum, (std::vector<std::size_t>{2, 3}));
}

TEST(SurveyDesign, MeanOfATwoStratumSampleByHand) {
  // weights 2 1 | 1 3 1, mean (2 + 2 + 4 + 21 + 9) / 8 = 4.75; scores w (y - mean) / 8
  const Table table = parse_csv("y,h,p,w\n1,a,1,2\n2,a,2,1\n4,b,1,1\n7,b,2,3\n9,b,3,1\n", "t");
  const ModelFrame frame{"y ~ 1", {0, 1, 2, 3, 4}, {1, 2, 4, 7, 9}, {"(Intercept)"}, {{1, 1, 1, 1, 1}}, {}};
  const Model model = fit_linear(frame, domain_sampling(survey_design(table, "w", "h", "p"), frame));
  EXPECT_NEAR(model.terms[0].estimate, 4.75, 1e-12);
  const double a1 = 2 * (1 - 4.75) / 8, a2 = (2 - 4.75) / 8;
  const double b1 = (4 - 4.75) / 8, b2 = 3 * (7 - 4.75) / 8, b3 = (9 - 4.75) / 8, b = (b1 + b2 + b3) / 3;
  const double variance =
      (a1 - a2) * (a1 - a2) + 1.5 * ((b1 - b) * (b1 - b) + (b2 - b) * (b2 - b) + (b3 - b) * (b3 - b));
  EXPECT_NEAR(*model.terms[0].se, std::sqrt(variance), 1e-12);
  EXPECT_EQ(model.df, 3);
}

TEST(SurveyDesign, WhatCannotBeUsedIsNamed) {
  EXPECT_NE(message("y,h,p,w\n1,a,1,2\n2,b,1,1\n2,b,2,1\n").find("stratum 'a' has only one PSU"), std::string::npos);
  EXPECT_EQ(message("y,h,p,w\n1,a,1,2\n2,b,1,1\n2,b,2,1\n", LonelyPsu::Ignore), "");
  EXPECT_NE(message("y,h,p,w\n1,a,1,-2\n2,a,2,1\n").find("row 1 of t has a negative 'w'"), std::string::npos);
  EXPECT_NE(message("y,h,p,w\n1,a,1,2\n2,a,,1\n").find("row 2 of t has a weight but no 'p'"), std::string::npos);
}

TEST(SurveyDesign, RowsOutsideTheSampleAreRefusedUntilTakenOut) {
  const SurveyDesign design = survey_design(parse_csv(people, "t"), "w", "h", "p");
  const ModelFrame frame{"y ~ 1", {0, 3, 6}, {1, 7, 5}, {"(Intercept)"}, {{1, 1, 1}}, {}};
  EXPECT_THROW((void)domain_sampling(design, frame), TableError);
  EXPECT_EQ(keep_sampled(design, frame).rows, (std::vector<std::size_t>{0, 3}));
}

TEST(SurveyDesign, NoDegreesOfFreedomMeansNoInterval) {
  const Table table = parse_csv("y,x,p,w\n1,2,1,1\n2,3,1,1\n3,5,2,1\n5,4,2,1\n", "t");
  const ModelFrame frame = model_frame(table, "y", {"x"});
  const Model model = fit_linear(frame, domain_sampling(survey_design(table, "w", "", "p"), frame));
  EXPECT_TRUE(has_rule(model.issues, "SURVEY-DF")); // 2 PSUs - 1 stratum - 1 slope
  EXPECT_FALSE(model.terms[1].ci_low);
  EXPECT_FALSE(model.terms[1].p);
  EXPECT_TRUE(model.terms[1].se); // as R gives it
}

TEST(Clustered, OneClusterIsRefused) {
  const std::vector<double> same{3, 3, 3};
  EXPECT_THROW((void)clustered(same), TableError);
}

} // namespace
} // namespace osteocalc::cohort
