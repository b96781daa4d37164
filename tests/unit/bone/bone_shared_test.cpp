// SPDX-License-Identifier: Apache-2.0
// A real abdominal CT (totalseg_abdomen, 3 mm isotropic, no contrast) with a network's labels of vertebrae and of their
// bodies. Reference: the mean HU of each labelled body eroded by one voxel (26 neighbours), worked out here.
#include "osteocalc/bone/densitometry.h"
#include "osteocalc/io/ct_reader.h"
#include "osteocalc/io/nifti.h"
#include "unit/bone/changed_labels.h"

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
  // A voxel is 3 mm here, all of the margin to the cortex.
  const auto mean_bmd_mg_cm3 = [&](const Volume<LabelId>& labels) {
    const BoneResult result = measured(labels, VoiDefinition::EllipseSlab);
    double sum = 0;
    for (const Vertebra level : {Vertebra::L1, Vertebra::L2, Vertebra::L3, Vertebra::L4})
      sum += *std::ranges::find(result.vertebrae, level, &VertebraDensity::level)->bmd_mg_cm3;
    return sum / 4;
  };
  const double given = mean_bmd_mg_cm3(labels_);
  for (const auto& [name, labels] : test::changed_by_a_voxel(
           labels_, [](LabelId id) { return vertebra_from_body_label(id).has_value(); },
           [](LabelId id) { return whole_vertebra_label(*vertebra_from_body_label(id)); })) {
    const double moved = mean_bmd_mg_cm3(labels);
    RecordProperty("percent " + name, std::to_string(100 * (moved / given - 1)));
    EXPECT_NEAR(moved / given, 1, 0.03) << name;
  }
}

} // namespace
} // namespace osteocalc::bone
