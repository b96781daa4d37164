// SPDX-License-Identifier: Apache-2.0
// A painted column with lines of known length in front of it.
#include "osteocalc/dxa/aac_lateral.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <random>

namespace osteocalc::dxa {
namespace {

constexpr double pixel_mm = 0.7, body_mm = 30, disc_mm = 8, first_mm = 20, front_mm = 70, back_mm = 105;

/// L1 to L4 and the neighbours whose discs end their segments: T12 from -18 to 12 mm, L1 from 20 to 50 mm ...
std::vector<SixPointMark> marks() {
  std::vector<SixPointMark> out;
  for (int i = -1; i <= 4; ++i) {
    const double top = first_mm + i * (body_mm + disc_mm), bottom = top + body_mm, middle = 0.5 * (front_mm + back_mm);
    out.push_back(
        {all_vertebrae[static_cast<std::size_t>(static_cast<int>(Vertebra::L1) + i)],
         {{{front_mm, top}, {middle, top}, {back_mm, top}, {front_mm, bottom}, {middle, bottom}, {back_mm, bottom}}}});
  }
  return out;
}

class Picture {
 public:
  Picture() {
    VolumeGeometry grid;
    grid.size = {200, 290, 1};
    grid.spacing_mm = {pixel_mm, pixel_mm, 1};
    image = Volume<float>(grid, 0.0F);
    std::mt19937 random(9);
    for (float& value : image.voxels()) // the sum of four has an SD of 0.045
      for (int k = 0; k < 4; ++k)
        value += static_cast<float>(0.078 * (static_cast<double>(random()) / 4294967296.0 - 0.5));
    for (const SixPointMark& mark : marks())
      add(0.7, [&](double x, double y) {
        return x > front_mm && x < back_mm && y > mark.points[0][1] && y < mark.points[3][1];
      });
  }
  /// A wall's plaque 2.5 mm wide.
  void add_plaque(double in_front_mm, double top_mm, double bottom_mm) {
    add(0.35,
        [=](double x, double y) { return std::abs(front_mm - in_front_mm - x) < 1.25 && y > top_mm && y < bottom_mm; });
  }
  /// A band that comes down to the left at 35 degrees, its rims denser.
  void add_rib() {
    add(0.25, [](double x, double y) { return std::abs(y + 0.7 * x - 75) < 6; });
    add(0.2, [](double x, double y) { return std::abs(std::abs(y + 0.7 * x - 75) - 6) < 1; });
  }
  /// A band 11 mm wide that comes down to the left at 25 degrees and ends in a round, its rim denser, before L2.
  void add_rib_end() {
    const auto off_axis = [](double x, double y) {
      const double behind = std::max(0.0, 0.906 * (x - 50) - 0.423 * (y - 72));
      return std::hypot(x - 50 - 0.906 * behind, y - 72 + 0.423 * behind);
    };
    add(0.25, [&](double x, double y) { return off_axis(x, y) < 5.5; });
    add(0.25, [&](double x, double y) { return std::abs(off_axis(x, y) - 5) < 0.8; });
  }

  Volume<float> image;

 private:
  template <class Inside>
  void add(double g_cm2, const Inside& inside) {
    for (int y = 0; y < image.size(1); ++y)
      for (int x = 0; x < image.size(0); ++x)
        if (inside((x + 0.5) * pixel_mm, (y + 0.5) * pixel_mm))
          image(x, y, 0) += static_cast<float>(g_cm2);
  }
};

double length(const LateralCalcium& found, Vertebra level, Wall wall) {
  for (const WallCalcium& part : found.walls)
    if (part.level == level && part.wall == wall)
      return part.calcified_mm;
  return -1;
}

constexpr double about_mm = 3; // sharp ends are blurred by a filter that reaches 2.1 mm; plaques taper

TEST(AacLateral, LengthsOfBothWalls) {
  Picture picture;
  picture.add_plaque(6, 60, 80);    // L2, close to the spine: the posterior wall
  picture.add_plaque(25, 100, 110); // L3, the anterior wall
  picture.add_plaque(6, 134, 164);  // L4
  const LateralCalcium found = find_wall_calcium(picture.image, marks());
  EXPECT_NEAR(length(found, Vertebra::L2, Wall::Posterior), 20, about_mm);
  EXPECT_NEAR(length(found, Vertebra::L3, Wall::Anterior), 10, about_mm);
  EXPECT_NEAR(length(found, Vertebra::L4, Wall::Posterior), 30, about_mm);
  for (const WallCalcium& wall : found.walls)
    EXPECT_NEAR(wall.segment_mm, body_mm + disc_mm, 1e-9);
  EXPECT_EQ(score_aac(found.walls).aac24, 2 + 1 + 3);
  EXPECT_EQ(found.spans.size(), 3U);
}

TEST(AacLateral, APlaqueOverADiscIsSharedByItsLevels) {
  Picture picture;
  picture.add_plaque(24, 84, 104); // the disc of L2-L3 has its middle at 92 mm
  const LateralCalcium found = find_wall_calcium(picture.image, marks());
  EXPECT_NEAR(length(found, Vertebra::L2, Wall::Anterior), 8, about_mm);
  EXPECT_NEAR(length(found, Vertebra::L3, Wall::Anterior), 12, about_mm);
}

TEST(AacLateral, ARibThatCrossesIsNoCalcium) {
  Picture picture;
  picture.add_rib();
  EXPECT_EQ(score_aac(find_wall_calcium(picture.image, marks()).walls).aac24, 0);
  picture.add_plaque(6, 60, 80);
  EXPECT_NEAR(length(find_wall_calcium(picture.image, marks()), Vertebra::L2, Wall::Posterior), 20, about_mm);
}

TEST(AacLateral, TheRimOfARibsEndIsNoCalcium) {
  Picture picture;
  picture.add_rib_end();
  EXPECT_EQ(score_aac(find_wall_calcium(picture.image, marks()).walls).aac24, 0);
  picture.add_plaque(22, 60, 86); // through the end and beyond it
  EXPECT_NEAR(length(find_wall_calcium(picture.image, marks()), Vertebra::L2, Wall::Anterior), 26, about_mm);
}

TEST(AacLateral, TheFrontMayBeOnEitherSide) {
  Picture picture;
  picture.add_plaque(6, 60, 80);
  Volume<float>& image = picture.image;
  for (int y = 0; y < image.size(1); ++y)
    for (int x = 0; x < image.size(0) / 2; ++x)
      std::swap(image(x, y, 0), image(image.size(0) - 1 - x, y, 0));
  std::vector<SixPointMark> mirrored = marks();
  for (SixPointMark& mark : mirrored)
    for (Vec2& p : mark.points)
      p[0] = image.size(0) * pixel_mm - p[0];
  EXPECT_NEAR(length(find_wall_calcium(image, mirrored), Vertebra::L2, Wall::Posterior), 20, about_mm);
}

TEST(AacLateral, LevelsThatAreNotMarkedAreSaid) {
  const Picture picture;
  EXPECT_TRUE(has_rule(find_wall_calcium(picture.image, {}).issues, "AAC-NO-LEVELS"));
  std::vector<SixPointMark> some = marks();
  std::erase_if(some, [](const SixPointMark& mark) { return mark.level == Vertebra::L3; });
  const LateralCalcium found = find_wall_calcium(picture.image, some);
  ASSERT_TRUE(has_rule(found.issues, "AAC-LEVEL"));
  EXPECT_EQ(found.issues.front().where, "L3");
  EXPECT_FALSE(score_aac(found.walls).aac24);
}

} // namespace
} // namespace osteocalc::dxa
