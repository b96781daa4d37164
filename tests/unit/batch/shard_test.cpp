// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/batch/shard.h"

#include "osteocalc/core/error.h"
#include "osteocalc/core/hashing.h"

#include <gtest/gtest.h>
#include <vector>

namespace osteocalc::batch {
namespace {

TEST(Shard, EveryStudyIsInExactlyOneAndTheyAreOfAboutEqualSize) {
  std::vector<int> studies(5);
  for (int i = 0; i < 5000; ++i) {
    const std::string key = pseudonym(std::to_string(i), "key");
    int holders = 0;
    for (int number = 1; number <= 5; ++number)
      if (Shard{number, 5}.holds(key)) {
        ++holders;
        ++studies[static_cast<std::size_t>(number - 1)];
      }
    EXPECT_EQ(holders, 1);
  }
  for (const int count : studies)
    EXPECT_NEAR(count, 1000, 5 * 28); // 5 SD of a binomial
}

TEST(Shard, DependsOnTheKeyAlone) {
  EXPECT_EQ(Shard::shard_of("0000000000000007", 5), 3);
  EXPECT_EQ(Shard::shard_of("ffffffffffffffff", 16), 16);
}

TEST(Shard, IsReadFromItsText) {
  EXPECT_EQ(parse_shard("2/5").number, 2);
  EXPECT_EQ(folder_name(parse_shard("2/5")), "2-of-5");
  for (const char* wrong : {"", "2", "2/", "/5", "0/5", "6/5", "2/5x", "a/b", "-1/5"})
    EXPECT_THROW(static_cast<void>(parse_shard(wrong)), ConfigError) << wrong;
}

} // namespace
} // namespace osteocalc::batch
