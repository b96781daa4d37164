// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <gtest/gtest.h>
#include <string>

namespace osteocalc::test {

/// A path that no other test uses, as tests run side by side.
inline std::filesystem::path test_path(const std::string& ending = "") {
  const auto& info = *testing::UnitTest::GetInstance()->current_test_info();
  return std::filesystem::path(testing::TempDir()) /
         (std::string("osteocalc_") + info.test_suite_name() + "_" + info.name() + ending);
}

} // namespace osteocalc::test
