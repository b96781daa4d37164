// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calcium/contact_guard.h"

#include <cmath>
#include <gtest/gtest.h>

namespace osteocalc::calcium {
namespace {

/// An aorta (radius 10 mm about x = y = 0) before a vertebra's front at y = 12 mm; 0.5 mm pixels, 2 mm slices.
struct Neighbours {
  Volume<std::int16_t> hu{VolumeGeometry{{80, 80, 15}, {0.5, 0.5, 2}, {-20, -15, -14}}, 40};
  Volume<LabelId> labels{hu.geometry(), 0}, beds{hu.geometry(), 0};

  template <class Inside>
  void fill(const Inside& inside, std::int16_t value, LabelId label = 0) {
    for (int z = 0; z < hu.size(2); ++z)
      for (int y = 0; y < hu.size(1); ++y)
        for (int x = 0; x < hu.size(0); ++x)
          if (inside(index_to_point(hu.geometry(), {double(x), double(y), double(z)}))) {
            hu(x, y, z) = value;
            if (label != 0)
              labels(x, y, z) = label;
          }
  }
  Neighbours() {
    fill([](const Vec3& p) { return p[1] > 12; }, 400, whole_vertebra_label(Vertebra::L2));
    fill([](const Vec3& p) { return std::hypot(p[0], p[1]) <= 10; }, 40, label::aorta);
    std::ranges::transform(labels.voxels(), beds.voxels().begin(),
                           [](LabelId id) { return id == label::aorta ? id : LabelId{0}; });
  }
  [[nodiscard]] std::vector<Lesion> lesions() const {
    ScoreOptions options;
    options.kvp = KiloVolt{120};
    return score(hu, beds, {{"aorta", {label::aorta}}}, options).regions.front().lesions;
  }
};

bool in_posterior_wall(const Vec3& p, double thickness_mm, double half_angle) {
  const double r = std::hypot(p[0], p[1]);
  return r <= 10 && r >= 10 - thickness_mm && std::abs(std::atan2(p[0], p[1])) < half_angle && std::abs(p[2]) < 8;
}

TEST(DistanceToBone, is_between_voxel_centres_and_ends_at_the_reach) {
  Neighbours scene;
  scene.fill([](const Vec3& p) { return in_posterior_wall(p, 2, 0.4); }, 500);
  const auto near = distance_to_bone_mm(scene.lesions(), scene.labels, 5, {});
  ASSERT_EQ(near.size(), 1U);
  EXPECT_NEAR(*near[0], 2.5, 1e-9); // from y = 10 to y = 12.5
  EXPECT_FALSE(distance_to_bone_mm(scene.lesions(), scene.labels, 2, {})[0]);
  EXPECT_GT(agatston_beyond(scene.lesions(), near, 2), 0);
  EXPECT_EQ(agatston_beyond(scene.lesions(), near, 3), 0);
}

TEST(BoneContact, none_for_a_plaque_away_from_bone) {
  Neighbours scene;
  scene.fill([](const Vec3& p) { return in_posterior_wall(p, 2, 0.4); }, 500);
  EXPECT_FALSE(bone_contact(scene.hu, scene.labels, scene.beds, scene.lesions()[0], 130));
}

TEST(BoneContact, a_spur_that_bulges_into_the_label_is_an_osteophyte) {
  Neighbours scene; // a cone from the vertebra with its tip 3 mm inside the artery's label, fading to the tip
  for (int step = 0; step < 10; ++step)
    scene.fill(
        [&](const Vec3& p) { return p[1] > 7 + 0.5 * step && p[1] <= 12 && std::hypot(p[0], p[2]) < 3 + 0.4 * step; },
        static_cast<std::int16_t>(150 + 25 * step));
  const auto lesions = scene.lesions();
  ASSERT_EQ(lesions.size(), 1U);
  const auto contact = bone_contact(scene.hu, scene.labels, scene.beds, lesions[0], 130);
  ASSERT_TRUE(contact);
  EXPECT_TRUE(contact->osteophyte);
}

TEST(BoneContact, a_plaque_that_bone_touches_stays_a_plaque) {
  Neighbours scene; // a bright bridge from the vertebra to the middle of a plaque that reaches far beyond it
  scene.fill([](const Vec3& p) { return in_posterior_wall(p, 2, 0.7); }, 700);
  scene.fill([](const Vec3& p) { return p[1] > 9.8 && p[1] <= 12 && std::hypot(p[0], p[2]) < 2; }, 400);
  const auto lesions = scene.lesions();
  ASSERT_EQ(lesions.size(), 1U);
  const auto contact = bone_contact(scene.hu, scene.labels, scene.beds, lesions[0], 130);
  ASSERT_TRUE(contact);
  EXPECT_LT(contact->contact_mm2, 0.4 * contact->widest_mm2);
  EXPECT_FALSE(contact->osteophyte);
}

} // namespace
} // namespace osteocalc::calcium
