// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/core/private_folder.h"

#include <fstream>
#include <gtest/gtest.h>

namespace osteocalc {
namespace {

namespace fs = std::filesystem;

TEST(PrivateFolder, OnlyItsOwnerMayLookInside) {
  const PrivateFolder folder;
  EXPECT_EQ(fs::status(folder.path()).permissions(), fs::perms::owner_all);
}

TEST(PrivateFolder, IsRemovedWithAllItHoldsOnceWhoeverHoldsIt) {
  fs::path path;
  {
    PrivateFolder first;
    path = first.path();
    std::ofstream(path / "image") << "a person's";
    {
      const PrivateFolder second(std::move(first));
      EXPECT_EQ(second.path(), path);
      EXPECT_TRUE(fs::exists(path / "image"));
    }
    EXPECT_FALSE(fs::exists(path));
  }
  EXPECT_FALSE(fs::exists(path));
}

} // namespace
} // namespace osteocalc
