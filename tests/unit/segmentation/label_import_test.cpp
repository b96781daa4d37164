// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/label_import.h"

#include "label_torso.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace osteocalc::segmentation {
namespace {

using test::LabelTorso;

bool same(const LabelMap& a, const LabelMap& b) {
  return std::ranges::equal(a.voxels.voxels(), b.voxels.voxels());
}

/// v1's number of a v2 number of the torso: T12 23 to L5 18, the aorta 7, the iliac arteries 51 and 52.
int v1_of(LabelId id) {
  return id == label::aorta ? 7 : id == label::iliac_artery_left ? 51 : id == label::iliac_artery_right ? 52 : id - 9;
}

TEST(LabelImport, V2sNumbersStayAsTheyAre) {
  LabelTorso torso;
  Issues issues;
  const LabelSet set = import_labels(torso.labels.wholes, LabelScheme::Auto, issues);
  EXPECT_TRUE(same(set.wholes, torso.labels.wholes));
  EXPECT_TRUE(issues.empty());
  EXPECT_EQ(set.wholes.names.at(30), "vertebrae_L2");
}

TEST(LabelImport, V1WithoutNamesIsKnownByItsSpineAndSaidSo) {
  LabelTorso torso, v1;
  v1.renumber(v1_of);
  Issues issues;
  const LabelSet set = import_labels(v1.labels.wholes, LabelScheme::Auto, issues);
  EXPECT_TRUE(same(set.wholes, torso.labels.wholes));
  ASSERT_EQ(issues.size(), 1U);
  EXPECT_EQ(issues[0].rule, "LABEL-SCHEME");
  EXPECT_EQ(issues[0].level, IssueLevel::Warning);
}

TEST(LabelImport, V1OfAChestIsTellableAlthoughBothHaveVertebraeAt26To34) {
  LabelTorso v1; // T10 to T5 in v1's numbers 25 to 30, with v1's heart chambers where v2 has the neck
  v1.renumber([](LabelId id) { return id <= 32 ? id - 2 : 7; });
  for (LabelId chamber = 44; chamber <= 48; ++chamber)
    v1.fill({20 + 3 * (chamber - 44), 6, 50}, {22 + 3 * (chamber - 44), 12, 70}, 40, chamber);
  Issues issues;
  const LabelSet set = import_labels(v1.labels.wholes, LabelScheme::Auto, issues);
  EXPECT_TRUE(has_rule(issues, "LABEL-SCHEME"));
  EXPECT_EQ(labels_present(set.wholes), (std::vector<LabelId>{34, 35, 36, 37, 38, 39, 51, 52}));
}

TEST(LabelImport, AnAbdomenInV2IsNotTakenForV1ForItsOrgans) {
  LabelTorso torso; // v2's bowel, duodenum, colon, bladder, prostate, sacrum: 18 to 25, anywhere
  for (LabelId organ = 18; organ <= 25; ++organ)
    torso.fill({4, 6, 80 - 9 * (organ - 18)}, {9, 12, 87 - 9 * (organ - 18)}, 40, organ);
  Issues issues;
  const LabelSet set = import_labels(torso.labels.wholes, LabelScheme::Auto, issues);
  EXPECT_TRUE(same(set.wholes, torso.labels.wholes));
  EXPECT_FALSE(has_rule(issues, "LABEL-SCHEME"));
}

TEST(LabelImport, TheOptionSettlesIt) {
  LabelTorso torso, v1;
  v1.renumber(v1_of);
  Issues issues;
  EXPECT_TRUE(same(import_labels(v1.labels.wholes, LabelScheme::V1, issues).wholes, torso.labels.wholes));
  EXPECT_TRUE(issues.empty());
  const LabelSet as_v2 = import_labels(v1.labels.wholes, LabelScheme::V2, issues);
  EXPECT_TRUE(same(as_v2.wholes, v1.labels.wholes));
  EXPECT_EQ(as_v2.wholes.names.at(18), "small_bowel");
}

TEST(LabelImport, NamesWinOverNumbers) {
  LabelTorso torso;
  LabelMap named{torso.labels.wholes.voxels.clone(), {}};
  for (LabelId& id : named.voxels.voxels())
    id = id == 0 ? id : static_cast<LabelId>(id + 500);
  named.names = {{527, "vertebrae_L5"}, {528, "vertebrae_L4"}, {552, "aorta"}, {565, "mystery"}};
  Issues issues;
  const LabelSet set = import_labels(named, LabelScheme::Auto, issues);
  EXPECT_EQ(labels_present(set.wholes), (std::vector<LabelId>{27, 28, 52}));
  ASSERT_EQ(issues.size(), 1U);
  EXPECT_EQ(issues[0].rule, "LABEL-UNKNOWN");
  EXPECT_NE(issues[0].text.find("mystery"), std::string::npos);
}

TEST(LabelImport, WithoutASpineV2IsAssumedAndSaid) {
  LabelTorso torso;
  torso.renumber([](LabelId id) { return id == label::aorta ? id : 0; });
  Issues issues;
  EXPECT_TRUE(same(import_labels(torso.labels.wholes, LabelScheme::Auto, issues).wholes, torso.labels.wholes));
  ASSERT_EQ(issues.size(), 1U);
  EXPECT_EQ(issues[0].rule, "LABEL-SCHEME");
  EXPECT_EQ(issues[0].level, IssueLevel::Info);
}

TEST(LabelImport, PartsFillTheirWholes) {
  LabelTorso torso;
  torso.renumber([](LabelId id) { return id == label::aorta ? label::aorta_abdominal : id; });
  Issues issues;
  const LabelSet set = import_labels(torso.labels.wholes, LabelScheme::Auto, issues);
  EXPECT_EQ(labels_present(set.parts), std::vector<LabelId>{label::aorta_abdominal});
  EXPECT_TRUE(same(set.wholes, LabelTorso{}.labels.wholes));
}

} // namespace
} // namespace osteocalc::segmentation
