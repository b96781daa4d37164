// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/synth/anatomy.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

namespace osteocalc::synth {
namespace {

class EveryPerson : public testing::TestWithParam<std::uint32_t> {
 protected:
  Torso torso = build_torso(draw_person(GetParam()));
};

TEST_P(EveryPerson, VertebraeAreStackedInOrderWithDiscsBetween) {
  const auto& spine = torso.spine.vertebrae;
  ASSERT_EQ(spine.size(), all_vertebrae.size());
  for (std::size_t i = 0; i + 1 < spine.size(); ++i) {
    EXPECT_EQ(spine[i].level, all_vertebrae[i]);
    const Block& above = spine[i].body;
    const Block& below = spine[i + 1].body;
    const double apart = norm(above.frame.center_mm - below.frame.center_mm);
    EXPECT_GT(above.frame.center_mm[2], below.frame.center_mm[2]);
    EXPECT_GT(apart, 0.5 * (above.middle_mm + below.middle_mm) + 1) << to_string(spine[i].level);
    EXPECT_LT(apart, 0.5 * (above.middle_mm + below.middle_mm) + 18) << to_string(spine[i].level);
  }
}

TEST_P(EveryPerson, TheNeckGoesOnAboveT1WithoutALabel) {
  const double top = torso.spine.z_mm(Vertebra::T1);
  int bodies = 0;
  for (const Piece& piece : spine_pieces(torso.spine))
    for (const Block& block : piece.blocks)
      if (piece.material.shell_mm > 0 && block.frame.center_mm[2] > top + 5) {
        EXPECT_EQ(piece.material.label, 0);
        EXPECT_EQ(block.part, 0);
        ++bodies;
      }
  EXPECT_EQ(bodies, 2);
}

TEST_P(EveryPerson, HasSizesOfAnAdult) {
  const Block& l1 = torso.spine.at(Vertebra::L1).body;
  EXPECT_NEAR(2 * l1.half_width_mm, 44, 9);
  EXPECT_NEAR(2 * l1.half_depth_mm, 32, 7);
  EXPECT_NEAR(l1.posterior_mm, 27, 6);
  const double length = torso.spine.z_mm(Vertebra::T1) - torso.spine.z_mm(Vertebra::L5);
  EXPECT_GT(length, 360);
  EXPECT_LT(length, 500);
  for (const TubeNode& node : torso.aorta.line.nodes) {
    EXPECT_GT(2 * node.radius_mm, 13);
    EXPECT_LT(2 * node.radius_mm, 42);
  }
}

TEST_P(EveryPerson, TheAortaClearsEveryVertebralBody) {
  for (const TubeNode& node : torso.aorta.line.nodes) {
    const Block body = torso.spine.body_at(node.center_mm[2]);
    const Vec3 p = node.center_mm - body.frame.center_mm;
    double nearest = 1e9;
    for (double t = 0; t < 6.28; t += 0.05)
      nearest = std::min(nearest, std::hypot(dot(p, body.frame.left) - body.half_width_mm * std::sin(t),
                                             dot(p, body.frame.back) - body.half_depth_mm * std::cos(t)));
    EXPECT_GT(nearest, node.radius_mm + 0.5) << "z " << node.center_mm[2];
  }
}

TEST_P(EveryPerson, TheAortaRunsThroughItsBedsInOrder) {
  const auto& parts = torso.aorta.line.parts;
  const std::vector<LabelId> order{label::aortic_valve, label::aorta_ascending, label::aorta_arch,
                                   label::aorta_descending, label::aorta_abdominal};
  std::vector<LabelId> seen = parts;
  seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
  EXPECT_EQ(seen, order);
}

TEST_P(EveryPerson, HeartAndVesselsLieInsideTheChest) {
  const auto inside = [&](const Vec3& p) {
    const Outline c = torso.trunk.at(p[2]).cavity;
    return std::pow(std::abs(p[0] - c.x_mm) / c.half_width_mm, 2.5) +
               std::pow(std::abs(p[1] - c.y_mm) / c.half_depth_mm, 2.5) <
           1;
  };
  for (const Coronary& artery : torso.heart.coronaries)
    for (const TubeNode& node : artery.line.nodes)
      EXPECT_TRUE(inside(node.center_mm)) << artery.bed;
  for (const TubeNode& node : torso.aorta.line.nodes)
    EXPECT_TRUE(inside(node.center_mm)) << node.center_mm[2];
}

TEST_P(EveryPerson, NoCoronaryArteryRunsThroughTheDescendingAorta) {
  const auto& line = torso.aorta.line;
  for (std::size_t i = 0; i + 1 < line.nodes.size(); ++i)
    for (const Coronary& artery : torso.heart.coronaries)
      for (const TubeNode& node : artery.line.nodes) {
        const double apart_mm = norm(node.center_mm - line.nodes[i].center_mm);
        EXPECT_TRUE(line.parts[i] != label::aorta_descending || apart_mm > line.nodes[i].radius_mm + node.radius_mm);
      }
}

INSTANTIATE_TEST_SUITE_P(Seeds, EveryPerson, testing::Range(1U, 25U));

TEST(Anatomy, VariesWithTheSeedAndRepeatsWithIt) {
  Person a = draw_person(3), b = a;
  b.seed = 4;
  const Torso one = build_torso(a), same = build_torso(a), other = build_torso(b);
  EXPECT_EQ(one.heart.root.center_mm, same.heart.root.center_mm);
  EXPECT_NE(one.heart.root.center_mm, other.heart.root.center_mm);
  EXPECT_NE(one.spine.at(Vertebra::T6).body.frame.center_mm, other.spine.at(Vertebra::T6).body.frame.center_mm);
}

TEST(Anatomy, SomePeopleHaveScoliosisOsteophytesHeightLossOrArmsInTheField) {
  int bent = 0, osteophytes = 0, collapsed = 0, arms = 0;
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    const Torso torso = build_torso(draw_person(seed));
    double low = 0, high = 0;
    bool lips = false, loss = false;
    for (const VertebraForm& v : torso.spine.vertebrae) {
      low = std::min(low, v.body.frame.center_mm[0]);
      high = std::max(high, v.body.frame.center_mm[0]);
      lips = lips || v.osteophytes;
      loss = loss || v.body.anterior_mm < 0.8 * v.body.posterior_mm;
    }
    bent += high - low > 10;
    osteophytes += lips;
    collapsed += loss;
    arms += torso.trunk.arms_down;
  }
  for (const int some : {bent, osteophytes, collapsed, arms}) {
    EXPECT_GE(some, 3);
    EXPECT_LE(some, 57);
  }
}

TEST(Anatomy, TheTrunkGrowsWithBodyMass) {
  Person thin = draw_person(3), large = thin;
  thin.bmi_kg_m2 = 18;
  large.bmi_kg_m2 = 35;
  const Torso a = build_torso(thin), b = build_torso(large);
  const double z = a.spine.z_mm(Vertebra::L3);
  EXPECT_GT(b.trunk.at(z).skin.half_width_mm, a.trunk.at(z).skin.half_width_mm + 20);
  EXPECT_LT(a.trunk.fat, 0.6);
  EXPECT_GT(b.trunk.fat, 1.4);
}

} // namespace
} // namespace osteocalc::synth
