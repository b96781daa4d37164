// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/batch/subjects.h"

#include "osteocalc/core/error.h"
#include "osteocalc/core/hashing.h"

#include "support/dicom_scan.h"

#include <fstream>
#include <gtest/gtest.h>

namespace osteocalc::batch {
namespace {

class Subjects : public testing::Test {
 protected:
  [[nodiscard]] SubjectTable read(const std::string& text, const std::string& key = "k") const {
    std::ofstream(folder.path() / "s.csv") << text;
    return read_subjects(folder.path() / "s.csv", key);
  }
  test::TemporaryFolder folder;
};

TEST_F(Subjects, PatientIdsAreHashedSubjectsAreNot) {
  EXPECT_TRUE(read("patient_id,centre\n0815,a\n").by_subject.contains(pseudonym("0815", "k")));
  EXPECT_TRUE(read("patient_id,centre\n0815,a\n", "").by_subject.contains("0815"));
  EXPECT_TRUE(read("subject,centre\nabcd,a\n").by_subject.contains("abcd"));
}

TEST_F(Subjects, CellsAreKeptAsTheyStand) {
  const SubjectTable table = read("subject,age_years,sex,code,bmi\nx,71.5,F,007,\n");
  EXPECT_EQ(table.further_columns, (std::vector<std::string>{"code", "bmi"}));
  const Subject& subject = table.by_subject.at("x");
  EXPECT_EQ(subject.age_years, 71.5);
  EXPECT_EQ(subject.sex, Sex::Female);
  EXPECT_EQ(subject.further, (std::vector<std::string>{"007", ""}));
}

TEST_F(Subjects, NamesOfTheResultsOwnColumnsAreRefused) {
  for (const char* name : {"Sex", "STUDY", "state", "issues", "L1_hu", "l1_HU", "LAD_agatston", "t_score_neck", "rowid",
                           "dxa_days", "spine_bmd_mg_cm3"})
    EXPECT_THROW(static_cast<void>(read(std::string("patient_id,") + name + "\na,1\n")), TableError) << name;
  EXPECT_THROW(static_cast<void>(read("patient_id,bmi,BMI\na,1,2\n")), TableError);
  EXPECT_NO_THROW(static_cast<void>(read("patient_id,bmi,level,id\na,1,2,3\n")));
}

TEST_F(Subjects, WhatCannotBeUsedIsAnError) {
  EXPECT_THROW(static_cast<void>(read("name,age_years\nx,50\n")), TableError);
  EXPECT_THROW(static_cast<void>(read("subject,patient_id\nx,y\n")), TableError);
  EXPECT_THROW(static_cast<void>(read("subject,age_years\nx,150\n")), TableError);
  EXPECT_THROW(static_cast<void>(read("subject,age_years\nx,old\n")), TableError);
  EXPECT_THROW(static_cast<void>(read("subject,sex\nx,W\n")), TableError);
  EXPECT_THROW(static_cast<void>(read("subject,sex\nx,F\nx,M\n")), TableError);
  EXPECT_THROW(static_cast<void>(read("subject,sex\n,F\n")), TableError);
}

} // namespace
} // namespace osteocalc::batch
