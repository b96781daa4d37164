// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/qc_calibration.h"

#include "support/test_path.h"
#include "unit/report/png.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

namespace osteocalc::report {
namespace {

class QcCalibration : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    image.hu = Volume<std::int16_t>(VolumeGeometry{{100, 80, 12}, {1, 1, 3}, {0, 0, 0}}, 40);
  }
  void TearDown() override { std::filesystem::remove_all(folder); }
  const std::filesystem::path folder = test::test_path();
  CtImage image;
};

bool is_yellow(std::uint32_t pixel) {
  const auto r = static_cast<int>(pixel >> 16U), g = static_cast<int>((pixel >> 8U) & 0xFFU),
             b = static_cast<int>(pixel & 0xFFU);
  return std::min(r, g) - b > 40;
}

TEST_F(QcCalibration, EverySampleHasItsPictureWithItsVoxels) {
  study::CalibrationEvidence evidence;
  evidence.tissues = calibration::SampledTissues{};
  for (const calibration::Tissue tissue : {calibration::Tissue::Adipose, calibration::Tissue::Muscle}) {
    evidence.tissues->samples[static_cast<std::size_t>(tissue)] = calibration::TissueSample{40, 8, 1, 500, 60};
    evidence.tissues->places.push_back({tissue, {{30, 50, 7}, {34, 50, 7}}});
  }
  const auto pictures = write_calibration_pictures(image, evidence, folder);
  ASSERT_EQ(pictures.size(), 2U);
  EXPECT_EQ(pictures[0].file, "calibration_adipose.png");
  EXPECT_NE(pictures[1].caption.find("40.0 HU"), std::string::npos);
  const test::Png png(folder / "calibration_muscle.png"); // 0.4 mm a pixel
  EXPECT_TRUE(is_yellow(png.at(76, 126)));
  EXPECT_TRUE(is_yellow(png.at(86, 126)));
  EXPECT_FALSE(is_yellow(png.at(150, 126)));
}

TEST_F(QcCalibration, RodsAreDrawnWhereTheyWereMeasured) {
  study::CalibrationEvidence evidence;
  evidence.phantom = calibration::FoundPhantom{};
  for (const double x : {30.0, 60.0}) {
    evidence.phantom->rods.push_back({{x, 40, 18}, {0, 0, 1}, -18, 15, 8, 1});
    evidence.phantom->calibration.rods.push_back({120, 1, 100, {}, 0});
  }
  const auto pictures = write_calibration_pictures(image, evidence, folder);
  ASSERT_EQ(pictures.size(), 1U);
  const test::Png png(folder / pictures[0].file);
  constexpr double px_per_mm = 2.5; // of a picture 100 mm wide
  int near_rim = 0;                 // 0.65 of the radius of 8 mm
  for (int y = 75; y <= 128; ++y)
    for (int x = 50; x <= 103; ++x)
      near_rim +=
          is_yellow(png.at(x, y)) && std::abs(std::hypot(x / px_per_mm - 30.5, y / px_per_mm - 40.5) - 5.2) < 0.6 ? 1
                                                                                                                  : 0;
  EXPECT_GT(near_rim, 60); // it is 82 px long
}

TEST_F(QcCalibration, NothingIsDrawnForACalibrationFromElsewhere) {
  EXPECT_TRUE(write_calibration_pictures(image, {}, folder).empty());
  EXPECT_TRUE(std::filesystem::is_empty(folder));
}

} // namespace
} // namespace osteocalc::report
