// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/synth/phantom.h"

#include "osteocalc/synth/attenuation.h"

#include <cmath>
#include <gtest/gtest.h>

namespace osteocalc::synth {
namespace {

TEST(InsertPhantom, MassesAreThePublishedOnes) {
  const PhantomTruth truth = make_insert_phantom(phantom_scanner(), 1, Parallel{2}).truth;
  ASSERT_EQ(truth.cylinders.size(), 9U);
  const double published_mg[]{19.63, 4.24, 0.157, 39.27, 8.48, 0.314, 78.54, 16.96, 0.628};
  double total = 0;
  for (std::size_t i = 0; i < 9; ++i) {
    EXPECT_NEAR(truth.cylinders[i].mass_mg(), published_mg[i], 0.006);
    total += truth.cylinders[i].mass_mg();
  }
  EXPECT_NEAR(total, 168.2, 0.05);
}

TEST(InsertPhantom, EachCylindersMassIsInTheImage) {
  Scanner scanner = phantom_scanner();
  scanner.noise_sd_hu = 0;
  const SyntheticPhantom phantom = make_insert_phantom(scanner, 2, Parallel{2});
  const VolumeGeometry& grid = phantom.truth.grid;
  for (const HaCylinder& c : phantom.truth.cylinders) {
    // Sum over a box well around the cylinder; the insert's own HU is subtracted.
    double excess = 0;
    const Vec3 middle = point_to_index(grid, c.center_mm);
    const int reach = 9;
    for (int z = 0; z < grid.size[2]; ++z)
      for (int y = -reach; y <= reach; ++y)
        for (int x = -reach; x <= reach; ++x)
          if (std::abs(grid.origin_mm[2] + z * grid.spacing_mm[2]) < 10)
            excess += phantom.image.hu(static_cast<int>(std::lround(middle[0])) + x,
                                       static_cast<int>(std::lround(middle[1])) + y, z) -
                      phantom.truth.background_hu;
    const double mass = excess * voxel_volume_mm3(grid) * 1e-3 / hu_per_mg_cm3(120);
    EXPECT_NEAR(mass, c.mass_mg(), 0.02 * c.mass_mg() + 0.05) << c.diameter_mm << " mm " << c.density_mg_cm3;
  }
}

TEST(InsertPhantom, RodsReadTheirHu) {
  Scanner scanner = phantom_scanner();
  scanner.noise_sd_hu = 0;
  const SyntheticPhantom phantom = make_insert_phantom(scanner, 2, Parallel{2});
  const auto at = [&](const Vec3& p) {
    const Vec3 index = point_to_index(phantom.truth.grid, p);
    return phantom.image.hu(static_cast<int>(std::lround(index[0])), static_cast<int>(std::lround(index[1])), 5);
  };
  EXPECT_NEAR(at(phantom.truth.rod_center_mm), 200 * hu_per_mg_cm3(120), 1);
  EXPECT_NEAR(at(phantom.truth.water_center_mm), 0, 1);
}

} // namespace
} // namespace osteocalc::synth
