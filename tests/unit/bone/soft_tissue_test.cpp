// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/bone/soft_tissue.h"

#include <cmath>
#include <gtest/gtest.h>

namespace osteocalc::bone {
namespace {

/// A round body of 100 mm radius: fat outside 80 mm, muscle inside, psoas labelled as two discs of 20 mm radius.
struct Slice {
  VolumeGeometry grid{{150, 150, 5}, {2, 2, 3}, {-149, -149, -6}};
  Volume<std::int16_t> hu{grid, std::int16_t{-1000}};
  Volume<LabelId> labels{grid, LabelId{0}};
  std::vector<BodyFinding> bodies;

  explicit Slice(double shift_mm = 0) {
    for (int z = 0; z < 5; ++z)
      for (int y = 0; y < 150; ++y)
        for (int x = 0; x < 150; ++x) {
          const Vec3 p = index_to_point(grid, {double(x), double(y), double(z)});
          const double r = std::hypot(p[0] - shift_mm, p[1]);
          hu(x, y, z) = r > 100  ? (p[1] > 115 && p[1] < 125 ? std::int16_t{-100} : std::int16_t{-1000})
                        : r > 80 ? std::int16_t{-100}
                                 : std::int16_t{50};
          for (const double side : {-1.0, 1.0})
            if (std::hypot(p[0] - shift_mm - side * 40, p[1]) <= 20)
              labels(x, y, z) = side > 0 ? 88 : 89;
        }
    VertebralBody body;
    body.level = Vertebra::L3;
    bodies.push_back({Vertebra::L3, std::move(body), {}});
  }
};

TEST(SoftTissueAtL3, AreasOfAKnownBody) {
  const Slice made; // a cushion of -100 HU lies apart below it
  const auto areas = soft_tissue_at_l3(made.hu, made.labels, made.bodies);
  ASSERT_TRUE(areas);
  const double pi = std::acos(-1.0);
  EXPECT_NEAR(areas->muscle_cm2.value(), 2 * pi * 4, 0.6);
  EXPECT_NEAR(areas->fat_cm2, pi * (100 - 64), 1.5);
  EXPECT_EQ(areas->slice, 2);
}

TEST(SoftTissueAtL3, WhatIsNotThereIsAbsent) {
  Slice made;
  EXPECT_FALSE(soft_tissue_at_l3(made.hu, Volume<LabelId>(made.grid, 0), made.bodies)->muscle_cm2);
  EXPECT_FALSE(soft_tissue_at_l3(made.hu, made.labels, {}));
  const Slice cut(70); // the body runs out of the image at its side
  EXPECT_FALSE(soft_tissue_at_l3(cut.hu, cut.labels, cut.bodies));
}

} // namespace
} // namespace osteocalc::bone
