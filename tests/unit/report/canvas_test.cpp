// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/canvas.h"

#include "osteocalc/core/error.h"
#include "support/test_path.h"
#include "unit/report/png.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace osteocalc::report {
namespace {

test::Png written(const Canvas& canvas) {
  const auto file = test::test_path(".png");
  canvas.write_png(file);
  test::Png png(file);
  std::filesystem::remove(file);
  return png;
}

TEST(Canvas, PixelsAreWrittenWhereTheyWereSet) {
  Canvas canvas(7, 5);
  canvas.set_gray(6, 4, 1);
  canvas.set_gray(2, 1, 0.5);
  canvas.blend(0, 3, {1, 0, 0}, 1);
  const test::Png png = written(canvas);
  ASSERT_EQ(png.width, 7);
  ASSERT_EQ(png.height, 5);
  EXPECT_EQ(png.at(6, 4), 0xFFFFFFU);
  EXPECT_EQ(png.at(2, 1), 0x808080U);
  EXPECT_EQ(png.at(0, 3), 0xFF0000U);
  EXPECT_EQ(png.at(1, 1), 0U);
}

TEST(Canvas, BlendMixesAndIgnoresWhatLiesOutside) {
  Canvas canvas(3, 3);
  canvas.set_gray(1, 1, 1);
  canvas.blend(1, 1, {0, 0, 1}, 0.5);
  for (const auto& [x, y] : {std::pair{-1, 0}, std::pair{3, 0}, std::pair{0, -1}, std::pair{0, 3}})
    canvas.blend(x, y, {1, 1, 1}, 1);
  const test::Png png = written(canvas);
  EXPECT_EQ(png.at(1, 1), 0x8080FFU);
  EXPECT_EQ(png.at(0, 0), 0U);
}

TEST(Canvas, GrayIsClamped) {
  Canvas canvas(2, 1);
  canvas.set_gray(0, 0, -3);
  canvas.set_gray(1, 0, 7);
  const test::Png png = written(canvas);
  EXPECT_EQ(png.at(0, 0), 0U);
  EXPECT_EQ(png.at(1, 0), 0xFFFFFFU);
}

TEST(Canvas, DrawingAndPixelsMixInAnyOrder) {
  Canvas canvas(20, 20);
  canvas.fill_rectangle(0, 0, 20, 20, {0, 1, 0});
  canvas.set_gray(5, 5, 1);
  canvas.line(0, 10.5, 20, 10.5, {1, 0, 0}, 1);
  const test::Png png = written(canvas);
  EXPECT_EQ(png.at(5, 5), 0xFFFFFFU);
  EXPECT_EQ(png.at(5, 10), 0xFF0000U);
  EXPECT_EQ(png.at(5, 15), 0x00FF00U);
}

TEST(Canvas, TextIsDrawnAndMeasured) {
  Canvas canvas(100, 30);
  canvas.text(5, 20, "L1", 16, {1, 1, 1});
  const test::Png png = written(canvas);
  EXPECT_GT(std::ranges::count_if(png.pixels, [](std::uint32_t pixel) { return pixel != 0; }), 20);
  EXPECT_GT(canvas.text_width("L1 120 HU", 16), canvas.text_width("L1", 16));
}

TEST(Canvas, AFileThatCannotBeWrittenIsAnError) {
  EXPECT_THROW(Canvas(2, 2).write_png("/no/such/folder/x.png"), IoError);
}

} // namespace
} // namespace osteocalc::report
