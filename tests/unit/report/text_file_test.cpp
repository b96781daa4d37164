// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/text_file.h"

#include "osteocalc/core/error.h"

#include <fstream>
#include <gtest/gtest.h>
#include <iterator>

namespace osteocalc::report {
namespace {

TEST(TextFile, IsWrittenWithItsFolderAndReplaced) {
  const auto folder = std::filesystem::path(::testing::TempDir()) / "text_file_test";
  std::filesystem::remove_all(folder);
  const auto file = folder / "deep" / "a.txt";
  write_text_file(file, "a long first text\n");
  write_text_file(file, "short\r\n");
  std::ifstream stream(file, std::ios::binary);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(stream), {}), "short\r\n");
  std::filesystem::remove_all(folder);
}

TEST(TextFile, WhatCannotBeWrittenIsAnError) {
  EXPECT_THROW(write_text_file("/proc/nothing/a.txt", "x"), IoError);
  EXPECT_THROW(write_text_file("/dev/full", std::string(100000, 'x')), IoError);
}

} // namespace
} // namespace osteocalc::report
