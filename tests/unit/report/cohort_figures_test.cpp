// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/cohort_figures.h"

#include "unit/cohort/simulated.h"

#include <algorithm>
#include <array>
#include <gtest/gtest.h>
#include <regex>

namespace osteocalc::report {
namespace {

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++found;
  return found;
}

cohort::CohortResult result(std::size_t n, std::vector<std::string> adjust) {
  return cohort::analyze_table(cohort::testing::simulated_people({.n = n, .bone_slope = -0.01}, 9),
                               {.outcome = "score", .exposure = "bmd", .adjust = std::move(adjust)});
}

TEST(CohortScatter, ShowsEveryPersonOnceAndALegendEntryPerGroup) {
  const std::string svg = cohort_scatter_figure(result(200, {"age_years", "sex"})).drawing.str();
  EXPECT_EQ(count(svg, "<circle") + count(svg, "<rect"), 200U + 2U);
  EXPECT_EQ(count(svg, ">women<") + count(svg, ">men<"), 2U);
  EXPECT_EQ(count(svg, ">adjusted<"), 1U);
  EXPECT_EQ(count(cohort_scatter_figure(result(200, {})).drawing.str(), ">adjusted<"), 0U);
}

TEST(CohortScatter, ThinsACrowdAndSaysSo) {
  const std::string svg = cohort_scatter_figure(result(9000, {"age_years"})).drawing.str();
  EXPECT_EQ(count(svg, "<circle") + count(svg, "<rect"), 3000U + 2U);
  EXPECT_NE(svg.find("1 in 3 people shown"), std::string::npos);
}

/// The ends of the lines 2.5 wide that are longer than a legend's.
std::vector<std::array<double, 4>> model_lines(const std::string& svg) {
  std::vector<std::array<double, 4>> lines;
  const std::regex line(R"re(<line x1="(.*?)" y1="(.*?)" x2="(.*?)" y2="(.*?)" stroke="[^"]*" stroke-width="2.5")re");
  for (std::sregex_iterator found(svg.begin(), svg.end(), line), end; found != end; ++found) {
    const auto number = [&](std::size_t i) { return std::stod((*found)[i]); };
    if (number(3) - number(1) > 40)
      lines.push_back({number(1), number(2), number(3), number(4)});
  }
  return lines;
}

TEST(CohortScatter, TheLinesStayInsideThePlotAndFallAsTheirSlopesDo) {
  for (const double slope : {-0.05, -0.002, 0.05}) {
    const auto made = cohort::analyze_table(cohort::testing::simulated_people({.n = 200, .bone_slope = slope}, 9),
                                            {.outcome = "score", .exposure = "bmd", .adjust = {"age_years"}});
    const auto lines = model_lines(cohort_scatter_figure(made).drawing.str());
    ASSERT_EQ(lines.size(), 2U);
    for (const auto& [x1, y1, x2, y2] : lines) {
      EXPECT_TRUE(x1 >= 76 && x2 <= 626 && x1 < x2);
      EXPECT_TRUE(std::min(y1, y2) >= 40 && std::max(y1, y2) <= 420);
    }
    const double adjusted = cohort::exposure_slope(cohort::fitted(made, "adjusted_unit")).estimate;
    EXPECT_EQ(lines[1][3] > lines[1][1], adjusted < 0); // pixels run downwards
  }
}

TEST(CohortChange, HasOneIntervalAModelAndMarksZeroInEachPanel) {
  const std::string svg = cohort_change_figure(result(200, {"age_years", "sex"})).drawing.str();
  EXPECT_EQ(count(svg, "<circle"), 3U); // spearman, crude per SD, crude per unit
  EXPECT_EQ(count(svg, "<rect"), 2U);
  EXPECT_EQ(count(svg, "stroke-dasharray"), 3U); // one panel a scale
  EXPECT_NE(svg.find("crude_sd: "), std::string::npos);
}

TEST(CohortFigures, DrawWhatTheResultAllows) {
  std::vector<std::string> names;
  for (const Figure& figure : cohort_figures(result(200, {"age_years", "sex"})))
    names.push_back(figure.name);
  EXPECT_EQ(names, (std::vector<std::string>{"change", "dose_response", "scatter", "quadrants", "specifications",
                                             "residuals"}));
}

TEST(CohortSpecifications, OneMarkAModelAndOneSquareAChoice) {
  const cohort::CohortResult made = result(200, {"age_years", "sex"});
  const std::string svg = cohort_specification_figure(made).drawing.str();
  EXPECT_EQ(count(svg, "<circle"), made.specifications.size());
  EXPECT_EQ(count(svg, "<rect"), 4 * made.specifications.size()); // outcome, exposure, covariates, design
}

TEST(CohortQuadrants, CountEverybodyOnce) {
  const cohort::Quadrants q = *result(200, {"age_years"}).quadrants;
  EXPECT_EQ(q.neither + q.calcium + q.bone + q.both, 200U);
  EXPECT_EQ(q.both + q.bone, 50U); // the lowest quarter
}

} // namespace
} // namespace osteocalc::report
