// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/study/beds.h"

#include "unit/study/aorta_scan.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <optional>

namespace osteocalc::study {
namespace {

const Bed* bed_named(const BedMap& map, const std::string& name) {
  const auto found = std::ranges::find_if(map.beds, [&](const Bed& bed) { return bed.region.name == name; });
  return found == map.beds.end() ? nullptr : &*found;
}

/// Lowest and highest z (mm) of a bed's voxels.
struct Reach {
  double low_mm, high_mm;
};
std::optional<Reach> reach_of(const BedMap& map, const std::string& name) {
  const Bed* bed = bed_named(map, name);
  if (!bed)
    return std::nullopt;
  Reach reach{1e9, -1e9};
  const VolumeGeometry& grid = map.labels.geometry();
  for (int z = 0; z < grid.size[2]; ++z)
    for (int y = 0; y < grid.size[1]; ++y)
      for (int x = 0; x < grid.size[0]; ++x)
        if (std::ranges::count(bed->region.labels, map.labels(x, y, z)) > 0) {
          const double at = index_to_point(grid, {double(x), double(y), double(z)})[2];
          reach = {std::min(reach.low_mm, at), std::max(reach.high_mm, at)};
        }
  return reach;
}

std::size_t voxels_of(const BedMap& map, const std::string& name) {
  const Bed* bed = bed_named(map, name);
  return bed == nullptr ? 0 : static_cast<std::size_t>(std::ranges::count_if(map.labels.voxels(), [&](LabelId id) {
    return std::ranges::count(bed->region.labels, id) > 0;
  }));
}

TEST(MakeBeds, AWholeAortaIsCutAtTheUpperEndOfL1AndByLevel) {
  const test::AortaScan scan(45);
  // T12, L1, L2 at -30, -60, -90 mm: discs at -45 and -75; the last level reaches half a body and disc down.
  const BedMap map = make_beds(scan.labels.voxels, test::stations({Vertebra::T12, Vertebra::L1, Vertebra::L2}), {});
  const auto thoracic = reach_of(map, "aorta_thoracic"), abdominal = reach_of(map, "aorta_abdominal");
  ASSERT_TRUE(thoracic && abdominal);
  EXPECT_EQ(thoracic->high_mm, -12);
  EXPECT_NEAR(thoracic->low_mm, -45, 3);
  EXPECT_NEAR(abdominal->high_mm, -45, 3);
  EXPECT_EQ(abdominal->low_mm, -138);
  const auto l1 = reach_of(map, "aorta_level_L1"), l2 = reach_of(map, "aorta_level_L2");
  ASSERT_TRUE(l1 && l2);
  EXPECT_NEAR(l1->high_mm, -45, 3);
  EXPECT_NEAR(l1->low_mm, -75, 3);
  EXPECT_NEAR(l2->high_mm, -75, 3);
  EXPECT_NEAR(l2->low_mm, -105, 3); // 0.6 of its height: half a body and half a disc
  EXPECT_EQ(voxels_of(map, "aorta_thoracic") + voxels_of(map, "aorta_abdominal"),
            static_cast<std::size_t>(std::ranges::count(scan.labels.voxels.voxels(), label::aorta)));
  EXPECT_EQ(bed_named(map, "aorta"), nullptr);
  EXPECT_FALSE(has_rule(map.issues, "CAL-AORTA-UNSPLIT"));
}

TEST(MakeBeds, LevelsFollowATiltedSpine) {
  const test::AortaScan scan(45);
  auto bodies = test::stations({Vertebra::L1, Vertebra::L2});
  for (auto& finding : bodies) {
    // Leaning forward by 30 degrees: what lies in front of a body along its own axis lies lower in the scanner.
    VolumeGeometry grid;
    grid.axes = {{{1, 0, 0}, {0, std::cos(0.5236), std::sin(0.5236)}, {0, -std::sin(0.5236), std::cos(0.5236)}}};
    finding.body->mask = Volume<std::uint8_t>(grid);
  }
  const auto l1 = reach_of(make_beds(scan.labels.voxels, bodies, {}), "aorta_level_L1");
  ASSERT_TRUE(l1);
  // At 40 mm in front, the level's middle lies 40 tan 30 = 23 mm below its body's: -53 mm.
  EXPECT_NEAR(0.5 * (l1->low_mm + l1->high_mm), -53, 5);
}

TEST(MakeBeds, LabelledPartsWinOverTheLevels) {
  test::AortaScan scan(45);
  scan.for_each_voxel([&](int x, int y, int z, const Vec3& at) {
    LabelId& id = scan.labels.voxels(x, y, z);
    if (id == label::aorta)
      id = at[2] > -100 ? label::aorta_descending : label::aorta_abdominal;
  });
  const BedMap map = make_beds(scan.labels.voxels, test::stations({Vertebra::T12, Vertebra::L1, Vertebra::L2}), {});
  EXPECT_NEAR(reach_of(map, "aorta_descending")->low_mm, -100, 3);
  EXPECT_NEAR(reach_of(map, "aorta_abdominal")->high_mm, -100, 3);
  EXPECT_EQ(bed_named(map, "aorta_thoracic"), nullptr);
  EXPECT_NEAR(reach_of(map, "aorta_level_L1")->low_mm, -75, 3); // levels are cut the same either way
}

TEST(MakeBeds, AnAortaWithoutVertebraeStaysWholeAndSaysSo) {
  const test::AortaScan scan(45);
  const BedMap map = make_beds(scan.labels.voxels, {}, {});
  ASSERT_EQ(map.beds.size(), 1U);
  EXPECT_EQ(map.beds[0].region.name, "aorta");
  EXPECT_TRUE(has_rule(map.issues, "CAL-AORTA-UNSPLIT"));
}

TEST(MakeBeds, ABedIsCompleteUnlessItRunsIntoTheFirstOrLastSlice) {
  test::AortaScan scan(45);
  const auto bodies = test::stations({Vertebra::T12, Vertebra::L1, Vertebra::L2});
  BedMap map = make_beds(scan.labels.voxels, bodies, {});
  for (const Bed& bed : map.beds)
    EXPECT_EQ(bed.incomplete, "") << bed.region.name;

  scan.labels.voxels(20, 20, 0) = label::aorta;
  map = make_beds(scan.labels.voxels, bodies, {});
  EXPECT_NE(bed_named(map, "aorta_abdominal")->incomplete, "");
  EXPECT_EQ(bed_named(map, "aorta_thoracic")->incomplete, "");
  scan.labels.voxels(20, 20, 50) = label::aorta;
  EXPECT_NE(bed_named(make_beds(scan.labels.voxels, bodies, {}), "aorta_thoracic")->incomplete, "");
}

TEST(MakeBeds, CoronaryIsItsVesselsAndWhatNoVesselIsNamedFor) {
  Volume<LabelId> labels(VolumeGeometry{{10, 10, 10}}, 0);
  for (int x = 0; x < 5; ++x)
    labels(x, 5, 5) = static_cast<LabelId>(label::coronary_territory + x);
  labels(7, 5, 5) = label::aortic_valve;
  labels(8, 5, 5) = label::heart;
  const BedMap map = make_beds(labels, {}, {});
  EXPECT_EQ(voxels_of(map, "coronary"), 5U);
  for (const char* name : {"coronary_lm", "coronary_lad", "coronary_lcx", "coronary_rca", "aortic_valve"})
    EXPECT_EQ(voxels_of(map, name), 1U) << name;
  EXPECT_EQ(map.beds.size(), 6U);
}

TEST(MakeBeds, AVesselOfALabelledTerritoryWithoutCalciumHasABed) {
  Volume<LabelId> labels(VolumeGeometry{{10, 10, 10}}, 0);
  labels(4, 5, 5) = label::coronary_territory;
  labels(5, 5, 5) = label::coronary_lad;
  const BedMap map = make_beds(labels, {}, {});
  EXPECT_FALSE(bed_named(map, "coronary_lad")->without_calcium);
  EXPECT_TRUE(bed_named(map, "coronary_rca")->without_calcium);
  EXPECT_EQ(bed_named(map, "aortic_valve"), nullptr);
}

TEST(MakeBeds, TheLowest8And5CmBeginAtTheBifurcation) {
  const test::AortaScan scan(45); // the aorta ends at -138 mm, upright
  const auto with_l4 = test::stations({Vertebra::T12, Vertebra::L1, Vertebra::L2, Vertebra::L3, Vertebra::L4});
  const BedMap map = make_beds(scan.labels.voxels, with_l4, {});
  const auto eight = reach_of(map, "aorta_abdominal_8cm"), five = reach_of(map, "aorta_abdominal_5cm");
  ASSERT_TRUE(eight && five);
  EXPECT_EQ(eight->low_mm, -138);
  EXPECT_NEAR(eight->high_mm, -138 + 80, 3);
  EXPECT_NEAR(five->high_mm, -138 + 50, 3);
  EXPECT_EQ(bed_named(map, "aorta_abdominal_8cm")->incomplete, "");
  // Where it ends beside L2 and no iliac artery is labelled, the end is no bifurcation.
  const auto to_l2 = test::stations({Vertebra::T10, Vertebra::T11, Vertebra::T12, Vertebra::L1, Vertebra::L2});
  EXPECT_EQ(bed_named(make_beds(scan.labels.voxels, to_l2, {}), "aorta_abdominal_8cm"), nullptr);
}

TEST(MakeBeds, AShortLowerAortaIsNotTheWhole8Cm) {
  test::AortaScan scan(45);
  scan.for_each_voxel([&](int x, int y, int z, const Vec3& at) {
    if (at[2] > -90)
      scan.labels.voxels(x, y, z) = 0;
  });
  const auto bodies = test::stations({Vertebra::T12, Vertebra::L1, Vertebra::L2, Vertebra::L3, Vertebra::L4});
  const BedMap map = make_beds(scan.labels.voxels, bodies, {});
  EXPECT_NE(bed_named(map, "aorta_abdominal_8cm")->incomplete.find("48 mm"), std::string::npos)
      << bed_named(map, "aorta_abdominal_8cm")->incomplete;
}

TEST(MakeBeds, NoArteryGivesNoBed) {
  Volume<LabelId> labels(VolumeGeometry{{10, 10, 10}}, whole_vertebra_label(Vertebra::L1));
  EXPECT_TRUE(make_beds(labels, {}, {}).beds.empty());
}

TEST(MakeBeds, IsTheSameForAnyNumberOfThreads) {
  const test::AortaScan scan(45);
  const auto bodies = test::stations({Vertebra::T12, Vertebra::L1, Vertebra::L2});
  EXPECT_TRUE(std::ranges::equal(make_beds(scan.labels.voxels, bodies, Parallel{1}).labels.voxels(),
                                 make_beds(scan.labels.voxels, bodies, Parallel{2}).labels.voxels()));
}

} // namespace
} // namespace osteocalc::study
