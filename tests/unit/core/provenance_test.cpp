// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/core/provenance.h"

#include <gtest/gtest.h>
#include <regex>
#include <string>

namespace osteocalc {
namespace {

TEST(Provenance, VersionIsThreeNumbers) {
  EXPECT_TRUE(std::regex_match(std::string(version()), std::regex("\\d+\\.\\d+\\.\\d+"))) << version();
}

TEST(Provenance, CommitIsTwelveDigitsOrUnknown) {
  EXPECT_TRUE(std::regex_match(std::string(commit()), std::regex("[0-9a-f]{12}|unknown"))) << commit();
}

} // namespace
} // namespace osteocalc
