// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/bone/densitometry.h"

#include "unit/bone/analytic_spine.h"
#include "unit/bone/changed_labels.h"

#include <gtest/gtest.h>
#include <random>

namespace osteocalc::bone {
namespace {

/// A spine from T12 to L4, its scan and the bodies found in it.
struct Spine {
  std::vector<test::AnalyticVertebra> vertebrae = test::analytic_spine(Vertebra::T12, 5);
  test::AnalyticScan scan;
  std::vector<BodyFinding> bodies;

  void make(double spacing_mm = 2) {
    scan = test::scan_of(vertebrae, test::grid_around(vertebrae, {spacing_mm, spacing_mm, spacing_mm}));
    bodies = find_vertebral_bodies(scan.labels, {});
  }
  test::AnalyticVertebra& operator[](Vertebra level) {
    return vertebrae[static_cast<std::size_t>(level) - static_cast<std::size_t>(Vertebra::T12)];
  }
  /// Sets HU of the voxels of one level for which where(local point) holds.
  template <class Where>
  void paint(Vertebra level, std::int16_t hu, const Where& where) {
    const VolumeGeometry& grid = scan.hu.geometry();
    for (int z = 0; z < grid.size[2]; ++z)
      for (int y = 0; y < grid.size[1]; ++y)
        for (int x = 0; x < grid.size[0]; ++x)
          if (where((*this)[level].local(index_to_point(grid, {double(x), double(y), double(z)}))))
            scan.hu(x, y, z) = hu;
  }
};

const VertebraDensity& at(const BoneResult& result, Vertebra level) {
  return *std::ranges::find(result.vertebrae, level, &VertebraDensity::level);
}

bool excluded_for(const VertebraDensity& vertebra, const std::string& reason) {
  return vertebra.excluded && vertebra.excluded->find(reason) != std::string::npos;
}

calibration::Calibration line(calibration::Mode mode) {
  calibration::Calibration result;
  result.mode = mode;
  result.name = "test";
  result.slope = 0.8;
  result.intercept = 5;
  return result;
}

TEST(MeasureBone, SummarisesL1AndL2) {
  Spine spine;
  spine[Vertebra::L1].core_hu = 130;
  spine[Vertebra::L2].core_hu = 110;
  spine.make();
  const BoneResult result = measure_bone(spine.scan.hu, spine.bodies, line(calibration::Mode::Phantom));
  ASSERT_EQ(result.vertebrae.size(), 5U);
  EXPECT_NEAR(at(result, Vertebra::L1).trabecular->mean_hu, 130, 1);
  EXPECT_NEAR(at(result, Vertebra::L1).bmd_mg_cm3.value(), 0.8 * 130 + 5, 1);
  ASSERT_TRUE(result.summary);
  EXPECT_EQ(result.summary->levels, (std::vector{Vertebra::L1, Vertebra::L2}));
  EXPECT_NEAR(result.summary->mean_hu, 120, 1);
  EXPECT_NEAR(result.summary->bmd_mg_cm3.value(), 101, 1);
  EXPECT_EQ(result.summary->category->level, "low");
  EXPECT_EQ(result.summary->category->table, "ACR QCT 120/80");
  for (const VertebraDensity& vertebra : result.vertebrae)
    EXPECT_FALSE(vertebra.excluded) << *vertebra.excluded;
}

TEST(MeasureBone, CategoriesNeedARealCalibration) {
  Spine spine;
  spine.make(3);
  const auto measured = [&](calibration::Mode mode, double intercept, const char* name = "test") {
    calibration::Calibration made = line(mode);
    made.intercept = intercept;
    made.name = name;
    return measure_bone(spine.scan.hu, spine.bodies, made);
  };
  const auto category = [&](calibration::Mode mode, double intercept, const char* name = "test") {
    const BoneResult result = measured(mode, intercept, name);
    EXPECT_EQ(result.summary->category.has_value(), !has_rule(result.issues, "BONE-NO-CATEGORY"));
    return result.summary->category ? result.summary->category->level : std::string("none");
  };
  using calibration::Mode;
  EXPECT_EQ(category(Mode::Phantom, 30), "normal");                   // 126
  EXPECT_EQ(category(Mode::Asynchronous, 10), "low");                 // 106
  EXPECT_EQ(category(Mode::Internal, -20, "theory"), "osteoporosis"); // 76
  EXPECT_EQ(category(Mode::Internal, -20, "michalski2020"), "none");  // biased by more than 5 %
  EXPECT_EQ(category(Mode::Published, 30), "none");
  const BoneResult raw = measure_bone(spine.scan.hu, spine.bodies, {});
  EXPECT_FALSE(raw.summary->category);
  EXPECT_FALSE(has_rule(raw.issues, "BONE-NO-CATEGORY"));
  EXPECT_FALSE(raw.summary->bmd_mg_cm3);
  EXPECT_FALSE(at(raw, Vertebra::L1).bmd_mg_cm3);
}

TEST(MeasureBone, L1HuIsJudgedAt120KvWithoutContrastOnly) {
  Spine spine;
  spine.make(3);
  BoneOptions options;
  const auto summary = [&] { return *measure_bone(spine.scan.hu, spine.bodies, {}, options).summary; };
  EXPECT_FALSE(summary().l1_hu_category); // who knows at what voltage
  options.kvp_kv = 120;
  options.age_years = 25;
  EXPECT_EQ(summary().l1_hu_category->level, "111-135"); // 120 HU
  EXPECT_NEAR(summary().l1_hu_normative->sd_from_mean, (120 - 226) / 44.0, 0.05);
  options.age_years = 61;
  EXPECT_FALSE(summary().l1_hu_normative);
  options.contrast = ContrastPhase::Later;
  EXPECT_FALSE(summary().l1_hu_category);
  options.contrast = ContrastPhase::None;
  options.kvp_kv = 100;
  EXPECT_FALSE(summary().l1_hu_category);
}

TEST(MeasureBone, APublishedLineIsFlagged) {
  Spine spine;
  spine.make(3);
  EXPECT_TRUE(has_rule(measure_bone(spine.scan.hu, spine.bodies, line(calibration::Mode::Published)).issues,
                       "BONE-PUBLISHED-LINE"));
  EXPECT_FALSE(has_rule(measure_bone(spine.scan.hu, spine.bodies, line(calibration::Mode::Phantom)).issues,
                        "BONE-PUBLISHED-LINE"));
}

TEST(MeasureBone, StandardErrorsJoinCalibrationNoiseAndPlacement) {
  Spine spine;
  spine.make();
  calibration::Calibration made = line(calibration::Mode::Phantom);
  made.covariance = calibration::Covariance{{{0, 0, 0}, {0, 9, 0}, {0, 0, 0}}}; // 3 mg/cm3 whatever the HU
  const BoneResult quiet = measure_bone(spine.scan.hu, spine.bodies, made);
  EXPECT_NEAR(at(quiet, Vertebra::L1).bmd_se_mg_cm3.value(), 3, 0.1);
  EXPECT_NEAR(quiet.summary->bmd_se_mg_cm3.value(), 3, 0.1); // common to all levels: does not average out
  std::mt19937 random(2);
  for (std::int16_t& hu : spine.scan.hu.voxels())
    hu = static_cast<std::int16_t>(hu - 90 + static_cast<int>(random() % 181)); // SD 52
  made.covariance = calibration::Covariance{};
  const BoneResult noisy = measure_bone(spine.scan.hu, spine.bodies, made);
  const VertebraDensity& l1 = at(noisy, Vertebra::L1);
  const double se_hu = l1.trabecular->sd_hu / std::sqrt(static_cast<double>(l1.trabecular->n));
  EXPECT_NEAR(l1.uncertainty.noise_hu, se_hu, 0.35 * se_hu);
  EXPECT_NEAR(l1.bmd_se_mg_cm3.value(), 0.8 * l1.uncertainty.total_hu(), 1e-9);
  EXPECT_LT(noisy.summary->bmd_se_mg_cm3.value(), l1.bmd_se_mg_cm3.value()); // the levels' own does
  EXPECT_EQ(noisy.l1_l3->levels, (std::vector{Vertebra::L1, Vertebra::L2, Vertebra::L3}));
  EXPECT_FALSE(at(measure_bone(spine.scan.hu, spine.bodies, line(calibration::Mode::Phantom)), Vertebra::L1)
                   .bmd_se_mg_cm3); // a line that states no covariance promises nothing
}

TEST(MeasureBone, AVoxelMoreOrLessOfLabelMovesTheDensityLittle) {
  for (const double spacing_mm : {1.0, 3.0}) {
    Spine spine;
    spine.vertebrae = test::analytic_spine(Vertebra::L1, 2, 8, 4);
    spine.make(spacing_mm);
    if (spacing_mm > 2) // so coarse an arch does not outlive a voxel's erosion: bodies carry labels of their own
      spine.scan.labels = test::body_labels(spine.scan, spine.vertebrae);
    const auto measured = [&](const Volume<LabelId>& labels) {
      return measure_bone(spine.scan.hu, find_vertebral_bodies(labels, {}), line(calibration::Mode::Phantom));
    };
    const double given = *measured(spine.scan.labels).summary->bmd_mg_cm3;
    for (const auto& [name, labels] : test::changed_by_a_voxel(
             spine.scan.labels, [](LabelId id) { return id != 0; }, [](LabelId) { return LabelId{0}; })) {
      const BoneResult moved = measured(labels);
      ASSERT_TRUE(moved.summary) << name << " at " << spacing_mm;
      EXPECT_NEAR(*moved.summary->bmd_mg_cm3 / given, 1, 0.03) << name << " at " << spacing_mm;
    }
  }
}

TEST(MeasureBone, IntegralAndShellAreDenserThanTheCore) {
  Spine spine;
  spine.make(1.5);
  const VertebraDensity l1 =
      at(measure_bone(spine.scan.hu, spine.bodies, line(calibration::Mode::Phantom)), Vertebra::L1);
  ASSERT_TRUE(l1.integral && l1.shell);
  // Core of 20.5 x 14.5 x 25 mm at 120 HU in a body of 22 x 16 x 28 mm whose rest reads 400.
  const double core = 20.5 * 14.5 * 25, body = 22.0 * 16 * 28;
  EXPECT_NEAR(l1.integral->hu.mean_hu, 400 - 280 * core / body, 12);
  EXPECT_NEAR(l1.integral->volume_cm3, std::acos(-1.0) * body / 1000, 2.5); // with the roots of the pedicles
  EXPECT_GT(l1.shell->hu.mean_hu, l1.integral->hu.mean_hu + 30);
  EXPECT_NEAR(l1.shell->bmd_mg_cm3.value(), 0.8 * l1.shell->hu.mean_hu + 5, 1e-9);
}

TEST(MeasureBone, ContrastWithholdsDensitiesUnlessTheUserCorrectsALaterPhase) {
  Spine spine;
  spine.make(3);
  const auto measured = [&](ContrastPhase phase, std::optional<ContrastCorrection> correction) {
    BoneOptions options;
    options.contrast = phase;
    options.contrast_correction = correction;
    return measure_bone(spine.scan.hu, spine.bodies, line(calibration::Mode::Phantom), options);
  };
  const BoneResult arterial = measured(ContrastPhase::Arterial, ContrastCorrection{0.9, -5});
  EXPECT_FALSE(arterial.summary->bmd_mg_cm3);
  EXPECT_TRUE(has_rule(arterial.issues, "BONE-CONTRAST"));
  EXPECT_TRUE(at(arterial, Vertebra::L1).trabecular);
  EXPECT_FALSE(measured(ContrastPhase::Later, {}).summary->bmd_mg_cm3);
  const BoneResult corrected = measured(ContrastPhase::Later, ContrastCorrection{0.9, -5});
  EXPECT_TRUE(has_rule(corrected.issues, "BONE-CONTRAST-CORRECTED"));
  EXPECT_NEAR(corrected.summary->bmd_mg_cm3.value(), 0.8 * (0.9 * corrected.summary->mean_hu - 5) + 5, 1e-9);
}

TEST(MeasureBone, AnotherVoltageWithoutCalibrationIsFlagged) {
  Spine spine;
  spine.make(3);
  BoneOptions options;
  options.kvp_kv = 100;
  EXPECT_TRUE(has_rule(measure_bone(spine.scan.hu, spine.bodies, {}, options).issues, "BONE-KVP"));
  EXPECT_FALSE(has_rule(measure_bone(spine.scan.hu, spine.bodies, line(calibration::Mode::Phantom), options).issues,
                        "BONE-KVP"));
}

TEST(MeasureBone, AnUnevenLevelIsExcludedAsALesion) {
  Spine spine;
  spine.make();
  std::mt19937 random(4);
  for (std::int16_t& hu : spine.scan.hu.voxels())
    hu = static_cast<std::int16_t>(hu - 10 + static_cast<int>(random() % 21));
  // A haemangioma: columns of dense trabeculae in fat.
  spine.paint(Vertebra::L2, -60,
              [](const Vec3& p) { return std::abs(p[0]) < 18 && std::abs(p[1]) < 12 && std::abs(p[2]) < 11; });
  spine.paint(Vertebra::L2, 240, [](const Vec3& p) {
    return std::abs(p[0]) < 18 && std::abs(p[1]) < 12 && std::abs(p[2]) < 11 &&
           std::fmod(std::abs(p[0]) + std::abs(p[1]), 6) < 3;
  });
  EXPECT_TRUE(excluded_for(at(measure_bone(spine.scan.hu, spine.bodies, {}), Vertebra::L2), "haemangioma"));
}

TEST(MeasureBone, HeightLossesAreNamedAndGraded) {
  Spine spine;
  spine[Vertebra::L1].anterior_mm = 18;
  spine.make(1.5);
  const BoneResult result = measure_bone(spine.scan.hu, spine.bodies, {});
  const VertebraDensity& l1 = at(result, Vertebra::L1);
  ASSERT_EQ(l1.height_losses.size(), 3U);
  EXPECT_EQ(l1.height_losses[0].definition, HeightLoss::Genant);
  EXPECT_GE(l1.genant.value(), 1);
  EXPECT_EQ(at(result, Vertebra::L3).genant, 0);
}

TEST(MeasureBone, ABodyCutByTheFieldIsExcludedAndHasNoHeights) {
  Spine spine;
  spine.vertebrae = test::analytic_spine(Vertebra::L1, 3);
  VolumeGeometry grid = test::grid_around(spine.vertebrae, {2, 2, 2});
  grid.size[2] -= 8;
  spine.scan = test::scan_of(spine.vertebrae, grid);
  const BoneResult result = measure_bone(spine.scan.hu, find_vertebral_bodies(spine.scan.labels, {}), {});
  EXPECT_TRUE(excluded_for(at(result, Vertebra::L1), "cut by the field of view"));
  EXPECT_FALSE(at(result, Vertebra::L1).heights);
  ASSERT_TRUE(result.summary);
  EXPECT_EQ(result.summary->levels, (std::vector{Vertebra::L2, Vertebra::L3}));
}

TEST(MeasureBone, ABodyWhoseDiscIsOutOfViewHasNoHeightsAndIsNotExcludedForThem) {
  Spine spine;
  spine.vertebrae = test::analytic_spine(Vertebra::L1, 3);
  VolumeGeometry grid = test::grid_around(spine.vertebrae, {1, 1, 1});
  const double top_mm = spine.vertebrae.front().center_mm[2] + 14; // of 28 mm
  grid.size[2] = static_cast<int>(top_mm + 3 - grid.origin_mm[2]);
  spine.scan = test::scan_of(spine.vertebrae, grid);
  const BoneResult result = measure_bone(spine.scan.hu, find_vertebral_bodies(spine.scan.labels, {}), {});
  EXPECT_FALSE(at(result, Vertebra::L1).excluded);
  EXPECT_FALSE(at(result, Vertebra::L1).heights);
  EXPECT_TRUE(at(result, Vertebra::L2).heights);
  EXPECT_TRUE(has_rule(result.issues, "BONE-NO-HEIGHTS"));
}

TEST(MeasureBone, MetalInTheBodyExcludesTheLevelOnly) {
  Spine spine;
  spine.make();
  spine.paint(Vertebra::L1, 2500,
              [](const Vec3& p) { return std::hypot(p[0] - 8, p[2]) <= 2.5 && std::abs(p[1]) < 14; });
  const BoneResult result = measure_bone(spine.scan.hu, spine.bodies, {});
  EXPECT_TRUE(excluded_for(at(result, Vertebra::L1), "cement, a screw or dense sclerosis"));
  EXPECT_EQ(result.summary->levels, (std::vector{Vertebra::L2, Vertebra::L3}));
  EXPECT_TRUE(has_rule(result.issues, "BONE-EXCLUDED"));
}

TEST(MeasureBone, HeightLossFromTwentyPercentExcludes) {
  Spine spine;
  spine[Vertebra::L1].anterior_mm = 18; // 19.5 at the front of 26.5 at the back where heights are taken: 26 %
  spine[Vertebra::L3].anterior_mm = 25; // 25.5 of 27.6: 8 %
  spine.make(1.5);
  const BoneResult result = measure_bone(spine.scan.hu, spine.bodies, {});
  EXPECT_TRUE(excluded_for(at(result, Vertebra::L1), "height loss of"));
  EXPECT_FALSE(at(result, Vertebra::L3).excluded);
  EXPECT_TRUE(at(result, Vertebra::L1).trabecular); // the measured value stays in the record
}

TEST(MeasureBone, AnOutlierAmongItsNeighboursIsExcluded) {
  Spine spine;
  spine[Vertebra::L2].core_hu = 120 + 3 * 15; // the neighbours agree, so the least SD of 15 HU is assumed
  spine.make();
  const BoneResult result = measure_bone(spine.scan.hu, spine.bodies, {});
  EXPECT_TRUE(excluded_for(at(result, Vertebra::L2), "SD from its neighbours"));
  EXPECT_EQ(result.summary->levels, (std::vector{Vertebra::L1, Vertebra::L3}));

  Spine drifting;
  for (int i = 0; i < 5; ++i)
    drifting.vertebrae[static_cast<std::size_t>(i)].core_hu = 160 - 15 * i;
  drifting.make(3);
  for (const VertebraDensity& vertebra : measure_bone(drifting.scan.hu, drifting.bodies, {}).vertebrae)
    EXPECT_FALSE(vertebra.excluded) << *vertebra.excluded; // density that drifts along the spine is no outlier
}

TEST(MeasureBone, ABodyTooSmallForAVolumeOfInterestIsExcluded) {
  BodyFinding finding{Vertebra::L1, VertebralBody{}, {}};
  finding.body->mask = Volume<std::uint8_t>(VolumeGeometry{{12, 12, 12}}, std::uint8_t{0});
  for (int z = 3; z < 9; ++z)
    for (int y = 3; y < 9; ++y)
      for (int x = 3; x < 9; ++x)
        finding.body->mask(x, y, z) = 1; // 6 mm: nothing lies 3 mm within
  finding.body->mid_height_index = 5.5;
  finding.body->heights = {6, 6, 6};
  std::vector<BodyFinding> bodies;
  bodies.push_back(std::move(finding));
  const BoneResult result = measure_bone(Volume<std::int16_t>(VolumeGeometry{{12, 12, 12}}, 100), bodies, {});
  EXPECT_TRUE(excluded_for(result.vertebrae[0], "too small"));
  EXPECT_FALSE(result.vertebrae[0].trabecular);
  EXPECT_FALSE(result.vertebrae[0].bmd_mg_cm3);
  EXPECT_TRUE(has_rule(result.issues, "BONE-NO-SUMMARY"));
}

TEST(MeasureBone, WhyThereIsNoBodyIsTheReason) {
  std::vector<BodyFinding> bodies;
  bodies.push_back({Vertebra::L2, {}, "no spinal canal"});
  const BoneResult result = measure_bone(Volume<std::int16_t>(VolumeGeometry{{4, 4, 4}}, 0), bodies, {});
  EXPECT_EQ(result.vertebrae[0].excluded, "no spinal canal");
  EXPECT_FALSE(result.summary);
}

TEST(MeasureBone, NoVertebraIsRefused) {
  const BoneResult result = measure_bone(Volume<std::int16_t>(VolumeGeometry{{4, 4, 4}}, 0), {}, {});
  EXPECT_TRUE(has_rule(result.issues, "BONE-NO-VERTEBRA"));
  EXPECT_FALSE(result.summary);
}

TEST(MeasureBone, AnIslandIsLeftOutAndFlagged) {
  Spine spine;
  spine.make();
  std::mt19937 random(5);
  for (std::int16_t& hu : spine.scan.hu.voxels())
    hu = static_cast<std::int16_t>(hu - 10 + static_cast<int>(random() % 21));
  const BoneResult clean = measure_bone(spine.scan.hu, spine.bodies, {});
  EXPECT_FALSE(has_rule(clean.issues, "BONE-ISLAND"));
  spine.paint(Vertebra::L1, 600, [](const Vec3& p) { return norm(p - Vec3{3, -6, 0}) <= 5; });
  const BoneResult result = measure_bone(spine.scan.hu, spine.bodies, {});
  EXPECT_GT(at(result, Vertebra::L1).island_fraction, 0.1);
  EXPECT_NEAR(at(result, Vertebra::L1).trabecular->mean_hu, at(clean, Vertebra::L1).trabecular->mean_hu, 1);
  EXPECT_TRUE(has_rule(result.issues, "BONE-ISLAND"));
  EXPECT_FALSE(at(result, Vertebra::L1).excluded);
}

TEST(MeasureBone, IsTheSameForAnyNumberOfThreads) {
  Spine spine;
  spine.make();
  std::mt19937 random(7);
  for (std::int16_t& hu : spine.scan.hu.voxels())
    hu = static_cast<std::int16_t>(hu - 40 + static_cast<int>(random() % 81));
  BoneOptions one, two;
  one.parallel.threads = 1;
  two.parallel.threads = 2;
  const BoneResult a = measure_bone(spine.scan.hu, spine.bodies, {}, one);
  const BoneResult b = measure_bone(spine.scan.hu, spine.bodies, {}, two);
  for (std::size_t i = 0; i < a.vertebrae.size(); ++i) {
    EXPECT_EQ(a.vertebrae[i].trabecular->mean_hu, b.vertebrae[i].trabecular->mean_hu);
    EXPECT_EQ(a.vertebrae[i].trabecular->sd_hu, b.vertebrae[i].trabecular->sd_hu);
    EXPECT_EQ(a.vertebrae[i].voi.voxels, b.vertebrae[i].voi.voxels);
  }
  EXPECT_EQ(a.summary->mean_hu, b.summary->mean_hu);
}

} // namespace
} // namespace osteocalc::bone
