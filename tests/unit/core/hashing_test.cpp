// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/core/hashing.h"

#include "osteocalc/core/error.h"
#include "osteocalc/core/parallel.h"
#include "support/test_path.h"

#include <fstream>
#include <gtest/gtest.h>
#include <set>

namespace osteocalc {
namespace {

class KeyFile : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::remove(file); }
  void TearDown() override { std::filesystem::remove(file); }
  void write(const std::string& text) const { std::ofstream(file, std::ios::binary) << text; }
  const std::filesystem::path file = test::test_path(".key");
};

// FIPS 180-4 examples.
constexpr const char* sha_of_abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr const char* sha_of_nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr const char* sha_of_a_million_a = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

TEST(Sha256, GivesThePublishedDigests) {
  EXPECT_EQ(sha256_hex("abc"), sha_of_abc);
  EXPECT_EQ(sha256_hex(""), sha_of_nothing);
  EXPECT_EQ(sha256_hex(std::string(1000000, 'a')), sha_of_a_million_a);
}

TEST_F(KeyFile, HashOfAFileIsTheHashOfItsBytes) {
  write("abc");
  EXPECT_EQ(sha256_hex_of_file(file), sha_of_abc);
  write(std::string(3 * (1U << 20U) + 17, 'x')); // longer than one read
  EXPECT_EQ(sha256_hex_of_file(file), sha256_hex(std::string(3 * (1U << 20U) + 17, 'x')));
  write("");
  EXPECT_EQ(sha256_hex_of_file(file), sha_of_nothing);
  EXPECT_THROW(static_cast<void>(sha256_hex_of_file(file / "missing")), IoError);
}

TEST(Pseudonym, IsTheFirstHalfOfAKeyedHash) {
  // RFC 4231, test case 2.
  EXPECT_EQ(pseudonym("what do ya want for nothing?", "Jefe"), "5bdcc146bf60754e");
}

TEST(Pseudonym, DependsOnPersonAndKey) {
  EXPECT_EQ(pseudonym("A", "key"), pseudonym("A", "key"));
  EXPECT_NE(pseudonym("A", "key"), pseudonym("B", "key"));
  EXPECT_NE(pseudonym("A", "key"), pseudonym("A", "other"));
}

TEST_F(KeyFile, IsMadeOnceReadableByItsOwnerOnly) {
  const std::string key = load_or_create_key(file);
  EXPECT_EQ(key.size(), 64U);
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(file).permissions() & perms::mask, perms::owner_read | perms::owner_write);
  EXPECT_EQ(load_or_create_key(file), key);
  std::filesystem::remove(file);
  EXPECT_NE(load_or_create_key(file), key);
}

TEST_F(KeyFile, GivenByTheUserIsTakenWithoutItsLineEnd) {
  write("secret\r\n");
  EXPECT_EQ(load_or_create_key(file), "secret");
}

TEST_F(KeyFile, OfSeveralMakersAllGetTheSame) {
  for (int round = 0; round < 300; ++round) {
    const auto keys = parallel_map(8, Parallel{4}, [&](std::size_t) { return load_or_create_key(file); });
    EXPECT_EQ(std::set(keys.begin(), keys.end()).size(), 1U);
    std::filesystem::remove(file);
  }
}

TEST_F(KeyFile, EmptyOrImpossibleIsAnError) {
  write("\n");
  EXPECT_THROW(static_cast<void>(load_or_create_key(file)), IoError);
  EXPECT_THROW(static_cast<void>(load_or_create_key(file.parent_path() / "no_such_folder" / "key")), IoError);
}

} // namespace
} // namespace osteocalc
