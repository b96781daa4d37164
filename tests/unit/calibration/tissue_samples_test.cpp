// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calibration/tissue_samples.h"

#include "osteocalc/synth/spine_phantom.h"

#include <cmath>
#include <gtest/gtest.h>

namespace osteocalc::calibration {
namespace {

/// A person of layers: fat, muscle, aorta, vertebrae and two thick bones.
synth::SpinePhantom person(double noise_hu) {
  synth::SpinePhantomRequest request;
  request.scanner.matrix = 192;
  request.scanner.pixel_mm = 1.8;
  request.scanner.noise_sd_hu = noise_hu;
  request.fat_mm = 25;
  request.tissues = {-95, 50, 42, 1500};
  return synth::make_spine_phantom(request, {});
}

Volume<std::uint8_t> trunk_of(const Volume<std::int16_t>& hu, double half_width_mm, double half_depth_mm) {
  Volume<std::uint8_t> trunk(hu.geometry(), 0);
  for (int z = 0; z < hu.size(2); ++z)
    for (int y = 0; y < hu.size(1); ++y)
      for (int x = 0; x < hu.size(0); ++x) {
        const Vec3 p = index_to_point(hu.geometry(), {double(x), double(y), double(z)});
        trunk(x, y, z) =
            std::pow(std::abs(p[0]) / half_width_mm, 2.5) + std::pow(std::abs(p[1]) / half_depth_mm, 2.5) <= 1;
      }
  return trunk;
}

TEST(SampleTissues, FindsTheFiveOfAKnownPerson) {
  for (const double noise_hu : {0.0, 20.0}) {
    const synth::SpinePhantom made = person(noise_hu);
    const SampledTissues found =
        sample_tissues(made.image.hu, made.labels.voxels, trunk_of(made.image.hu, 140, 90), {});
    const std::array<double, 5> expected{-95, -1000, 42, 1500, 50};
    ASSERT_EQ(found.places.size(), 5U);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      ASSERT_TRUE(found.samples[i]) << to_string(all_tissues[i]);
      // The densest bone is picked by its HU, so noise lifts it; air's noise is cut off at -1024 HU.
      const double tolerance_hu = i == 3 ? 3 + 3 * noise_hu : i == 1 ? 2 + 0.4 * noise_hu : 2;
      EXPECT_NEAR(found.samples[i]->hu, expected[i], tolerance_hu) << to_string(all_tissues[i]);
      EXPECT_GE(found.samples[i]->area_mm2, 10);
    }
  }
}

TEST(SampleTissues, VesselsInFatAndFatInMuscleDoNotMoveThem) {
  synth::SpinePhantom made = person(0);
  Volume<std::int16_t>& hu = made.image.hu;
  for (int z = 0; z < hu.size(2); ++z)
    for (int y = 0; y < hu.size(1); ++y)
      for (int x = 0; x < hu.size(0); ++x)
        if ((x / 3 + y / 3) % 9 == 0) { // a ninth of all spots holds the other tissue
          std::int16_t& value = hu(x, y, z);
          value = value == -95 ? std::int16_t{40} : value == 50 ? std::int16_t{-95} : value;
        }
  const SampledTissues found = sample_tissues(hu, made.labels.voxels, trunk_of(hu, 140, 90), {});
  EXPECT_NEAR(found.samples[0].value().hu, -95, 3);
  EXPECT_NEAR(found.samples[4].value().hu, 50, 3);
}

// A nail in one thigh: its blurred rim reads between bone and metal.
TEST(SampleTissues, MetalAndItsRimAreNoCortex) {
  synth::SpinePhantom made = person(0);
  Volume<std::int16_t>& hu = made.image.hu;
  const VolumeGeometry& g = hu.geometry();
  Vec3 middle{0, 0, 0};
  double count = 0;
  constexpr LabelId femur = 75;
  for (int z = 0; z < hu.size(2); ++z)
    for (int y = 0; y < hu.size(1); ++y)
      for (int x = 0; x < hu.size(0); ++x)
        if (made.labels.voxels(x, y, z) == femur) {
          middle = middle + Vec3{double(x), double(y), 0};
          ++count;
        }
  ASSERT_GT(count, 0);
  middle = (1 / count) * middle;
  for (int z = 0; z < hu.size(2); ++z)
    for (int y = 0; y < hu.size(1); ++y)
      for (int x = 0; x < hu.size(0); ++x) {
        const double r_mm = std::hypot(x - middle[0], y - middle[1]) * g.spacing_mm[0];
        if (r_mm < 9)
          hu(x, y, z) = static_cast<std::int16_t>(r_mm < 5 ? 3071 : 2000);
      }
  const SampledTissues found = sample_tissues(hu, made.labels.voxels, trunk_of(hu, 140, 90), {});
  EXPECT_NEAR(found.samples[3].value().hu, 1500, 5);
}

TEST(SampleTissues, WhatIsNotLabelledIsNotSampled) {
  const synth::SpinePhantom made = person(0);
  const SampledTissues found =
      sample_tissues(made.image.hu, Volume<LabelId>(made.image.hu.geometry(), 0), trunk_of(made.image.hu, 140, 90), {});
  EXPECT_TRUE(found.samples[0]);
  EXPECT_TRUE(found.samples[1]);
  EXPECT_FALSE(found.samples[2]);
  EXPECT_FALSE(found.samples[3]);
  EXPECT_FALSE(found.samples[4]);
}

TEST(SampleTissues, PaddingIsNoAir) {
  synth::SpinePhantom made = person(0);
  for (std::int16_t& value : made.image.hu.voxels())
    value = value < -900 ? std::int16_t{-1024} : value;
  EXPECT_FALSE(sample_tissues(made.image.hu, made.labels.voxels, trunk_of(made.image.hu, 140, 90), {}).samples[1]);
}

} // namespace
} // namespace osteocalc::calibration
