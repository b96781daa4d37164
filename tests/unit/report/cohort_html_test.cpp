// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/cohort_html.h"

#include "unit/cohort/simulated.h"

#include <gtest/gtest.h>

namespace osteocalc::report {
namespace {

cohort::CohortResult result(const std::string& exposure = "bmd") {
  cohort::Table table = cohort::testing::simulated_people({.n = 120}, 11);
  if (exposure != "bmd")
    table.add({exposure, table.numbers("bmd")});
  return cohort::analyze_table(table, {.outcome = "score", .exposure = exposure, .adjust = {"age_years", "sex"}});
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(CohortHtml, TheMainFindingComesBeforeAnyFigure) {
  const cohort::CohortResult made = result();
  const std::string page = cohort_html(made);
  EXPECT_LT(page.find("<p class=\"headline\">"), page.find("<svg"));
  EXPECT_TRUE(has(page, made.findings.front()));
  EXPECT_TRUE(has(page, "log1p(score) ~ standardize(bmd) + age_years + sex"));
  EXPECT_TRUE(has(page, "adjustment age_years missing"));
  for (const char* part :
       {"Table 1", "STROBE checklist", "author must write", "leave", "SHA-256", "Specification curve"})
    EXPECT_TRUE(has(page, part)) << part;
  EXPECT_TRUE(has(page, "For research use only"));
}

TEST(CohortHtml, NeedsNothingFromElsewhere) {
  const std::string page = cohort_html(result());
  for (const char* part : {"<script", "src=", "href=", "@import", "url(", "{{"})
    EXPECT_FALSE(has(page, part)) << part;
}

TEST(CohortHtml, ColumnNamesCannotBecomeMarkup) {
  const std::string page = cohort_html(result("<b>bmd & co"));
  EXPECT_FALSE(has(page, "<b>"));
  EXPECT_TRUE(has(page, "&lt;b&gt;bmd &amp; co"));
}

TEST(CohortReport, WritesItsFilesTheSameEveryTime) {
  const auto folder = std::filesystem::path(::testing::TempDir()) / "cohort_report_test";
  std::filesystem::remove_all(folder);
  write_cohort_report(result(), folder);
  for (const char* file :
       {"cohort.json", "cohort.html", "figures/scatter.svg", "figures/change.svg", "figures/change.png",
        "figures/specifications.png", "tables/models.csv", "tables/cohort.xlsx", "plan.toml"})
    EXPECT_GT(std::filesystem::file_size(folder / file), 400U) << file;
  EXPECT_EQ(cohort_html(result()), cohort_html(result()));
  std::filesystem::remove_all(folder);
}

} // namespace
} // namespace osteocalc::report
