// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/qc_pictures.h"

#include "support/test_path.h"
#include "unit/report/png.h"
#include "unit/report/qc_scan.h"

#include <algorithm>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>

namespace osteocalc::report {
namespace {

class QcPictures : public ::testing::Test {
 protected:
  void SetUp() override { std::filesystem::remove_all(folder); }
  void TearDown() override { std::filesystem::remove_all(folder); }
  const std::filesystem::path folder = test::test_path();
};

bool is_colored(std::uint32_t pixel) {
  const auto r = static_cast<int>(pixel >> 16U), g = static_cast<int>((pixel >> 8U) & 0xFFU),
             b = static_cast<int>(pixel & 0xFFU);
  return std::max({r, g, b}) - std::min({r, g, b}) > 40;
}

TEST_F(QcPictures, AreWrittenAndDecodable) {
  const auto pictures = write_qc_pictures(test::qc_image(), test::qc_study_with_bone(), folder);
  ASSERT_EQ(pictures.size(), 4U);
  for (const QcPicture& picture : pictures) {
    const test::Png png(folder / picture.file);
    EXPECT_GT(png.width, 100) << picture.file;
    EXPECT_GT(std::ranges::count_if(png.pixels, is_colored), 50) << picture.file;
    EXPECT_FALSE(picture.title.empty());
    EXPECT_FALSE(picture.caption.empty());
  }
}

TEST_F(QcPictures, ShowTheLesionWhereItLies) {
  static_cast<void>(write_qc_pictures(test::qc_image(), test::qc_study(), folder));
  const double px_per_mm = 1 / 0.4;
  const test::Png axial(folder / "axial_lesions.png"); // x to the right, y down
  EXPECT_TRUE(is_colored(axial.at(static_cast<int>(12 * px_per_mm), static_cast<int>(12 * px_per_mm))));
  EXPECT_FALSE(is_colored(axial.at(static_cast<int>(30 * px_per_mm), static_cast<int>(45 * px_per_mm))));
  const test::Png coronal(folder /
                          "coronal_lesions.png"); // the head is up: slices 20-21 of 30 lie 24-30 mm from the top
  EXPECT_TRUE(is_colored(coronal.at(static_cast<int>(12 * px_per_mm), static_cast<int>(27 * px_per_mm))));
  EXPECT_FALSE(is_colored(coronal.at(static_cast<int>(12 * px_per_mm), static_cast<int>(63 * px_per_mm))));
}

TEST_F(QcPictures, EveryLevelHasASliceWithTheOutlineOfWhatIsMeasured) {
  static_cast<void>(write_qc_pictures(test::qc_image(), test::qc_study_with_bone(), folder));
  const test::Png sheet(folder / "axial_vertebrae.png"); // 90 mm on 230 px, 10 mm in front of the middle
  const double px_per_mm = 230 / 90.0;
  const auto colored_at = [&](double from_middle_mm) {
    return is_colored(
        sheet.at(static_cast<int>(115 + from_middle_mm * px_per_mm), 115 - static_cast<int>(10 * px_per_mm)));
  };
  EXPECT_TRUE(colored_at(-4.6)); // the volume is 10 mm wide
  EXPECT_TRUE(colored_at(4.7));
  EXPECT_FALSE(colored_at(0)); // filled so faintly that what is measured shows
  EXPECT_FALSE(colored_at(7));
}

TEST_F(QcPictures, WithoutBoneThereIsNoSpine) {
  const auto pictures = write_qc_pictures(test::qc_image(), test::qc_study(), folder);
  EXPECT_EQ(pictures.size(), 2U);
  EXPECT_FALSE(std::filesystem::exists(folder / "axial_vertebrae.png"));
  EXPECT_FALSE(std::filesystem::exists(folder / "sagittal_spine.png"));
}

TEST_F(QcPictures, AreTheSameEveryTime) {
  const auto bytes = [&](const char* file) {
    std::ifstream in(folder / file, std::ios::binary);
    return std::string((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  };
  static_cast<void>(write_qc_pictures(test::qc_image(), test::qc_study_with_bone(), folder));
  const std::string first = bytes("sagittal_spine.png");
  static_cast<void>(write_qc_pictures(test::qc_image(), test::qc_study_with_bone(), folder));
  EXPECT_FALSE(first.empty());
  EXPECT_EQ(bytes("sagittal_spine.png"), first);
}

} // namespace
} // namespace osteocalc::report
