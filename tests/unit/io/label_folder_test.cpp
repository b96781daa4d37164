// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/label_folder.h"

#include "osteocalc/core/error.h"
#include "osteocalc/io/nifti.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <unistd.h>

namespace osteocalc::io {
namespace {

const VolumeGeometry grid{{12, 10, 8}, {1, 1, 2}, {0, 0, 0}};

struct Box {
  std::array<int, 3> low, high; ///< both included
};

class LabelFolder : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder); }
  void TearDown() override { std::filesystem::remove_all(folder); }
  void write(const std::string& name, const Box& box, const VolumeGeometry& geometry = grid, LabelId value = 1) const {
    Volume<LabelId> mask(geometry, 0);
    for (int z = box.low[2]; z <= box.high[2]; ++z)
      for (int y = box.low[1]; y <= box.high[1]; ++y)
        for (int x = box.low[0]; x <= box.high[0]; ++x)
          mask(x, y, z) = value;
    write_nifti(mask, folder / (name + ".nii.gz"));
  }
  void write_empty(const std::string& name) const { write(name, {{0, 0, 0}, {-1, -1, -1}}); }
  [[nodiscard]] LabelSet read() { return read_label_folder(folder, grid, {}, issues); }
  [[nodiscard]] std::string refusal() {
    try {
      static_cast<void>(read());
    } catch (const Refusal& refused) {
      return refused.issues().front().rule;
    }
    return "none";
  }
  [[nodiscard]] std::string text_of(const std::string& rule) const {
    const auto issue = std::ranges::find(issues, rule, &Issue::rule);
    return issue == issues.end() ? "" : issue->text;
  }
  const std::filesystem::path folder =
      std::filesystem::path(testing::TempDir()) / ("osteocalc_label_folder_" + std::to_string(getpid()) +
                                                   testing::UnitTest::GetInstance()->current_test_info()->name());
  Issues issues;
};

TEST_F(LabelFolder, FilesBecomeTheLabelsTheyAreNamedFor) {
  write("aorta", {{1, 1, 1}, {2, 2, 6}}, grid, 255);
  write("vertebrae_L1", {{5, 5, 2}, {8, 8, 4}});
  const LabelSet set = read();
  EXPECT_EQ(label_boxes(set.wholes.voxels).at(label::aorta).count, 24U);
  EXPECT_EQ(label_boxes(set.wholes.voxels).at(whole_vertebra_label(Vertebra::L1)).count, 48U);
  EXPECT_EQ(set.wholes.names.at(label::aorta), "aorta");
  EXPECT_TRUE(labels_present(set.parts).empty());
  EXPECT_TRUE(issues.empty());
}

TEST_F(LabelFolder, BonesAreReadForWhatTouchesThem) {
  write("aorta", {{1, 1, 1}, {2, 2, 6}});
  write("rib_left_4", {{2, 2, 1}, {4, 4, 1}});
  const LabelSet set = read();
  EXPECT_EQ(labels_present(set.wholes), (std::vector<LabelId>{label::aorta, 95}));
  EXPECT_EQ(set.wholes.names.at(95), "rib_left_4");
  EXPECT_EQ(set.wholes.voxels(2, 2, 1), label::aorta);
}

TEST_F(LabelFolder, TheChambersOfV1AreOneHeart) {
  write("heart_myocardium", {{1, 1, 1}, {4, 4, 4}});
  write("heart_ventricle_left", {{3, 3, 3}, {6, 6, 6}});
  const LabelSet set = read();
  EXPECT_EQ(label_boxes(set.wholes.voxels).at(label::heart).count, 64U + 64U - 8U);
  EXPECT_FALSE(has_rule(issues, "LABEL-OVERLAP"));
}

TEST_F(LabelFolder, UnknownNamesAndEmptyFilesAreSaidAndKnownUnneededOnesAreNot) {
  write("aorta", {{1, 1, 1}, {2, 2, 6}});
  write("liver", {{1, 1, 1}, {2, 2, 6}});
  write("my_plaque", {{1, 1, 1}, {2, 2, 6}});
  write_empty("vertebrae_T3");
  EXPECT_EQ(labels_present(read().wholes), std::vector<LabelId>{label::aorta});
  EXPECT_NE(text_of("LABEL-UNKNOWN").find("my_plaque"), std::string::npos);
  EXPECT_EQ(text_of("LABEL-UNKNOWN").find("liver"), std::string::npos);
  EXPECT_NE(text_of("LABEL-EMPTY-CLASS").find("vertebrae_T3"), std::string::npos);
  EXPECT_FALSE(has_rule(issues, "LABEL-OVERLAP"));
}

TEST_F(LabelFolder, WhereStructuresOverlapTheRuleDecidesAndTheyAreCounted) {
  write("heart", {{0, 0, 0}, {5, 5, 5}});
  write("vertebrae_L1", {{5, 5, 5}, {7, 7, 7}});
  write("vertebrae_T12", {{7, 7, 7}, {8, 8, 7}});
  write("aorta", {{0, 0, 0}, {1, 0, 0}});
  write("iliac_artery_left", {{1, 0, 0}, {2, 0, 0}});
  const LabelSet set = read();
  const auto at = [&](int x, int y, int z) { return set.wholes.voxels(x, y, z); };
  EXPECT_EQ(at(0, 0, 0), label::aorta);                         // over the heart
  EXPECT_EQ(at(1, 0, 0), label::aorta);                         // over iliac artery and heart
  EXPECT_EQ(at(2, 0, 0), label::iliac_artery_left);             // over the heart
  EXPECT_EQ(at(5, 5, 5), whole_vertebra_label(Vertebra::L1));   // over the heart
  EXPECT_EQ(at(7, 7, 7), whole_vertebra_label(Vertebra::T12));  // over the lower one
  EXPECT_EQ(text_of("LABEL-OVERLAP").substr(0, 8), "6 voxels"); // L1 1, T12 1, iliac 2, aorta 2
}

TEST_F(LabelFolder, PartsDrawTheirWholesAndBodiesAreToldApartByTheirVertebrae) {
  write("vertebrae_L1", {{2, 2, 4}, {6, 6, 7}});
  write("vertebrae_L2", {{2, 2, 0}, {6, 6, 3}});
  write("vertebrae_body", {{2, 2, 0}, {6, 3, 7}});
  write("coronary_arteries", {{9, 1, 1}, {10, 1, 1}});
  const LabelSet set = read();
  EXPECT_EQ(set.parts.voxels(3, 3, 5), vertebral_body_label(Vertebra::L1));
  EXPECT_EQ(set.parts.voxels(3, 3, 1), vertebral_body_label(Vertebra::L2));
  EXPECT_EQ(set.parts.voxels(3, 5, 1), 0);
  EXPECT_EQ(set.wholes.voxels(3, 3, 1), whole_vertebra_label(Vertebra::L2));
  EXPECT_EQ(set.parts.voxels(9, 1, 1), label::coronary_territory);
  EXPECT_EQ(set.wholes.voxels(9, 1, 1), label::heart);
  EXPECT_FALSE(has_rule(issues, "LABEL-OVERLAP"));
}

TEST_F(LabelFolder, OtherGridsAreBroughtToTheImages) {
  VolumeGeometry coarse{{6, 5, 4}, {2, 2, 4}, {0.5, 0.5, 1}}; // 2 x 2 x 2 voxels in one, the same space
  write("aorta", {{1, 1, 1}, {2, 2, 2}}, coarse);
  const LabelSet set = read();
  EXPECT_EQ(label_boxes(set.wholes.voxels).at(label::aorta).count, 64U);
  EXPECT_TRUE(has_rule(issues, "LABEL-RESAMPLED"));
  EXPECT_FALSE(has_rule(issues, "LABEL-COVERAGE"));
  coarse.size[2] = 2;
  write("aorta", {{1, 1, 0}, {2, 2, 1}}, coarse);
  static_cast<void>(read());
  EXPECT_NE(text_of("LABEL-COVERAGE").find("8 mm at the head"), std::string::npos);
}

TEST_F(LabelFolder, WhereNothingCanBeUsedItIsRefused) {
  write("liver", {{1, 1, 1}, {2, 2, 2}});
  EXPECT_EQ(refusal(), "LABEL-FOLDER");
  write_empty("aorta");
  EXPECT_EQ(refusal(), "LABEL-EMPTY");
  VolumeGeometry apart = grid;
  apart.origin_mm[0] = 500;
  write("aorta", {{1, 1, 1}, {2, 2, 2}}, apart);
  EXPECT_EQ(refusal(), "LABEL-APART");
}

} // namespace
} // namespace osteocalc::io
