// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calcium/lesion_mass.h"

#include <array>
#include <cmath>
#include <gtest/gtest.h>
#include <random>

namespace osteocalc::calcium {
namespace {

/// A sphere of calcium in tissue of 40 HU, each voxel filled by its true share (8 x 8 x 8 points), with noise.
Volume<std::int16_t> sphere(double diameter_mm, double density_mg_cm3, const Vec3& spacing_mm, double noise_hu) {
  const std::array<int, 3> size{static_cast<int>(24 / spacing_mm[0]), static_cast<int>(24 / spacing_mm[1]),
                                static_cast<int>(24 / spacing_mm[2])};
  Volume<std::int16_t> hu(VolumeGeometry{size, spacing_mm, {-12, -12, -12}});
  std::mt19937 random(7);
  std::normal_distribution<double> noise(0, 1);
  constexpr int steps = 8;
  for (int z = 0; z < size[2]; ++z)
    for (int y = 0; y < size[1]; ++y)
      for (int x = 0; x < size[0]; ++x) {
        const Vec3 center = index_to_point(hu.geometry(), {double(x), double(y), double(z)});
        int inside = 0;
        for (int i = 0; i < steps * steps * steps; ++i) {
          Vec3 point = center;
          const std::array<int, 3> part{i % steps, i / steps % steps, i / steps / steps};
          for (std::size_t axis = 0; axis < 3; ++axis)
            point[axis] += ((part[axis] + 0.5) / steps - 0.5) * spacing_mm[axis];
          inside += norm(point - Vec3{0.3, 0.2, 0.4}) <= diameter_mm / 2 ? 1 : 0;
        }
        const double share = inside / std::pow(steps, 3);
        hu(x, y, z) =
            static_cast<std::int16_t>(std::floor(40 + share * density_mg_cm3 / 0.8 + noise_hu * noise(random) + 0.5));
      }
  return hu;
}

Lesion largest_lesion(const Volume<std::int16_t>& hu) {
  ScoreOptions options;
  options.kvp = KiloVolt{120};
  const std::vector<Lesion> lesions = score(hu, options).regions.front().lesions;
  return *std::ranges::max_element(lesions, {}, &Lesion::volume_mm3);
}

constexpr double slope = 0.8; // mg/cm3 a HU above tissue

TEST(CalciumVoxels, of_the_worked_examples) {
  const std::array<std::int16_t, 6> mixed{400, 300, 200, 100, 0, 0};
  EXPECT_NEAR(calcium_voxels(mixed, 100, 400), 4.0 / 3, 1e-12);
  std::vector<std::int16_t> core(8, 800);
  core.resize(64, -1024);
  EXPECT_NEAR(calcium_voxels(core, -1024, 800), 8, 1e-12); // 0.5 mm voxels: 1.0 mm3
}

TEST(LesionMass, is_right_within_5_percent_whatever_the_slice) {
  for (const double density : {200.0, 400.0, 800.0})
    for (const double slice_mm : {0.6, 1.0, 2.0, 3.0}) {
      const auto hu = sphere(5, density, {0.5, 0.5, slice_mm}, 0);
      const auto mass = lesion_mass(hu, largest_lesion(hu), slope);
      ASSERT_TRUE(mass);
      const double truth = density * 4.0 / 3 * 3.14159265 * std::pow(2.5, 3) / 1000;
      EXPECT_NEAR(mass->mass_mg / truth, 1, 0.05) << density << " " << slice_mm;
      EXPECT_NEAR(mass->background_hu, 40, 0.5);
      EXPECT_TRUE(mass->above_noise);
      EXPECT_FALSE(mass->has_neighbour);
    }
}

TEST(LesionMass, its_standard_error_covers_the_truth) {
  const auto hu = sphere(4, 400, {0.5, 0.5, 1.5}, 15);
  const auto mass = lesion_mass(hu, largest_lesion(hu), slope);
  ASSERT_TRUE(mass);
  const double truth = 400 * 4.0 / 3 * 3.14159265 * 8 / 1000;
  EXPECT_NEAR(mass->mass_mg, truth, 3 * mass->se_mg + 0.03 * truth);
  EXPECT_NEAR(mass->noise_hu, 15, 1.5);
}

TEST(LesionMass, a_bright_neighbour_is_left_out_and_said) {
  auto hu = sphere(4, 400, {0.5, 0.5, 1}, 0);
  for (int z = 8; z < 18; ++z)
    for (int y = 20; y < 28; ++y)
      for (int x = 31; x < 36; ++x)
        hu(x, y, z) = 900;
  const auto mass = lesion_mass(hu, largest_lesion(sphere(4, 400, {0.5, 0.5, 1}, 0)), slope);
  ASSERT_TRUE(mass);
  EXPECT_TRUE(mass->has_neighbour);
  EXPECT_NEAR(mass->background_hu, 40, 3);
}

TEST(LesionMass, what_the_area_rule_dropped_beside_it_counts) {
  // Two bright pixels above a lesion, too few for their slice: calcium all the same.
  Volume<std::int16_t> hu(VolumeGeometry{{40, 40, 20}, {0.5, 0.5, 2}, {0, 0, 0}}, 40);
  for (int y = 18; y < 22; ++y)
    for (int x = 18; x < 22; ++x)
      hu(x, y, 10) = 440;
  hu(19, 19, 11) = hu(20, 19, 11) = 440;
  EXPECT_EQ(largest_lesion(hu).last_slice, 10);
  EXPECT_NEAR(lesion_mass(hu, largest_lesion(hu), slope)->mass_mg, 18 * 0.5 * 400 * slope / 1000, 1e-9);
}

} // namespace
} // namespace osteocalc::calcium
