// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/cohort_tables.h"

#include "osteocalc/cohort/csv.h"
#include "osteocalc/report/cohort_methods.h"
#include "unit/cohort/simulated.h"

#include <fstream>
#include <gtest/gtest.h>
#include <iterator>

namespace osteocalc::report {
namespace {

cohort::CohortResult result() {
  return cohort::analyze_table(cohort::testing::simulated_people({.n = 120, .bone_slope = -0.01}, 10),
                               {.outcome = "score", .exposure = "bmd", .adjust = {"age_years", "sex"}});
}

std::string bytes(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST(CohortTables, ReadBackWithEveryNumber) {
  const auto folder = std::filesystem::path(::testing::TempDir()) / "cohort_tables_test";
  const cohort::CohortResult made = result();
  write_cohort_tables(cohort_sheets(made), folder);
  const cohort::Table models = cohort::read_csv(folder / "models.csv");
  std::size_t terms = 0;
  for (const cohort::FittedModel& model : made.models)
    terms += model.model.terms.size();
  EXPECT_EQ(models.rows(), terms);
  EXPECT_EQ(models.numbers("estimate").back(), made.models.back().model.terms.back().estimate);
  const std::string workbook = bytes(folder / "cohort.xlsx");
  EXPECT_EQ(workbook.substr(0, 2), "PK");
  write_cohort_tables(cohort_sheets(made), folder);
  EXPECT_EQ(bytes(folder / "cohort.xlsx"), workbook);
  std::filesystem::remove_all(folder);
}

TEST(CohortMethods, SayWhatThePlanSays) {
  const cohort::CohortResult made = result();
  std::string text;
  for (const std::string& paragraph : cohort_methods(made))
    text += paragraph;
  for (const char* part : {"defined(score) && defined(bmd)", "HC3", "Spearman", "no survey weights"})
    EXPECT_NE(text.find(part), std::string::npos) << part;
  for (const char* word : {"cause", "causal", "effect", "leads to", "protect"})
    EXPECT_EQ(text.find(word), std::string::npos) << word;
  EXPECT_EQ(strobe_checklist(made).size(), 22U);
}

} // namespace
} // namespace osteocalc::report
