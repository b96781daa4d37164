// SPDX-License-Identifier: Apache-2.0
// A real abdominal CT (totalseg_abdomen, 3 mm isotropic, no contrast) with a network's labels of vertebrae and of their
// bodies. Reference: the mean HU of each labelled body eroded by one voxel (26 neighbours), worked out here.
#include "osteocalc/bone/densitometry.h"
#include "osteocalc/io/ct_reader.h"
#include "osteocalc/io/nifti.h"

#include <cstdlib>
#include <gtest/gtest.h>

namespace osteocalc::bone {
namespace {

class RealSpine : public testing::Test {
 protected:
  void SetUp() override {
    const char* shared = std::getenv("OSTEOCALC_SHARED_DATA");
    if (shared == nullptr)
      GTEST_SKIP() << "OSTEOCALC_SHARED_DATA is not set: the real scan is NOT tested";
    const auto folder = std::filesystem::path(shared) / "totalseg_abdomen";
    image_ = io::read_ct(folder / "ct.nii.gz");
    labels_ = io::read_labels(folder / "labels_117.nii.gz").voxels;
    const LabelMap bodies = io::read_labels(folder / "labels_vertebral_body_and_disc.nii.gz");
    constexpr LabelId body = 1;
    for (std::size_t i = 0; i < labels_.voxels().size(); ++i)
      if (const auto level = vertebra_from_whole_label(labels_.voxels()[i]); level && bodies.voxels.voxels()[i] == body)
        labels_.voxels()[i] = vertebral_body_label(*level);
  }
  [[nodiscard]] BoneResult measured(const Volume<LabelId>& labels, VoiDefinition definition) const {
    calibration::Calibration line = calibration::calibration_from("published:buenger-2021");
    BoneOptions options;
    options.voi.definition = definition;
    options.voi.island_sd = 0;
    return measure_bone(image_.hu, find_vertebral_bodies(labels, {}), line, options);
  }
  [[nodiscard]] double eroded_mean_hu(LabelId id) const {
    double sum = 0, count = 0;
    for (int z = 1; z + 1 < labels_.size(2); ++z)
      for (int y = 1; y + 1 < labels_.size(1); ++y)
        for (int x = 1; x + 1 < labels_.size(0); ++x) {
          bool inside = true;
          for (int k = 0; inside && k < 27; ++k)
            inside = labels_(x + k % 3 - 1, y + k / 3 % 3 - 1, z + k / 9 - 1) == id;
          if (inside) {
            sum += image_.hu(x, y, z);
            ++count;
          }
        }
    return sum / count;
  }
  /// Every body one voxel larger or smaller (6 neighbours).
  [[nodiscard]] Volume<LabelId> changed(bool grown) const {
    Volume<LabelId> result = labels_.clone();
    for (int z = 1; z + 1 < labels_.size(2); ++z)
      for (int y = 1; y + 1 < labels_.size(1); ++y)
        for (int x = 1; x + 1 < labels_.size(0); ++x)
          for (const auto& [dx, dy, dz] : {std::array{1, 0, 0}, std::array{-1, 0, 0}, std::array{0, 1, 0},
                                           std::array{0, -1, 0}, std::array{0, 0, 1}, std::array{0, 0, -1}}) {
            const LabelId here = labels_(x, y, z), there = labels_(x + dx, y + dy, z + dz);
            if (grown && vertebra_from_body_label(there) && !vertebra_from_body_label(here))
              result(x, y, z) = there;
            else if (!grown && vertebra_from_body_label(here) && there != here)
              result(x, y, z) = whole_vertebra_label(*vertebra_from_body_label(here));
          }
    return result;
  }

  CtImage image_;
  Volume<LabelId> labels_;
};

TEST_F(RealSpine, ErodedBodyAgreesWithTheErodedLabels) {
  const BoneResult result = measured(labels_, VoiDefinition::ErodedBody);
  for (const Vertebra level : {Vertebra::L1, Vertebra::L2, Vertebra::L3, Vertebra::L4}) {
    const auto found = std::ranges::find(result.vertebrae, level, &VertebraDensity::level);
    ASSERT_TRUE(found != result.vertebrae.end() && found->trabecular) << to_string(level);
    EXPECT_NEAR(found->trabecular->mean_hu, eroded_mean_hu(vertebral_body_label(level)), 5) << to_string(level);
  }
}

TEST_F(RealSpine, AVoxelMoreOrLessOfLabelMovesTheDensityLittle) {
  const BoneResult as_given = measured(labels_, VoiDefinition::EllipseSlab);
  for (const bool grown : {true, false}) {
    const BoneResult result = measured(changed(grown), VoiDefinition::EllipseSlab);
    double given = 0, moved = 0;
    for (const Vertebra level : {Vertebra::L1, Vertebra::L2, Vertebra::L3, Vertebra::L4}) {
      given += *std::ranges::find(as_given.vertebrae, level, &VertebraDensity::level)->bmd_mg_cm3 / 4;
      moved += *std::ranges::find(result.vertebrae, level, &VertebraDensity::level)->bmd_mg_cm3 / 4;
    }
    RecordProperty(grown ? "grown_percent" : "shrunk_percent", std::to_string(100 * (moved / given - 1)));
    // A voxel is 3 mm here, all of the margin to the cortex; in scans with voxels of a millimetre it is under 3 %.
    EXPECT_NEAR(moved / given, 1, 0.06) << (grown ? "grown" : "shrunk");
  }
}

} // namespace
} // namespace osteocalc::bone
