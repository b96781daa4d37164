// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/review/review_file.h"
#include "unit/review/review_subject.h"

#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace osteocalc::test {

/// A study's folder, emptied, with a machine's result that holds more than a review does.
inline std::filesystem::path study_folder(const std::filesystem::path& name) {
  using Json = nlohmann::json;
  const std::filesystem::path path = std::filesystem::path(testing::TempDir()) / name;
  std::filesystem::remove_all(path);
  std::filesystem::create_directories(path);
  const review::Review machine(ReviewScan().subject());
  Json result = Json::parse(file_of(machine).values_json);
  result["schema"] = "osteocalc.study/1";
  result["study"] = {{"subject", nullptr}, {"age_years", 60},   {"sex", "F"},   {"kvp_kv", 120},
                     {"kernel", nullptr},  {"increment_mm", 3}, {"slices", 50}, {"contrast", "none"}};
  result["issues"] = Json::array({{{"level", "warning"}, {"rule", "CAL-NOISE"}, {"where", "aorta"}, {"text", "x"}}});
  result["provenance"] = {{"inputs_sha256", "made"}};
  for (Json& bed : result["calcium"]["beds"])
    bed["percentile"] = 50;
  for (Json& vertebra : result["bone"]["vertebrae"]) {
    vertebra["heights_mm"] = {{"anterior", 27}};
    vertebra["bmd_se_mg_cm3"] = 4;
    vertebra["machine"] = vertebra["level"];
  }
  result["bone"]["calibration"] = {{"mode", "phantom"}, {"name", "QRM"},     {"material", "HA"},
                                   {"slope", 0.8},      {"intercept", -2.5}, {"curvature", 0}};
  std::ofstream(path / "result.json") << result.dump();
  std::ofstream(path / "run.json") << R"({"schema":"osteocalc.run/1","study": ["/scans/a"]})";
  return path;
}

/// A reader rejects the plaque of the LAD and calls every level one lower.
inline void review_as(const std::filesystem::path& file, const std::string& name) {
  review::Review review(ReviewScan().subject());
  review.apply(review::AssignLesion{"coronary_lad", {9, 9, 33}, 0}, {name, "2026-01-02T03:04:05Z", "bypass clip"});
  review.apply(review::ShiftLevels{1}, {name, "2026-01-02T03:04:00Z", ""});
  write_review(file_of(review), file);
}

} // namespace osteocalc::test
