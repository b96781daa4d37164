// SPDX-License-Identifier: Apache-2.0
// The built program as a user starts it: a child process with its own output. Needs OSTEOCALC_BINARY, its path.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace osteocalc::test {

inline std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  EXPECT_TRUE(in) << "cannot read " << file;
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

struct Outcome {
  int status = -1;
  std::string out, err;

  [[nodiscard]] nlohmann::json json() const { return nlohmann::json::parse(out); }
  [[nodiscard]] bool says(const std::string& part) const { return err.find(part) != std::string::npos; }
};

/// Tests with a folder of their own, emptied before and removed after each.
class Cli : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
  }
  void TearDown() override { std::filesystem::remove_all(folder); }

  /// Starts `osteocalc words...` and waits for it.
  [[nodiscard]] Outcome osteocalc(const std::vector<std::string>& words) const {
    std::string command = OSTEOCALC_BINARY;
    for (const std::string& word : words)
      command += " '" + word + "'";
    const int state = std::system((command + " >" + file("stdout") + " 2>" + file("stderr")).c_str());
    return {WIFEXITED(state) ? WEXITSTATUS(state) : -1, bytes_of(file("stdout")), bytes_of(file("stderr"))};
  }
  [[nodiscard]] std::string file(const std::string& name) const { return (folder / name).string(); }

  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) /
                                       ("osteocalc_" + std::to_string(getpid()) + "_" +
                                        testing::UnitTest::GetInstance()->current_test_info()->test_suite_name() + "_" +
                                        testing::UnitTest::GetInstance()->current_test_info()->name());
};

} // namespace osteocalc::test
