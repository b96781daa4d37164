// SPDX-License-Identifier: Apache-2.0
// Every plan of docs/user/cohort.md runs as it is printed, on a table with the columns it names.
#include "osteocalc/cohort/analysis.h"
#include "osteocalc/cohort/random.h"

#include <cmath>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>

namespace osteocalc::cohort {
namespace {

/// The blocks of TOML that are whole plans.
std::vector<std::string> printed_plans() {
  std::ifstream page(OSTEOCALC_USER_PAGE);
  const std::string text{std::istreambuf_iterator<char>(page), {}};
  std::vector<std::string> plans;
  const std::string open = "```toml\n", close = "```";
  for (auto at = text.find(open); at != std::string::npos; at = text.find(open, at + 1)) {
    const auto from = at + open.size();
    plans.push_back(text.substr(from, text.find(close, from) - from));
  }
  return plans;
}

/// 300 people: density falls and calcium rises with age; two scans, three readers, four levels, a survey.
std::filesystem::path write_people(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  std::ofstream csv(folder / "people.csv");
  csv << "subject,age_years,sex,race,smoking,arm,w,stratum,psu,kvp_kv,kernel,coronary_agatston,l1_hu,volume_1_mm3,"
         "volume_2_mm3,years,bmd_1,bmd_2,reader_a,reader_b,reader_c,grade_a,grade_b";
  for (const char* level : {"L1", "L2", "L3", "L4"})
    csv << ",aorta_level_" << level << "_agatston," << level << "_hu";
  csv << "\n";
  RandomStream random(11, 0);
  for (int i = 0; i < 300; ++i) {
    const double age = 45 + 35 * random.uniform(), hu = 260 - 2 * age + 25 * random.normal();
    const double score = std::fmax(0, 20 * (age - 55) + 150 * random.normal()), volume = score + 1;
    const double reading = 100 + 30 * random.normal();
    csv << 'p' << i << ',' << age << ',' << (i % 2 ? "F" : "M") << ',' << 1 + i % 3 << ',' << 1 + i % 2 << ','
        << (i % 4 < 2 ? "drug" : "placebo") << ',' << 1 + i % 5 << ',' << i % 4 << ',' << i / 4 % 3 << ','
        << (i % 3 ? 120 : 100) << ',' << (i % 5 ? "soft" : "sharp") << ',' << score << ',' << hu << ',' << volume << ','
        << volume * (1.2 + 0.2 * random.uniform()) << ',' << 2 + random.uniform() << ',' << 120 << ','
        << 115 + 8 * random.normal() << ',' << reading << ',' << reading + 3 * random.normal() << ','
        << reading + 3 * random.normal() << ',' << 1 + i % 3 << ',' << 1 + (i % 7 ? i % 3 : 0);
    for (int level = 0; level < 4; ++level)
      csv << ',' << std::fmax(0, score / 4 + 40 * random.normal()) << ',' << hu + 8 * random.normal();
    csv << "\n";
  }
  return folder / "people.csv";
}

TEST(UserPage, EveryPlanRunsAsPrinted) {
  const std::filesystem::path folder = std::filesystem::path(::testing::TempDir()) / "user_page";
  const std::filesystem::path people = write_people(folder);
  const std::vector<std::string> plans = printed_plans();
  ASSERT_EQ(plans.size(), 4U);
  for (const std::string& text : plans) {
    Plan plan = parse_plan(text);
    SCOPED_TRACE(plan.models.front().id);
    plan.tables = {people};
    plan.bootstrap_draws = 40;
    if (!plan.question.negative_control.empty())
      plan.question.negative_control = people.string();
    const CohortResult result = run_plan(plan);
    for (const ModelSpec& spec : plan.models)
      EXPECT_NO_THROW((void)fitted(result, spec.id)) << spec.id;
    for (const Issue& issue : result.issues)
      EXPECT_FALSE(issue.rule == "COHORT-MODEL" || issue.rule == "COHORT-CHECK") << issue.where << ": " << issue.text;
    EXPECT_FALSE(result.findings.empty());
  }
  std::filesystem::remove_all(folder);
}

} // namespace
} // namespace osteocalc::cohort
