// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/image/label_map.h"

#include <gtest/gtest.h>

namespace osteocalc {
namespace {

Volume<LabelId> three_labels() {
  Volume<LabelId> labels(VolumeGeometry{{6, 5, 4}}, 0);
  labels(1, 2, 3) = 7;
  labels(4, 0, 1) = 7;
  labels(5, 4, 0) = 65535;
  labels(0, 0, 0) = 1;
  return labels;
}

TEST(LabelBoxes, HoldBothEndsAndTheCount) {
  const auto boxes = label_boxes(three_labels());
  ASSERT_EQ(boxes.size(), 3U);
  const LabelBox& box = boxes.at(7);
  EXPECT_EQ(box.low, (std::array<int, 3>{1, 0, 1}));
  EXPECT_EQ(box.high, (std::array<int, 3>{4, 2, 3}));
  EXPECT_EQ(box.count, 2U);
  EXPECT_EQ(boxes.at(65535).low, boxes.at(65535).high);
  EXPECT_TRUE(LabelBox{}.empty());
}

TEST(LabelsPresent, AreAscendingWithoutZero) {
  EXPECT_EQ(labels_present({three_labels(), {}}), (std::vector<LabelId>{1, 7, 65535}));
  EXPECT_TRUE(labels_present({Volume<LabelId>(VolumeGeometry{{3, 3, 3}}, 0), {}}).empty());
}

TEST(NameOf, TheMapsOwnNameComesFirst) {
  const LabelMap map{three_labels(), {{7, "plaque"}}};
  EXPECT_EQ(name_of(map, 7), "plaque");
  EXPECT_EQ(name_of(map, label::aorta), "aorta");
}

} // namespace
} // namespace osteocalc
