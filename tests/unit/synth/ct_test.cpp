// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/synth/ct.h"

#include <cmath>
#include <gtest/gtest.h>
#include <map>
#include <set>

namespace osteocalc::synth {
namespace {

/// A scan small enough for a unit test: coarse, without noise.
CtRequest small(std::uint32_t seed) {
  CtRequest request;
  request.person = draw_person(seed);
  request.scanner.matrix = 128;
  request.scanner.pixel_mm = 3.2;
  request.scanner.noise_sd_hu = 0;
  request.scanner.increment_mm = request.scanner.nominal_thickness_mm = 5;
  return request;
}

TEST(Ct, MassOfThePlaquesIsRecoveredFromTheImage) {
  // The same plaques without mineral, subtracted, leave what the mineral adds; whatever lies around them cancels.
  CtRequest request;
  request.person = draw_person(3);
  request.scanner.field = Field::Heart;
  request.scanner.matrix = 256;
  request.scanner.pixel_mm = 0.7;
  request.scanner.noise_sd_hu = 0;
  request.calcium = {
      {label::coronary_lad, 60}, {label::coronary_rca, 45}, {label::coronary_lm, 8}, {label::coronary_lcx, 1}};
  const SyntheticCt with = make_ct(request, Parallel{2});
  std::vector<Plaque> empty = with.truth.plaques;
  for (Plaque& plaque : empty)
    plaque.density_mg_cm3 = 0;
  const ScannedVolume without = scan(
      request.scanner, with.truth.grid, request.person.seed,
      [&](Canvas& canvas, double layer_mm) {
        paint_torso(canvas, with.truth.torso);
        paint_plaques(canvas, empty, layer_mm);
      },
      Parallel{2});
  double excess_hu = 0;
  for (std::size_t i = 0; i < without.hu.voxels().size(); ++i)
    excess_hu += with.image.hu.voxels()[i] - without.hu.voxels()[i];
  const double mass_mg = excess_hu * voxel_volume_mm3(with.truth.grid) * 1e-3 / hu_per_mg_cm3(120);
  EXPECT_NEAR(mass_mg, 60 + 45 + 8 + 1, 0.02 * 114);
}

TEST(Ct, TrabecularCoreReadsItsDensity) {
  CtRequest request;
  request.person = draw_person(7);
  request.densities = {{Vertebra::L1, 50}, {Vertebra::L2, 100}, {Vertebra::L3, 200}};
  request.scanner.field = Field::Abdomen;
  request.scanner.noise_sd_hu = 0;
  for (const double kvp_kv : {80.0, 120.0}) {
    request.scanner.kvp_kv = kvp_kv;
    const SyntheticCt ct = make_ct(request, Parallel{2});
    for (const auto& [level, density] : request.densities) {
      const Block& body = ct.truth.torso.spine.at(level).body;
      double sum = 0;
      int n = 0;
      for (double w = -4; w <= 4; w += 1)
        for (double v = -0.45 * body.half_depth_mm; v <= 0.45 * body.half_depth_mm; v += 1)
          for (double u = -0.45 * body.half_width_mm; u <= 0.45 * body.half_width_mm; u += 1, ++n) {
            const Vec3 index = point_to_index(ct.truth.grid, body.frame.at(u, v, w));
            sum += ct.image.hu(static_cast<int>(std::lround(index[0])), static_cast<int>(std::lround(index[1])),
                               static_cast<int>(std::lround(index[2])));
          }
      EXPECT_NEAR(sum / n, -25 + hu_per_mg_cm3(kvp_kv) * density, 1.0) << to_string(level) << " " << kvp_kv;
    }
  }
}

TEST(Ct, LabelsArePresentConsistentAndInOrder) {
  const SyntheticCt ct = make_ct(small(2), Parallel{2});
  const auto labels = ct.labels.voxels.voxels();
  const auto parts = ct.parts.voxels.voxels();
  std::map<LabelId, std::pair<double, double>> height; // sum of z, count
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const LabelId whole = labels[i], part = parts[i];
    if (const auto body = vertebra_from_body_label(part)) {
      ASSERT_EQ(whole, whole_vertebra_label(*body));
    } else if (part >= label::aortic_valve && part <= label::aorta_abdominal) {
      ASSERT_EQ(whole, label::aorta);
    } else if (part != 0) {
      ASSERT_EQ(whole, label::heart);
    }
    auto& [sum, count] = height[whole];
    sum += static_cast<double>(i / static_cast<std::size_t>(ct.truth.grid.size[0] * ct.truth.grid.size[1]));
    ++count;
  }
  double above = 1e9;
  for (const Vertebra level : all_vertebrae) {
    const auto& [sum, count] = height[whole_vertebra_label(level)];
    ASSERT_GT(count, 50) << to_string(level);
    EXPECT_LT(sum / count, above) << to_string(level);
    above = sum / count;
  }
  const double voxel_cm3 = 1e-3 * voxel_volume_mm3(ct.truth.grid);
  EXPECT_NEAR(height[label::heart].second * voxel_cm3, 600, 300);
  EXPECT_NEAR(height[label::aorta].second * voxel_cm3, 220, 110);
  EXPECT_GT(height[label::iliac_artery_left].second, 10);
  EXPECT_GT(height[label::iliac_artery_right].second, 10);
  EXPECT_EQ(height.size(), 1U + 18 + 4);
}

TEST(Ct, BloodBoneLungAndFatReadAsTheyShould) {
  const SyntheticCt ct = make_ct(small(2), Parallel{2});
  std::map<LabelId, std::vector<int>> hu;
  for (std::size_t i = 0; i < ct.parts.voxels.voxels().size(); ++i)
    hu[ct.parts.voxels.voxels()[i]].push_back(ct.image.hu.voxels()[i]);
  const auto median = [&](LabelId id) {
    auto& values = hu[id];
    std::nth_element(values.begin(), values.begin() + static_cast<long>(values.size() / 2), values.end());
    return values[values.size() / 2];
  };
  EXPECT_NEAR(median(label::aorta_descending), 40, 3);
  EXPECT_NEAR(median(label::aorta_ascending), 40, 3);
  EXPECT_GT(median(vertebral_body_label(Vertebra::L1)), 100);
}

TEST(Ct, SameSeedSameBytesForAnyThreadsOtherSeedOtherBody) {
  const SyntheticCt one = make_ct(small(4), Parallel{1}), two = make_ct(small(4), Parallel{2});
  EXPECT_TRUE(std::ranges::equal(one.image.hu.voxels(), two.image.hu.voxels()));
  EXPECT_TRUE(std::ranges::equal(one.labels.voxels.voxels(), two.labels.voxels.voxels()));
  EXPECT_TRUE(std::ranges::equal(one.parts.voxels.voxels(), two.parts.voxels.voxels()));
  const SyntheticCt other = make_ct(small(5), Parallel{2});
  EXPECT_NE(one.truth.grid.origin_mm, other.truth.grid.origin_mm);
}

TEST(Ct, CalibrationRodsReadTheirHuUnderTheBack) {
  CtRequest request = small(6);
  request.scanner.field = Field::Abdomen;
  request.scanner.pixel_mm = 2;
  request.scanner.matrix = 256;
  request.calibration_phantom = "qrm-bdc-3";
  const SyntheticCt ct = make_ct(request, Parallel{2});
  ASSERT_TRUE(ct.truth.slab);
  for (const CalibrationRod& rod : ct.truth.slab->rods) {
    const Vec3 index = point_to_index(ct.truth.grid, {rod.center_mm[0], rod.center_mm[1], ct.truth.grid.origin_mm[2]});
    EXPECT_NEAR(ct.image.hu(static_cast<int>(std::lround(index[0])), static_cast<int>(std::lround(index[1])), 5),
                ct.truth.slab->rod_hu(rod, 120), 1);
  }
}

TEST(Ct, FieldsShowWhatTheyAreNamedFor) {
  for (const Field field : {Field::Heart, Field::Chest, Field::Abdomen}) {
    CtRequest request = small(8);
    request.scanner.field = field;
    if (field == Field::Heart)
      request.scanner.pixel_mm = 1.6;
    const SyntheticCt ct = make_ct(request, Parallel{2});
    const std::vector<LabelId> present = labels_present(ct.labels);
    const auto has = [&](LabelId id) { return std::ranges::find(present, id) != present.end(); };
    EXPECT_EQ(has(label::iliac_artery_left), field == Field::Abdomen);
    EXPECT_EQ(has(whole_vertebra_label(Vertebra::T1)), field == Field::Chest);
    EXPECT_EQ(has(whole_vertebra_label(Vertebra::L4)), field == Field::Abdomen);
    EXPECT_EQ(has(whole_vertebra_label(Vertebra::T8)), field != Field::Abdomen);
  }
}

} // namespace
} // namespace osteocalc::synth
