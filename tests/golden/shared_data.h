// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "integration/cli.h"

namespace osteocalc::test {

/// Tests of the program on the real scans below OSTEOCALC_SHARED_DATA, skipped aloud where there are none.
class SharedData : public Cli {
 protected:
  void SetUp() override {
    Cli::SetUp();
    if (std::getenv("OSTEOCALC_SHARED_DATA") == nullptr)
      GTEST_SKIP() << "OSTEOCALC_SHARED_DATA is not set: the real scans are NOT tested";
  }
  static std::string shared(const std::string& name) {
    return (std::filesystem::path(std::getenv("OSTEOCALC_SHARED_DATA")) / name).string();
  }
};

} // namespace osteocalc::test
