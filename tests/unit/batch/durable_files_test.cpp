// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/batch/durable_files.h"

#include "osteocalc/core/error.h"

#include "support/dicom_scan.h"

#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

namespace osteocalc::batch {
namespace {

std::string text_of(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

TEST(DurableFiles, AFolderReplacesTheOneBeforeAsAWhole) {
  const test::TemporaryFolder folder;
  const auto final = folder.path() / "study", unfinished = folder.path() / ".study.partial";
  for (const auto& place : {final, unfinished})
    std::filesystem::create_directories(place / "qc");
  std::ofstream(final / "old") << "1";
  std::ofstream(unfinished / "qc" / "new") << "2";
  publish(unfinished, final);
  EXPECT_FALSE(std::filesystem::exists(final / "old"));
  EXPECT_EQ(text_of(final / "qc" / "new"), "2");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1); // nothing is left beside it
}

TEST(DurableFiles, AFileIsReplaced) {
  const test::TemporaryFolder folder;
  write_durably(folder.path() / "f", "one");
  write_durably(folder.path() / "f", "two");
  EXPECT_EQ(text_of(folder.path() / "f"), "two");
  EXPECT_THROW(write_durably(folder.path() / "missing" / "f", "x"), IoError);
}

TEST(DurableFiles, SpaceIsProvedByWriting) {
  const test::TemporaryFolder folder;
  EXPECT_NO_THROW(check_space(folder.path()));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  EXPECT_THROW(check_space(folder.path() / "gone"), IoError);
}

TEST(DurableFiles, OneProcessHoldsTheLock) {
  const test::TemporaryFolder folder;
  {
    const OutputLock lock(folder.path());
    EXPECT_THROW(OutputLock{folder.path()}, IoError);
  }
  EXPECT_NO_THROW(OutputLock{folder.path()});
}

TEST(DurableFiles, OneDivisionSharesTheLock) {
  const test::TemporaryFolder folder;
  {
    const OutputLock first(folder.path(), "2"), second(folder.path(), "2");
    EXPECT_THROW(OutputLock(folder.path(), "3"), IoError);
    EXPECT_THROW(OutputLock(folder.path(), "21"), IoError);
    EXPECT_THROW(OutputLock{folder.path()}, IoError);
  }
  const OutputLock another(folder.path(), "3");
  EXPECT_THROW(OutputLock(folder.path(), "2"), IoError);
}

} // namespace
} // namespace osteocalc::batch
