// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calcium/region_scores.h"

#include "support/calcium_phantoms.h"

#include <gtest/gtest.h>

namespace osteocalc::calcium {
namespace {

const Region everything{"all", {1}};

LabelBox box_of(const Volume<LabelId>& labels) {
  return label_boxes(labels).at(1);
}

TEST(IsotropicVolume, of_a_block_thicker_than_its_pixels) {
  // 4 x 4 pixels of 0.5 mm on 3 slices of 3 mm, 400 HU in air: between 400 and -1000 HU the bound lies 270 / 1400 of a
  // slice beyond the last centre, so the block loses more than a quarter of each end slice.
  const auto phantom = test::Phantom(0.5, 3, 7).box({4, 4, 2}, {4, 4, 3}, 400);
  const Volume<LabelId> labels(phantom.volume().geometry(), 1);
  const double volume = isotropic_volume_mm3(phantom.volume(), labels, everything, box_of(labels), 130, {});
  // 6 layers a slice with centres at 1/12, 3/12, 5/12: within 270 / 1400 of the end only the first.
  EXPECT_NEAR(volume, 4 * (9 - 2 * 3 * 2.0 / 6), 1e-9);
}

TEST(IsotropicVolume, equals_the_voxels_on_an_isotropic_grid) {
  const auto phantom = test::Phantom(0.5, 0.5, 7).box({4, 4, 2}, {4, 4, 3}, 400);
  const Volume<LabelId> labels(phantom.volume().geometry(), 1);
  EXPECT_NEAR(isotropic_volume_mm3(phantom.volume(), labels, everything, box_of(labels), 130, {}), 48 * 0.125, 1e-12);
}

TEST(IsotropicVolume, counts_its_region_only) {
  const auto phantom = test::Phantom(0.5, 0.5, 7).box({4, 4, 2}, {4, 4, 3}, 400);
  Volume<LabelId> labels(phantom.volume().geometry(), 0);
  labels(5, 5, 3) = 1;
  EXPECT_NEAR(isotropic_volume_mm3(phantom.volume(), labels, everything, box_of(labels), 130, {}), 0.125, 1e-12);
}

TEST(SpatiallyWeighted, of_one_pixel_as_likely_as_not) {
  // At the reference's mean a pixel weighs 1/2; it counts a fifth of that in itself and in each neighbour.
  Volume<std::int16_t> hu(VolumeGeometry{{9, 9, 1}, {0.5, 0.5, 3}, {0, 0, 0}}, -1000);
  hu(4, 4, 0) = 130;
  const Volume<LabelId> labels(hu.geometry(), 1);
  EXPECT_NEAR(spatially_weighted_score(hu, labels, everything, box_of(labels), {130, 20}, {}), 0.5, 1e-9);
}

TEST(SpatiallyWeighted, rises_with_calcium_below_the_bound_and_is_the_same_for_any_threads) {
  Volume<std::int16_t> hu(VolumeGeometry{{20, 20, 5}, {0.5, 0.5, 3}, {0, 0, 0}}, 40);
  const Volume<LabelId> labels(hu.geometry(), 1);
  const auto value = [&](int threads) {
    return spatially_weighted_score(hu, labels, everything, box_of(labels), {130, 25}, Parallel{threads});
  };
  const double before = value(1);
  hu(5, 5, 2) = hu(6, 5, 2) = 120; // no Agatston score
  EXPECT_GT(value(1), before + 0.3);
  EXPECT_EQ(value(1), value(2));
}

} // namespace
} // namespace osteocalc::calcium
