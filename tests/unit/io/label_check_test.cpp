// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/label_check.h"

#include <gtest/gtest.h>

#include <vector>

using osteocalc::io::looks_like_labels;
using Values = std::vector<std::int16_t>;

TEST(LabelCheck, BinaryMasksAreLabels) {
  EXPECT_TRUE(looks_like_labels(Values{0, 1, 1, 0}));
  EXPECT_TRUE(looks_like_labels(Values{0, 255, 255}));
}

TEST(LabelCheck, KnownIdsAreLabels) {
  EXPECT_TRUE(looks_like_labels(Values{0, 51, 117}));
  EXPECT_TRUE(looks_like_labels(Values{0, 52, 200, 214, 260, 277}));
}

TEST(LabelCheck, OneValueThatIsNoIdMakesAnImage) {
  EXPECT_FALSE(looks_like_labels(Values{0, 52, 200, 278}));
  EXPECT_FALSE(looks_like_labels(Values{0, 255, 52}));
  EXPECT_FALSE(looks_like_labels(Values{0, 130}));
}

TEST(LabelCheck, AnythingBelowWaterIsAnImage) {
  EXPECT_FALSE(looks_like_labels(Values{0, 1, 2, -1}));
}

TEST(LabelCheck, AnArrayOfCalciumInWaterIsAnImage) {
  Values values(32, 0);
  values[5] = values[21] = 400;
  EXPECT_FALSE(looks_like_labels(values));
}

TEST(LabelCheck, BelowEveryThresholdIsAMaskUpTo129) {
  EXPECT_TRUE(looks_like_labels(Values{0, 129}));
  EXPECT_TRUE(looks_like_labels(Values{118, 125}));
}
