// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/dxa_words.h"

#include <gtest/gtest.h>

namespace osteocalc::io {
namespace {

using Q = DxaQuantity;

struct Named {
  const char* text;
  Q quantity;
  const char* site;
  std::optional<BodySide> side = {};
  double factor = 1;
};

TEST(DxaWords, ColumnsOfAllMakers) {
  for (const auto& [text, quantity, site, side, factor] :
       {Named{"L1_AREA", Q::Area, "L1"},
        {"L4_BMD", Q::Abmd, "L4"},
        {"TOT_BMC", Q::Bmc, "?"},
        {"HTOT_BMD", Q::Abmd, "total"},
        {"NECK_BMD", Q::Abmd, "neck"},
        {"TROCH_AREA", Q::Area, "trochanter"},
        {"INTER_BMC", Q::Bmc, "intertrochanter"},
        {"WARDS_BMD", Q::Abmd, "wards"},
        {"L1-L4 BMD (g/cm\xc2\xb2)", Q::Abmd, "L1-L4"},
        {"L1\xe2\x80\x93L4 T-score", Q::TScore, "L1-L4"},
        {"L2-L4 BMD [mg/cm2]", Q::Abmd, "L2-L4", {}, 1e-3},
        {"Neck Left BMD", Q::Abmd, "neck", BodySide::Left},
        {"Right Total Hip YA T-Score", Q::TScore, "total", BodySide::Right},
        {"Femoral Neck Z-score", Q::ZScore, "neck"},
        {"Total Hip Area (cm2)", Q::Area, "total"},
        {"L1L4BMD", Q::Abmd, "L1-L4"},
        {"Lumbar Spine BMD", Q::Abmd, "L1-L4"},
        {"Bone Mineral Content, L3", Q::Bmc, "L3"},
        {"DXXNKBMD", Q::Abmd, "neck"},
        {"DXXOFA", Q::Area, "total"},
        {"DXXOSBMC", Q::Bmc, "L1-L4"},
        {"DXXL3A", Q::Area, "L3"},
        {"abmd_neck_left_g_cm2", Q::Abmd, "neck", BodySide::Left}}) {
    const DxaWords words = dxa_words(text);
    ASSERT_TRUE(words.quantity) << text;
    EXPECT_EQ(*words.quantity, quantity) << text;
    EXPECT_EQ(words.site, site) << text;
    EXPECT_EQ(words.side, side) << text;
    EXPECT_EQ(words.factor, factor) << text;
  }
  EXPECT_EQ(dxa_words("DXXAAC24").quantity, Q::Aac24);
}

TEST(DxaWords, WhatIsDerivedOrOfAnotherPartIsNotTaken) {
  for (const char* text : {"L1-L4 sBMD (mg/cm2)", "STD_TOT_BMD", "L1-L4 BMD % change", "Neck Left Young Adult (%)",
                           "DXXL1BCC", "BMI", "L1-L4 BMD SD"})
    EXPECT_FALSE(dxa_words(text).quantity) << text;
  for (const char* text : {"Head BMD", "Whole Body BMD", "WBTOT_BMD", "Upper Neck BMD", "Radius 33% BMD", "T12 BMD"})
    EXPECT_TRUE(dxa_words(text).site.empty() || !dxa_words(text).quantity) << text;
}

TEST(DxaWords, NumbersAsTheyArePrinted) {
  EXPECT_EQ(printed_number("0.912")->value, 0.912);
  EXPECT_NEAR(printed_number("0.912")->step, 1e-3, 1e-15);
  EXPECT_EQ(printed_number("0,912")->value, 0.912);
  EXPECT_EQ(printed_number("\xe2\x88\x92"
                           "1.2")
                ->value,
            -1.2);
  EXPECT_EQ(printed_number("+0.3")->value, 0.3);
  EXPECT_EQ(printed_number("912")->step, 1);
  for (const char* text : {"", "NA", "-", "n/a", "1.2.3", "12 kg", "nan", "inf"})
    EXPECT_FALSE(printed_number(text)) << text;
}

} // namespace
} // namespace osteocalc::io
