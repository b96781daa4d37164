// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calcium/candidates.h"

#include "support/calcium_phantoms.h"
#include "support/flood_fill.h"

#include <gtest/gtest.h>

namespace osteocalc::calcium {
namespace {

Candidates candidates_of(const Volume<std::int16_t>& hu) {
  RunStack runs;
  for (int z = 0; z < hu.size(2); ++z)
    runs.push_back(runs_at_least(hu.slice(z), 130));
  return {std::move(runs), {}};
}

void expect_flood_fill(const Objects& found, const Volume<std::int16_t>& hu, int neighbours) {
  const auto expected = test::flood_fill(hu, 130, neighbours);
  ASSERT_EQ(found.objects.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(found.objects[i].pixels, static_cast<std::int64_t>(expected[i].voxels.size()));
    EXPECT_EQ(found.objects[i].peak_hu, expected[i].peak_hu);
  }
}

TEST(Candidates, objects_equal_a_flood_fill_on_random_volumes) {
  for (std::uint32_t seed = 1; seed <= 30; ++seed) {
    const test::Phantom phantom = test::random_phantom(seed, {17, 13, 6}, 0.1 + 0.015 * seed);
    Candidates candidates = candidates_of(phantom.volume());
    expect_flood_fill(candidates.objects(Connectivity::Four, Connectivity::Four), phantom.volume(), 6);
    expect_flood_fill(candidates.objects(Connectivity::Eight, Connectivity::Eight), phantom.volume(), 26);
    expect_flood_fill(candidates.objects(Connectivity::Four, Connectivity::Eight), phantom.volume(), 26);
  }
}

TEST(Candidates, dropping_the_bridge_parts_what_it_joined) {
  // Two blocks in slices 0 and 2, joined by one pixel in slice 1.
  const auto phantom = test::Phantom(0.5, 3, 3)
                           .box({2, 2, 0}, {3, 3, 1}, 200)
                           .box({3, 3, 1}, {1, 1, 1}, 200)
                           .box({2, 2, 2}, {3, 3, 1}, 200);
  Candidates candidates = candidates_of(phantom.volume());
  EXPECT_EQ(candidates.objects(Connectivity::Eight, Connectivity::Eight).objects.size(), 1U);
  const Objects joined = join(candidates.groups(Connectivity::Eight),
                              candidates.contacts(Connectivity::Eight, Connectivity::Eight), {1, 0, 1});
  EXPECT_EQ(joined.objects.size(), 2U);
}

} // namespace
} // namespace osteocalc::calcium
