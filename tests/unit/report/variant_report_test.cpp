// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/variant_report.h"

#include <gtest/gtest.h>

namespace osteocalc::report {
namespace {

CohortRow person(const std::string& key, double reference, double qurai, const char* level, const char* qurai_level) {
  study::BedScore bed;
  bed.bed = "coronary";
  calcium::VariantScore score;
  score.agatston = reference;
  bed.reference = score;
  bed.category = reference::CalciumCategory{"cac-drs", level};
  bed.variants.push_back(score);
  bed.variant_categories.push_back({"cac-drs", level});
  score.variant = calcium::Variant::Qurai;
  score.agatston = qurai;
  bed.variants.push_back(score);
  bed.variant_categories.push_back({"cac-drs", qurai_level});
  CohortRow row{key, {}};
  row.result.beds.push_back(std::move(bed));
  return row;
}

std::vector<CohortRow> three_people() {
  std::vector<CohortRow> rows;
  rows.push_back(person("a", 80, 120, "A1/N2", "A2"));
  rows.push_back(person("b", 50, 50, "A1/N1", "A1"));
  rows.push_back(person("c", 0, 2, "A0/N0", "A1"));
  return rows;
}

TEST(VariantReport, ListsEveryScore) {
  const std::string text = variants_csv(three_people());
  EXPECT_NE(text.find("a,coronary,qurai,120,A2\n"), std::string::npos);
  EXPECT_EQ(std::ranges::count(text, '\n'), 7);
}

TEST(VariantReport, SaysHowScoresAndClassesMove) {
  const std::string text = variant_summary_csv(three_people());
  // Ratios 1.5 and 1 (not of the person without calcium); one finding appears; two of three classes change.
  EXPECT_NE(text.find("coronary,qurai,3,1.25,1,1.5,1,3,2\n"), std::string::npos) << text;
  EXPECT_NE(text.find("coronary,reference,3,1,1,1,0,3,0\n"), std::string::npos) << text;
}

} // namespace
} // namespace osteocalc::report
