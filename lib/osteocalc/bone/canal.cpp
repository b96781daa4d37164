// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/bone/canal.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace osteocalc::bone {
namespace {

constexpr double smallest_canal_mm2 = 60; // a lumbar canal has about 200-300 mm2, a thoracic one 150
constexpr double midline_mm = 4;
constexpr double most_growth_mm = 3;

/// What each line along z through the mask meets: bone or nothing.
std::vector<std::uint8_t> projected(const Volume<std::uint8_t>& mask) {
  std::vector<std::uint8_t> image(static_cast<std::size_t>(mask.size(0)) * static_cast<std::size_t>(mask.size(1)), 0);
  for (int z = 0; z < mask.size(2); ++z) {
    const std::uint8_t* slice = mask.slice(z).data;
    for (std::size_t i = 0; i < image.size(); ++i)
      image[i] = image[i] | slice[i];
  }
  return image;
}

struct Pixel {
  int x, y;
};

/// Marks the 4-connected pixels with value `from` that hang together with `seed` as `to`, and returns them.
std::vector<Pixel> fill(std::vector<std::uint8_t>& image, int width, int height, Pixel seed, std::uint8_t from,
                        std::uint8_t to) {
  const auto at = [&](Pixel p) -> std::uint8_t& {
    return image[static_cast<std::size_t>(p.y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(p.x)];
  };
  std::vector<Pixel> filled{seed};
  at(seed) = to;
  for (std::size_t i = 0; i < filled.size(); ++i)
    for (const Pixel step : {Pixel{1, 0}, Pixel{-1, 0}, Pixel{0, 1}, Pixel{0, -1}}) {
      const Pixel next{filled[i].x + step.x, filled[i].y + step.y};
      if (next.x < 0 || next.y < 0 || next.x >= width || next.y >= height || at(next) != from)
        continue;
      at(next) = to;
      filled.push_back(next);
    }
  return filled;
}

} // namespace

namespace {

/// An image one pixel (4 neighbours) larger, or smaller.
std::vector<std::uint8_t> resized(const std::vector<std::uint8_t>& image, int width, int height, bool larger) {
  std::vector<std::uint8_t> result = image;
  const auto row = static_cast<std::size_t>(width);
  for (int y = 1; y + 1 < height; ++y)
    for (int x = 1; x + 1 < width; ++x) {
      const std::size_t at = static_cast<std::size_t>(y) * row + static_cast<std::size_t>(x);
      const auto is_other = [&](std::size_t neighbour) { return (image[neighbour] != 0) == larger; };
      if (is_other(at - 1) || is_other(at + 1) || is_other(at - row) || is_other(at + row))
        result[at] = larger ? 1 : 0;
    }
  return result;
}

/// The largest part of the background that does not reach the image's border.
std::vector<Pixel> largest_hole(std::vector<std::uint8_t> image, int width, int height) {
  constexpr std::uint8_t empty = 0, visited = 2;
  std::vector<Pixel> hole;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      if (image[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x)] != empty)
        continue;
      std::vector<Pixel> candidate = fill(image, width, height, {x, y}, empty, visited);
      const bool enclosed = std::ranges::none_of(candidate, [&](const Pixel& pixel) {
        return pixel.x == 0 || pixel.y == 0 || pixel.x == width - 1 || pixel.y == height - 1;
      });
      if (enclosed && candidate.size() > hole.size())
        hole = std::move(candidate);
    }
  return hole;
}

} // namespace

std::optional<Canal> find_canal(const Volume<std::uint8_t>& whole) {
  const int width = whole.size(0), height = whole.size(1);
  const double pixel_mm = whole.geometry().spacing_mm[0], pixel_mm2 = pixel_mm * pixel_mm;
  const auto is_canal = [&](const std::vector<Pixel>& hole) {
    return static_cast<double>(hole.size()) * pixel_mm2 >= smallest_canal_mm2;
  };
  // An arch is thin and a canal narrow: a label a little too small has gaps in the one, a little too large fills the
  // other. Growth or shrinking, the least that helps, brings the canal out.
  std::vector<std::uint8_t> larger = projected(whole), smaller = larger;
  std::vector<Pixel> hole = largest_hole(larger, width, height);
  int growth = 0;
  for (int step = 1; !is_canal(hole); ++step) {
    if (step * pixel_mm > most_growth_mm)
      return std::nullopt;
    larger = resized(larger, width, height, true);
    hole = largest_hole(larger, width, height);
    growth = step;
    if (!is_canal(hole)) {
      smaller = resized(smaller, width, height, false);
      hole = largest_hole(smaller, width, height);
      growth = -step;
    }
  }
  Canal canal;
  canal.area_mm2 = static_cast<double>(hole.size()) * pixel_mm2;
  for (const Pixel& pixel : hole) {
    canal.center_x += pixel.x / static_cast<double>(hole.size());
    canal.center_y += pixel.y / static_cast<double>(hole.size());
  }
  canal.front_y = canal.center_y;
  for (const Pixel& pixel : hole)
    if (std::abs(pixel.x - canal.center_x) * pixel_mm <= midline_mm)
      canal.front_y = std::min(canal.front_y, static_cast<double>(pixel.y));
  canal.front_y -= growth;
  return canal;
}

Volume<std::uint8_t> in_front_of(const Volume<std::uint8_t>& whole, const Canal& canal) {
  Volume<std::uint8_t> body = whole.clone();
  for (int z = 0; z < body.size(2); ++z)
    for (int y = std::max(0, static_cast<int>(std::ceil(canal.front_y))); y < body.size(1); ++y)
      std::fill_n(body.slice(z).row(y), body.size(0), std::uint8_t{0});
  return body;
}

void keep_largest_part(Volume<std::uint8_t>& mask) {
  constexpr std::array<std::array<int, 3>, 6> steps{
      {{1, 0, 0}, {-1, 0, 0}, {0, 1, 0}, {0, -1, 0}, {0, 0, 1}, {0, 0, -1}}};
  Volume<std::uint8_t> seen(mask.geometry(), 0);
  std::vector<std::array<int, 3>> largest;
  for (int z = 0; z < mask.size(2); ++z)
    for (int y = 0; y < mask.size(1); ++y)
      for (int x = 0; x < mask.size(0); ++x) {
        if (mask(x, y, z) == 0 || seen(x, y, z) != 0)
          continue;
        std::vector<std::array<int, 3>> part{{x, y, z}};
        seen(x, y, z) = 1;
        for (std::size_t i = 0; i < part.size(); ++i)
          for (const auto& step : steps) {
            const int nx = part[i][0] + step[0], ny = part[i][1] + step[1], nz = part[i][2] + step[2];
            if (!mask.contains(nx, ny, nz) || mask(nx, ny, nz) == 0 || seen(nx, ny, nz) != 0)
              continue;
            seen(nx, ny, nz) = 1;
            part.push_back({nx, ny, nz});
          }
        if (part.size() > largest.size())
          largest = std::move(part);
      }
  std::ranges::fill(mask.voxels(), std::uint8_t{0});
  for (const auto& at : largest)
    mask(at[0], at[1], at[2]) = 1;
}

} // namespace osteocalc::bone
