// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/reader_agreement.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace osteocalc::report {
namespace {

review::ReviewFile reading(double agatston, std::optional<double> hu) {
  const nlohmann::json bone = hu ? nlohmann::json{{"mean_hu", *hu}, {"bmd_mg_cm3", nullptr}} : nlohmann::json();
  review::ReviewFile file;
  file.values_json = nlohmann::json{{"calcium",
                                     {{"beds",
                                       {{{"bed", "coronary"},
                                         {"agatston", agatston},
                                         {"volume_mm3", agatston},
                                         {"mass_mg", nullptr},
                                         {"density_score", nullptr},
                                         {"lesions", 1}}}}}},
                                    {"bone", {{"vertebrae", nlohmann::json::array()}, {"summary", bone}}}}
                         .dump();
  return file;
}

std::vector<DoubleReading> readings() {
  std::vector<DoubleReading> list;
  const std::vector<std::pair<double, double>> scores{{0, 0}, {50, 60}, {150, 90}, {400, 400}, {30, 20}};
  for (const auto& [a, b] : scores)
    list.push_back({"study" + std::to_string(list.size()), reading(a, 100), reading(b, std::nullopt)});
  list[1].second.edits.push_back({review::ShiftLevels{1}, "bob", "", "", "", "", {}});
  return list;
}

TEST(ReaderAgreement, ComparesWhatBothMeasured) {
  const ReaderAgreement agreement = reader_agreement(readings(), "ann", "bob");
  EXPECT_EQ(agreement.studies, 5U);
  const auto score = std::ranges::find(agreement.numbers, "coronary.agatston", &NumberAgreement::number);
  ASSERT_NE(score, agreement.numbers.end());
  EXPECT_EQ(score->n, 5U);
  EXPECT_NEAR(score->differences->bias.estimate, (0 - 10 + 60 + 0 + 10) / 5.0, 1e-9);
  EXPECT_GT(score->icc->estimate, 0.95);
  EXPECT_EQ(std::ranges::find(agreement.numbers, "spine.hu", &NumberAgreement::number), agreement.numbers.end());
  // Classes 0 1 2 3 1 against 0 1 1 3 1: one near miss of five. Linear weights: observed 14/15, expected 16/25: 22/27.
  ASSERT_TRUE(agreement.category_kappa);
  EXPECT_NEAR(agreement.category_kappa->estimate, 22.0 / 27, 1e-9);
  EXPECT_EQ(agreement.disputed, std::vector<std::string>{"study1"});
}

TEST(ReaderAgreement, WithoutVariationThereIsNone) {
  const std::vector<DoubleReading> one{{"a", reading(0, {}), reading(0, {})}};
  const ReaderAgreement agreement = reader_agreement(one, "ann", "bob");
  EXPECT_FALSE(agreement.category_kappa);
  EXPECT_FALSE(agreement.numbers.front().icc);
  const auto json = nlohmann::json::parse(reader_agreement_json(agreement));
  EXPECT_EQ(json["schema"], "osteocalc.readers/1");
  EXPECT_TRUE(json["coronary_class_kappa"].is_null());
}

} // namespace
} // namespace osteocalc::report
