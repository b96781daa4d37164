// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/qc_view.h"

#include "support/test_path.h"
#include "unit/report/png.h"

#include <gtest/gtest.h>

namespace osteocalc::report {
namespace {

TEST(QcView, IsAboutSevenHundredPixelsAndNeverTooFine) {
  const QcView large = fitted_view(350, 700, 100);
  EXPECT_DOUBLE_EQ(large.mm_per_px, 1);
  EXPECT_EQ(large.height_px(), 701);
  EXPECT_EQ(large.width_px(), 351);
  EXPECT_DOUBLE_EQ(fitted_view(20, 10, 0).mm_per_px, 0.4);
}

TEST(DrawView, AsksForHuByMillimetresFromTheTopLeft) {
  const QcView view = fitted_view(100, 60, 50);
  const Canvas canvas = draw_view(view, {0, 1000}, {"R", "L", "A", "P"},
                                  [](double x_mm, double y_mm) { return x_mm > 50 && y_mm > 30 ? 1000.0 : 0.0; });
  EXPECT_EQ(canvas.width(), view.width_px() + 50);
  const auto file = test::test_path(".png");
  canvas.write_png(file);
  const test::Png png(file);
  std::filesystem::remove(file);
  const auto px = [&](double mm) { return static_cast<int>(mm / view.mm_per_px); };
  EXPECT_EQ(png.at(px(75), px(40)), 0xFFFFFFU);
  EXPECT_EQ(png.at(px(25), px(40)), 0U);
  EXPECT_EQ(png.at(px(75), px(20)), 0U);
  EXPECT_NE(png.at(view.width_px() + 25, px(20)), 0U); // the margin is not black: text is read on it
}

} // namespace
} // namespace osteocalc::report
