// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/technical_text.h"

#include <gtest/gtest.h>

using namespace osteocalc::io;

TEST(TechnicalText, KernelsOfAllMakersPass) {
  for (const char* kernel :
       {"B30f", "Br40d\\3", "I31f\\2", "FC12", "STANDARD", "BONEPLUS", "YA", "D", "Bone Plus", "B19f", "Qr36", ""})
    EXPECT_EQ(shown_kernel(kernel), kernel);
}

TEST(TechnicalText, AnythingElseIsNotCopied) {
  EXPECT_EQ(shown_kernel("DOE^JANE"), "unrecognised");
  EXPECT_EQ(shown_kernel("PAT12345"), "unrecognised");
  EXPECT_EQ(shown_kernel("ID001"), "unrecognised");
  EXPECT_EQ(shown_kernel("B30f DOE"), "B30f");
  EXPECT_EQ(shown_modality("CT"), "CT");
  EXPECT_EQ(shown_modality("SECRET"), "unrecognised");
  EXPECT_EQ(shown_maker("SIEMENS"), "SIEMENS");
  EXPECT_EQ(shown_maker("Doe").substr(0, 5), "code ");
  EXPECT_EQ(device_code("1"), device_code("1"));
  EXPECT_NE(device_code("1"), device_code("2"));
  EXPECT_EQ(device_code(""), "");
}

TEST(TechnicalText, AContrastHintIsTakenFromWordsAndOnlyHints) {
  DicomHeader header;
  EXPECT_FALSE(hints_at_contrast(header));
  header.protocol_name = "RCCTPET_THORAX_CONTRAST_dag0";
  EXPECT_TRUE(hints_at_contrast(header));
  header.protocol_name = "Thorax without contrast";
  EXPECT_FALSE(hints_at_contrast(header));
  header.series_description = "CTA CORONARY ARTERIAL";
  EXPECT_TRUE(hints_at_contrast(header)) << "the series decides before the protocol";
  header.series_description = header.protocol_name = "";
  const std::vector<std::pair<const char*, bool>> studies{{"CT WITHOUT AND WITH CONTRAST", false},
                                                          {"CT W/WO CONTRAST", false},
                                                          {"CT WITH AND WITHOUT CONTRAST", false},
                                                          {"RECTAL CANCER", false},
                                                          {"CT W/ CONTRAST", true},
                                                          {"CT W/O CONTRAST", false},
                                                          {"NONCONTRAST CHEST", false},
                                                          {"THORAX C+", true},
                                                          {"CORONARY_ANGIOGRAPHY", true},
                                                          {"CT WO CONTRAST", false},
                                                          {"CT NON-CONTRAST", false}};
  for (const auto& [text, hint] : studies) {
    header.study_description = text;
    EXPECT_EQ(hints_at_contrast(header), hint) << text;
  }
  header.contrast_agent = "Iopromide";
  EXPECT_TRUE(hints_at_contrast(header));
}
