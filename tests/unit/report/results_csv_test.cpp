// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/results_csv.h"

#include "osteocalc/core/error.h"
#include "osteocalc/report/study_json.h"

#include "unit/report/study_sample.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <sstream>

namespace osteocalc::report {
namespace {

/// Rows as maps from column to cell; no cell of these tests holds a comma.
std::vector<std::map<std::string, std::string>> parsed(const std::string& text) {
  const auto cells = [](const std::string& line) {
    std::vector<std::string> list(1);
    for (const char c : line)
      if (c == ',')
        list.emplace_back();
      else
        list.back() += c;
    return list;
  };
  std::istringstream in(text);
  std::string line;
  std::getline(in, line);
  const std::vector<std::string> names = cells(line);
  std::vector<std::map<std::string, std::string>> rows;
  while (std::getline(in, line)) {
    const std::vector<std::string> values = cells(line);
    EXPECT_EQ(values.size(), names.size()) << line;
    auto& row = rows.emplace_back();
    for (std::size_t i = 0; i < names.size(); ++i)
      row[names[i]] = values.at(i);
  }
  return rows;
}

study::StudyResult scored(const std::string& bed, double agatston) {
  study::StudyResult result;
  result.beds.push_back({bed, calcium::VariantScore{}, {}, {}, true});
  result.beds.back().reference->agatston = agatston;
  return result;
}

ResultRow row_of(const std::string& key, const study::StudyResult& result) {
  return result_row(key, study_json(result));
}

std::string text_of_three() {
  std::vector<ResultRow> rows;
  rows.push_back(row_of("c", scored("aorta_abdominal", 0)));
  rows.push_back(row_of("a", test::sample_study()));
  rows.push_back(row_of("b", {}));
  return results_csv(std::move(rows));
}

TEST(ResultsCsv, HasARowAStudySortedByKey) {
  const auto rows = parsed(text_of_three());
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].at("study"), "a");
  EXPECT_EQ(rows[2].at("study"), "c");
  EXPECT_EQ(rows[0].at("state"), "done");
  EXPECT_EQ(rows[1].at("state"), "refused"); // a study without any result keeps its row
}

TEST(ResultsCsv, HoldsTheContractsColumns) {
  const auto row = parsed(text_of_three())[0];
  EXPECT_EQ(row.at("subject"), "0123456789abcdef");
  EXPECT_EQ(row.at("age_years"), "61");
  EXPECT_EQ(row.at("sex"), "F");
  EXPECT_EQ(row.at("coronary_agatston"), "81.5");
  EXPECT_EQ(row.at("coronary_volume_mm3"), "61.125");
  EXPECT_EQ(row.at("L1_hu"), "125.5");
  EXPECT_EQ(row.at("L1_bmd_mg_cm3"), "105.4");
  EXPECT_EQ(row.at("calibration_mode"), "phantom");
  EXPECT_EQ(row.at("kvp_kv"), "120");
  EXPECT_EQ(row.at("contrast"), "none");
  EXPECT_EQ(row.at("issues"), "CAL-CONTRAST;IO-GAP"); // what was only information stays out
}

TEST(ResultsCsv, MissingIsAnEmptyCellAndZeroIsZero) {
  const auto rows = parsed(text_of_three());
  for (const char* column : {"coronary_agatston", "aorta_abdominal_agatston", "L1_hu", "age_years", "sex", "subject",
                             "kvp_kv", "calibration_mode"})
    EXPECT_EQ(rows[1].at(column), "") << column;
  EXPECT_EQ(rows[0].at("aorta_abdominal_agatston"), "");  // refused
  EXPECT_EQ(rows[2].at("aorta_abdominal_agatston"), "0"); // scored, and none found
}

TEST(ResultsCsv, AnExcludedLevelsValuesStayOut) {
  EXPECT_EQ(parsed(text_of_three())[0].count("L2_hu"), 0U);
  EXPECT_EQ(text_of_three().find("900"), std::string::npos);
}

TEST(ResultsCsv, DoesNotDependOnTheOrderOfItsRows) {
  std::vector<ResultRow> rows;
  rows.push_back(row_of("b", {}));
  rows.push_back(row_of("a", test::sample_study()));
  rows.push_back(row_of("c", scored("aorta_abdominal", 0)));
  EXPECT_EQ(results_csv(std::move(rows)), text_of_three());
}

TEST(ResultsCsv, DensityFromDxaHasColumnsToo) {
  const auto rows = parsed(results_csv({result_row("k", R"({"schema":"osteocalc.study/1","study":{"subject":"s"},
    "calcium":null,"bone":null,"dxa":{"sites":[{"site":"L1-L4","abmd_g_cm2":0.75}],"aac24":{"total":3}},"issues":[]})")}));
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].at("abmd_L1_L4_g_cm2"), "0.75");
  EXPECT_EQ(rows[0].at("aac24"), "3");
  EXPECT_EQ(rows[0].at("state"), "done");
}

study::DxaPart part_of(DxaExam exam, const std::string& site, double abmd_g_cm2, std::optional<double> t_score) {
  study::DxaPart part;
  part.exam = exam;
  part.result.sites.push_back({.site = site, .abmd_g_cm2 = abmd_g_cm2});
  part.result.sites.back().scores.t_score = t_score;
  return part;
}

TEST(ResultsCsv, TwoHipsHaveColumnsOfTheirOwnAndTheLeftStandsForBoth) {
  study::StudyResult result;
  result.dxa = {part_of(DxaExam::FemurLeft, "neck", 0.75, {}), part_of(DxaExam::FemurRight, "neck", 0.5, -2.98)};
  const auto row = parsed(results_csv({row_of("k", result)}))[0];
  EXPECT_EQ(row.at("abmd_neck_left_g_cm2"), "0.75");
  EXPECT_EQ(row.at("abmd_neck_right_g_cm2"), "0.5");
  EXPECT_EQ(row.at("abmd_neck_g_cm2"), "0.75");
  EXPECT_EQ(row.at("t_score_neck_right"), "-2.98");
  EXPECT_FALSE(row.contains("t_score_neck")); // the left has none: never the other side's
  EXPECT_EQ(row.at("state"), "done");
}

TEST(ResultsCsv, ALevelLeftOutOfTheSpineStaysOut) {
  study::StudyResult result;
  result.dxa = {part_of(DxaExam::Spine, "L1", 0.75, {})};
  result.dxa[0].result.sites[0].excluded = "fracture";
  const auto row = parsed(results_csv({row_of("k", result)}))[0];
  EXPECT_FALSE(row.contains("abmd_L1_g_cm2"));
}

TEST(ResultsCsv, ARecordThatIsCutOffOrAnothersIsAnError) {
  EXPECT_THROW(static_cast<void>(result_row("k", R"({"schema":"osteocalc.study/1","study":)")), TableError);
  EXPECT_THROW(static_cast<void>(result_row("k", R"({"schema":"osteocalc.bone/1"})")), TableError);
}

TEST(ResultsCsv, WhoseValuesTheyAreStandsBehindHowTheyWereMeasured) {
  const std::vector<std::string> columns = table_columns({"review_time", "study", "review", "L1_hu"}, {"centre"});
  EXPECT_EQ(std::vector<std::string>(columns.end() - 4, columns.end()),
            (std::vector<std::string>{"issues", "review", "review_time", "centre"}));
}

TEST(ResultsCsv, FurtherColumnsStandLast) {
  const std::vector<std::string> columns = table_columns({"issues", "study", "L1_hu", "aac24"}, {"centre"});
  EXPECT_EQ(columns.front(), "study");
  EXPECT_EQ(columns.back(), "centre");
  EXPECT_EQ(std::ranges::count(columns, "issues"), 1);
  EXPECT_LT(std::ranges::find(columns, "L1_hu"), std::ranges::find(columns, "kvp_kv"));
}

} // namespace
} // namespace osteocalc::report
