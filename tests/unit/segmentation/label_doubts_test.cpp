// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/label_doubts.h"

#include "label_torso.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace osteocalc::segmentation {
namespace {

using test::LabelTorso;

Issues doubts(const LabelTorso& torso) {
  return doubt_labels(torso.labels, torso.image, {});
}

std::string text_of(const Issues& issues, const std::string& rule) {
  std::string text;
  for (const Issue& issue : issues)
    text += issue.rule == rule ? issue.text + "\n" : "";
  return text;
}

TEST(LabelDoubts, LabelsThatFitRaiseNone) {
  EXPECT_TRUE(doubts(LabelTorso{}).empty());
}

TEST(LabelDoubts, AMapMirroredAlongAnyAxisIsRefused) {
  const std::array<std::string, 3> axis_names{"left to right", "front to back", "head to feet"};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    LabelTorso torso;
    torso.mirror_labels(axis);
    const Issues issues = doubts(torso);
    ASSERT_TRUE(has_rule(issues, "LABEL-FLIPPED")) << axis;
    EXPECT_TRUE(std::ranges::all_of(issues, [](const Issue& issue) { return issue.level == IssueLevel::Refused; }));
    EXPECT_NE(text_of(issues, "LABEL-FLIPPED").find(axis_names[axis]), std::string::npos) << axis;
  }
}

TEST(LabelDoubts, AFlipThatBoneAloneTellsIsSeenToo) {
  LabelTorso torso;
  torso.renumber([](LabelId id) { return id == 29 ? 29 : 0; }); // one vertebra: no order, no artery
  torso.mirror_labels(1);
  EXPECT_NE(text_of(doubts(torso), "LABEL-FLIPPED").find("front to back: vertebrae lie on bone only"),
            std::string::npos);
}

TEST(LabelDoubts, VertebraeThatLieOnNothingAreRefused) {
  LabelTorso torso;
  std::ranges::replace(torso.image.voxels(), 250, 45); // another person's image
  const Issues issues = doubts(torso);
  EXPECT_TRUE(has_rule(issues, "LABEL-OFF-BONE"));
  EXPECT_FALSE(has_rule(issues, "LABEL-FLIPPED"));
}

TEST(LabelDoubts, ThinBoneIsStillBone) {
  LabelTorso torso;
  std::ranges::replace(torso.image.voxels(), 250, 100);
  EXPECT_TRUE(doubts(torso).empty());
}

TEST(LabelDoubts, OneVertebraOutOfOrderIsAWarningThatNamesIt) {
  LabelTorso torso;
  torso.renumber([](LabelId id) { return id == 28 ? 29 : id == 29 ? 28 : id; });
  const Issues issues = doubts(torso);
  ASSERT_EQ(issues.size(), 1U);
  EXPECT_EQ(issues[0].rule, "LABEL-ORDER");
  EXPECT_EQ(issues[0].level, IssueLevel::Warning);
  EXPECT_NE(issues[0].text.find("L4 above L3"), std::string::npos);
}

TEST(LabelDoubts, AnAortaRightOfTheSpineAloneIsAWarning) {
  LabelTorso torso;
  const int top = LabelTorso::first_slice + 69;
  torso.fill({26, 16, LabelTorso::first_slice}, {30, 20, top}, 40, 0);
  torso.fill({18, 16, LabelTorso::first_slice}, {22, 20, top}, 40, label::aorta);
  Issues issues = doubts(torso);
  ASSERT_EQ(issues.size(), 1U);
  EXPECT_EQ(issues[0].rule, "LABEL-SIDE");
  torso.fill({10, 6, 60}, {22, 14, 80}, 40, label::heart); // with the heart there too it is more than chance
  issues = doubts(torso);
  EXPECT_TRUE(has_rule(issues, "LABEL-FLIPPED"));
}

TEST(LabelDoubts, LabelsThatEndInAFlatCutSayHowMuchIsMissing) {
  LabelTorso torso;
  for (int z = 65; z < 90; ++z) // within L1
    std::ranges::fill(torso.labels.wholes.voxels.voxels().subspan(torso.image.offset(0, 0, z), 50 * 40), LabelId{0});
  const Issues issues = doubts(torso);
  ASSERT_EQ(issues.size(), 1U);
  EXPECT_EQ(issues[0].rule, "LABEL-COVERAGE");
  EXPECT_NE(issues[0].text.find("100 mm at the head"), std::string::npos) << issues[0].text;
}

TEST(MissingClasses, SayWhatWillNotBeMeasured) {
  LabelTorso torso;
  Issues issues = missing_classes(torso.labels);
  ASSERT_EQ(issues.size(), 1U);
  EXPECT_EQ(issues[0].where, "coronary");
  EXPECT_EQ(issues[0].level, IssueLevel::Info);
  torso.renumber([](LabelId id) { return id == label::aorta ? 0 : id; });
  issues = missing_classes(torso.labels);
  ASSERT_EQ(issues.size(), 2U);
  EXPECT_EQ(issues[0].where, "aorta");
  EXPECT_EQ(issues[0].level, IssueLevel::Warning);
  torso.renumber([](LabelId) { return label::aorta; });
  torso.labels.parts.voxels(0, 0, 0) = label::coronary_lad;
  issues = missing_classes(torso.labels);
  ASSERT_EQ(issues.size(), 1U);
  EXPECT_EQ(issues[0].where, "vertebrae");
}

} // namespace
} // namespace osteocalc::segmentation
