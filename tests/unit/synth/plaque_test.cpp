// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/synth/plaque.h"

#include "osteocalc/core/error.h"

#include <array>
#include <gtest/gtest.h>
#include <map>

namespace osteocalc::synth {
namespace {

TEST(Plaque, MassesAddUpToTheLoadOfEachBed) {
  const Torso torso = build_torso(draw_person(3));
  const std::array<CalciumLoad, 5> loads{{{label::coronary_lad, 37.5},
                                          {label::coronary_rca, 0.2},
                                          {label::aorta_abdominal, 400},
                                          {label::aortic_valve, 12},
                                          {label::iliac_artery_left, 60}}};
  std::map<LabelId, double> mass_mg;
  for (const Plaque& plaque : place_calcium(torso, loads))
    mass_mg[plaque.bed] += plaque.mass_mg();
  ASSERT_EQ(mass_mg.size(), loads.size());
  for (const auto& [bed, wanted_mg] : loads)
    EXPECT_NEAR(mass_mg[bed], wanted_mg, 1e-6) << bed;
}

TEST(Plaque, LiesInTheWallOfItsOwnStretchOfTheAorta) {
  const Torso torso = build_torso(draw_person(5));
  const std::array<CalciumLoad, 1> loads{{{label::aorta_descending, 300}}};
  const Tube& line = torso.aorta.line;
  for (const Plaque& plaque : place_calcium(torso, loads)) {
    const Vec3 p = plaque.shape.frame.center_mm;
    std::size_t nearest = 0;
    for (std::size_t i = 0; i < line.nodes.size(); ++i)
      if (norm(line.nodes[i].center_mm - p) < norm(line.nodes[nearest].center_mm - p))
        nearest = i;
    EXPECT_NEAR(norm(line.nodes[nearest].center_mm - p), line.nodes[nearest].radius_mm, 2.0);
    const std::size_t piece = std::min(nearest, line.parts.size() - 1);
    EXPECT_TRUE(line.parts[piece] == label::aorta_descending || line.parts[piece - 1] == label::aorta_descending);
  }
}

TEST(Plaque, ImpossibleLoadsAreRefused) {
  const Torso torso = build_torso(draw_person(1));
  const auto place = [&](std::vector<CalciumLoad> loads) { static_cast<void>(place_calcium(torso, loads)); };
  EXPECT_THROW(place({{label::heart, 10}}), ConfigError);
  EXPECT_THROW(place({{label::coronary_lm, -1}}), ConfigError);
  EXPECT_THROW(place({{label::coronary_lm, 1}, {label::coronary_lm, 2}}), ConfigError);
  EXPECT_NO_THROW(place({{label::coronary_lm, 0}}));
}

TEST(Plaque, BedsBelongToStructures) {
  EXPECT_EQ(structure_of_bed(label::coronary_rca), label::heart);
  EXPECT_EQ(structure_of_bed(label::aortic_valve), label::aorta);
  EXPECT_EQ(structure_of_bed(label::aorta_arch), label::aorta);
  EXPECT_EQ(structure_of_bed(label::iliac_artery_right), label::iliac_artery_right);
}

} // namespace
} // namespace osteocalc::synth
