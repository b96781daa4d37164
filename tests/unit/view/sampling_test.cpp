// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/view/sampling.h"

#include <gtest/gtest.h>

namespace osteocalc::view {
namespace {

/// HU = 10 x + 20 y + 30 z in voxels of 1 by 1 by 2 mm.
Volume<std::int16_t> ramp() {
  Volume<std::int16_t> hu(VolumeGeometry{{20, 20, 20}, {1, 1, 2}, {0, 0, 0}});
  for (int z = 0; z < 20; ++z)
    for (int y = 0; y < 20; ++y)
      for (int x = 0; x < 20; ++x)
        hu(x, y, z) = static_cast<std::int16_t>(10 * x + 20 * y + 30 * z);
  return hu;
}

TEST(Sample, InterpolatesBetweenVoxels) {
  const Surface surface = plane_through(Plane::Coronal, {7.5, 4.25, 9}, 1, 1, 1);
  EXPECT_NEAR(sample(ramp(), surface, {}, {})[0], 75 + 85 + 135, 1e-3);
}

TEST(Sample, BeyondTheScanThereIsAir) {
  const Surface surface = plane_through(Plane::Axial, {-5, 5, 5}, 1, 1, 1);
  EXPECT_EQ(sample(ramp(), surface, {}, {})[0], -1024);
}

TEST(Sample, ASlabIsItsMeanOrMaximum) {
  Volume<std::int16_t> hu(VolumeGeometry{{9, 9, 9}}, 0);
  hu(4, 4, 6) = 900;
  const Surface surface = plane_through(Plane::Axial, {4, 4, 4}, 1, 1, 1);
  EXPECT_EQ(sample(hu, surface, {}, {})[0], 0);
  EXPECT_NEAR(sample(hu, surface, {5, Projection::Mean}, {})[0], 900.0 / 5, 1e-3);
  EXPECT_EQ(sample(hu, surface, {5, Projection::Maximum}, {})[0], 900);
  EXPECT_EQ(sample(hu, surface, {3, Projection::Maximum}, {})[0], 0);
}

TEST(Sample, IsTheSameForAnyNumberOfThreads) {
  const Slab slab{4, Projection::Mean};
  for (const Surface& surface : {plane_through(Plane::Sagittal, {7, 8, 9}, 40, 40, 0.5),
                                 plane_through({7, 8, 9}, {1, 0, 0}, normalized({0, 0.4, -1}), 40, 40, 0.5)})
    EXPECT_EQ(sample(ramp(), surface, slab, {1}), sample(ramp(), surface, slab, {3}));
}

TEST(Sample, ASlabOfVoxelsIsTheSlabOfASurface) { // whole voxels along an axis, layers of pixels askew: of a ramp both
                                                 // are its middle
  for (const Plane plane : {Plane::Axial, Plane::Sagittal, Plane::Coronal}) {
    const Surface flat = plane_through(plane, {7, 8, 9}, 1, 2, 1);
    Surface bent = flat;
    bent.flat = false; // the other way
    for (const double thickness_mm : {0.5, 3.0, 5.5})
      EXPECT_NEAR(sample(ramp(), flat, {thickness_mm, Projection::Mean}, {})[0],
                  sample(ramp(), bent, {thickness_mm, Projection::Mean}, {})[0], thickness_mm < 1 ? 16 : 1e-2);
  }
}

TEST(Sample, ASlabThatSticksOutOfTheScanIsWhatOfItLiesInside) {
  const Volume<std::int16_t> hu(VolumeGeometry{{9, 9, 9}}, 70);
  const auto at = [&](double z, Projection projection) {
    return sample(hu, plane_through(Plane::Axial, {4, 4, z}, 1, 1, 1), {4, projection}, {})[0];
  };
  EXPECT_EQ(at(0, Projection::Mean), 70);
  EXPECT_EQ(at(9.5, Projection::Maximum), 70);
  EXPECT_EQ(at(20, Projection::Mean), -1024);
  EXPECT_EQ(at(20, Projection::Maximum), -1024);
}

} // namespace
} // namespace osteocalc::view
