// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/svg_png.h"

#include "osteocalc/core/error.h"

#include <cairo/cairo.h>
#include <gtest/gtest.h>

namespace osteocalc::report {
namespace {

TEST(SvgPng, DrawsEveryShapeWhereItStands) {
  Svg drawing("test", 100, 80, "title", "text");
  drawing.square(20, 20, 5, "#ff0000");
  drawing.circle(60, 20, 5, "#0000ff");
  drawing.polygon({{10, 40}, {30, 40}, {30, 60}, {10, 60}}, "#00ff00");
  drawing.line(50, 50, 90, 50, {"#000000", 4});
  const auto file = std::filesystem::path(::testing::TempDir()) / "svg_png_test.png";
  write_png(drawing, file, 2);
  cairo_surface_t* surface = cairo_image_surface_create_from_png(file.c_str());
  ASSERT_EQ(cairo_image_surface_get_width(surface), 200);
  ASSERT_EQ(cairo_image_surface_get_height(surface), 160);
  const auto pixel = [&](int x, int y) {
    const unsigned char* row = cairo_image_surface_get_data(surface) + 2 * y * cairo_image_surface_get_stride(surface);
    return reinterpret_cast<const std::uint32_t*>(row)[2 * x] & 0xFFFFFFU;
  };
  EXPECT_EQ(pixel(20, 20), 0xFF0000U);
  EXPECT_EQ(pixel(60, 20), 0x0000FFU);
  EXPECT_EQ(pixel(20, 50), 0x00FF00U);
  EXPECT_EQ(pixel(70, 50), 0U);
  EXPECT_EQ(pixel(95, 75), 0xFFFFFFU);
  cairo_surface_destroy(surface);
  std::filesystem::remove(file);
}

} // namespace
} // namespace osteocalc::report
