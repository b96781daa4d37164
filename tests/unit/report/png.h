// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cairo/cairo.h>
#include <cstdint>
#include <filesystem>
#include <vector>

namespace osteocalc::test {

/// A PNG read back: 0xRRGGBB, rows from the top; empty when it cannot be decoded.
struct Png {
  int width = 0, height = 0;
  std::vector<std::uint32_t> pixels;

  explicit Png(const std::filesystem::path& file) {
    cairo_surface_t* image = cairo_image_surface_create_from_png(file.c_str());
    if (cairo_surface_status(image) == CAIRO_STATUS_SUCCESS) {
      width = cairo_image_surface_get_width(image);
      height = cairo_image_surface_get_height(image);
      for (int y = 0; y < height; ++y) {
        const auto* row = reinterpret_cast<const std::uint32_t*>(cairo_image_surface_get_data(image) +
                                                                 y * cairo_image_surface_get_stride(image));
        for (int x = 0; x < width; ++x)
          pixels.push_back(row[x] & 0xFFFFFFU);
      }
    }
    cairo_surface_destroy(image);
  }
  [[nodiscard]] std::uint32_t at(int x, int y) const {
    return pixels.at(static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x));
  }
};

} // namespace osteocalc::test
