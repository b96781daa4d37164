// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/dxa/texture.h"

#include <gtest/gtest.h>
#include <random>

namespace osteocalc::dxa {
namespace {

Volume<float> square(double spacing_mm) {
  VolumeGeometry grid;
  grid.size = {40, 40, 1};
  grid.spacing_mm = {spacing_mm, spacing_mm, 1};
  return Volume<float>(grid, 0.0F);
}

Region inner(double spacing_mm) {
  const double a = 5 * spacing_mm, b = 35 * spacing_mm;
  return {"L1", {{a, a}, {b, a}, {b, b}, {a, b}}};
}

TEST(Texture, ASlopeInBothDirectionsHasTwo) {
  // I = x + y: V(k) = k^2 along rows and columns, a straight line of slope 2.
  Volume<float> image = square(0.5);
  for (int y = 0; y < 40; ++y)
    for (int x = 0; x < 40; ++x)
      image(x, y, 0) = static_cast<float>(x + y);
  const auto texture = variogram_texture(image, inner(0.5));
  ASSERT_TRUE(texture);
  EXPECT_NEAR(texture->slope, 2, 1e-6);
  EXPECT_NEAR(texture->v_first_mm, 0.5, 1e-12);
  EXPECT_NEAR(texture->v_last_mm, 2, 1e-12);
}

TEST(Texture, NoiseWithoutNeighboursHasNone) {
  Volume<float> image = square(1);
  std::mt19937 random(5);
  for (float& value : image.voxels())
    value = static_cast<float>(random() % 1000) / 1000;
  EXPECT_NEAR(variogram_texture(image, inner(1))->slope, 0, 0.05);
}

TEST(Texture, OnlyWhatLiesInTheRegionCounts) {
  Volume<float> image = square(1);
  image(2, 2, 0) = 100; // beside the region, which is even
  EXPECT_FALSE(variogram_texture(image, inner(1)));
}

TEST(Texture, SmallRegionsHaveNone) {
  Volume<float> image = square(1);
  for (int x = 0; x < 40; ++x)
    image(x, 10, 0) = static_cast<float>(x);
  EXPECT_FALSE(variogram_texture(image, {"L1", {{5, 5}, {15, 5}, {15, 15}, {5, 15}}}));
}

} // namespace
} // namespace osteocalc::dxa
