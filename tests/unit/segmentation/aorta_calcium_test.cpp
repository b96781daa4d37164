// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/aorta_calcium.h"

#include <gtest/gtest.h>

namespace osteocalc::segmentation {
namespace {

/// A vessel along z in slices of 2 mm: descending above slice 20, abdominal below, with a plaque over some slices.
struct Vessel {
  Volume<std::int16_t> image;
  Volume<LabelId> labels;

  Vessel(int first, int last) {
    VolumeGeometry g;
    g.size = {20, 20, 40};
    g.spacing_mm = {1.0, 1.0, 2.0};
    image = Volume<std::int16_t>(g, 40);
    labels = Volume<LabelId>(g, 0);
    for (int z = 0; z < 40; ++z)
      for (int y = 5; y < 15; ++y)
        for (int x = 5; x < 15; ++x)
          labels(x, y, z) = z < 20 ? label::aorta_abdominal : label::aorta_descending;
    for (int z = first; z <= last; ++z)
      image(5, 10, z) = image(4, 10, z) = 300; // the second lies outside the vessel
    join_divided_calcium(image, labels, {2});
  }
};

TEST(AortaCalcium, APlaqueAtALimitIsNotDivided) {
  const Vessel mostly_below(16, 21), mostly_above(19, 24);
  for (int z = 16; z <= 21; ++z)
    EXPECT_EQ(mostly_below.labels(5, 10, z), label::aorta_abdominal) << z;
  for (int z = 19; z <= 24; ++z)
    EXPECT_EQ(mostly_above.labels(5, 10, z), label::aorta_descending) << z;
  EXPECT_EQ(mostly_below.labels(4, 10, 18), 0);                       // no voxel is gained
  EXPECT_EQ(mostly_below.labels(6, 10, 21), label::aorta_descending); // blood keeps its segment
}

TEST(AortaCalcium, LongCalciumStaysDivided) {
  const Vessel vessel(8, 24); // 34 mm
  EXPECT_EQ(vessel.labels(5, 10, 19), label::aorta_abdominal);
  EXPECT_EQ(vessel.labels(5, 10, 20), label::aorta_descending);
}

} // namespace
} // namespace osteocalc::segmentation
