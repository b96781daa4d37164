// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calcium/components.h"

#include "support/calcium_phantoms.h"
#include "support/flood_fill.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace osteocalc::calcium {
namespace {

HuSlice first_slice(const test::Phantom& phantom) {
  return phantom.volume().slice(0);
}

TEST(Runs, cover_exactly_the_candidates_at_any_width) {
  for (const int width : {1, 63, 64, 65, 130}) {
    const test::Phantom phantom = test::random_phantom(3, {width, 9, 1}, 0.5);
    std::int64_t candidates = 0;
    for (const std::int16_t hu : phantom.volume().voxels())
      candidates += hu >= 130 ? 1 : 0;
    std::int64_t in_runs = 0;
    for (const PixelRun& run : runs_at_least(first_slice(phantom), 130)) {
      in_runs += run.pixels();
      for (int x = run.x_begin; x < run.x_end; ++x)
        EXPECT_GE(phantom.volume()(x, run.y, 0), 130);
    }
    EXPECT_EQ(in_runs, candidates) << width;
  }
}

TEST(Runs, meet_across_the_border_of_a_block) {
  const auto phantom = test::Phantom(0.5, 3, 1, {}, 128).box({60, 4, 0}, {10, 1, 1}, 300);
  EXPECT_EQ(runs_at_least(first_slice(phantom), 130), (std::vector<PixelRun>{{4, 60, 70, 300, 3000}}));
}

TEST(Runs, cut_anew_at_a_higher_bound_equal_a_fresh_pass) {
  const test::Phantom phantom = test::random_phantom(4, {70, 20, 1}, 0.6);
  const auto low = runs_at_least(first_slice(phantom), 130);
  EXPECT_EQ(runs_at_least(low, first_slice(phantom), 300), runs_at_least(first_slice(phantom), 300));
}

TEST(Runs, a_bound_beyond_the_type_finds_nothing) {
  const test::Phantom phantom = test::random_phantom(4, {70, 20, 1}, 0.6);
  EXPECT_TRUE(runs_at_least(first_slice(phantom), 40000).empty());
}

TEST(Connect, equals_a_flood_fill_on_random_slices) {
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    const test::Phantom phantom = test::random_phantom(seed, {37, 29, 1}, 0.2 + 0.01 * seed);
    const auto runs = runs_at_least(first_slice(phantom), 130);
    for (const auto& [connectivity, neighbours] :
         {std::pair{Connectivity::Four, 4}, std::pair{Connectivity::Eight, 8}}) {
      const auto expected = test::flood_fill(phantom.volume(), 130, neighbours);
      const SliceComponents found = connect(runs, connectivity);
      ASSERT_EQ(found.components.size(), expected.size()) << seed;
      for (std::size_t i = 0; i < expected.size(); ++i) {
        EXPECT_EQ(found.components[i].pixels, static_cast<std::int64_t>(expected[i].voxels.size()));
        EXPECT_EQ(found.components[i].peak_hu, expected[i].peak_hu);
      }
    }
  }
}

TEST(ConnectStack, equals_a_flood_fill_on_random_volumes) {
  for (std::uint32_t seed = 1; seed <= 30; ++seed) {
    const test::Phantom phantom = test::random_phantom(seed, {17, 13, 6}, 0.1 + 0.015 * seed);
    std::vector<std::vector<PixelRun>> runs;
    for (int z = 0; z < 6; ++z)
      runs.push_back(runs_at_least(phantom.volume().slice(z), 130));
    for (const auto& [connectivity, neighbours] :
         {std::pair{Connectivity::Four, 6}, std::pair{Connectivity::Eight, 26}}) {
      const auto expected = test::flood_fill(phantom.volume(), 130, neighbours);
      const Objects found = connect_stack(runs, connectivity);
      ASSERT_EQ(found.count, expected.size()) << seed;
      std::vector<std::size_t> sizes(found.count, 0);
      for (std::size_t z = 0; z < runs.size(); ++z)
        for (std::size_t i = 0; i < runs[z].size(); ++i)
          sizes[found.of_run[z][i]] += static_cast<std::size_t>(runs[z][i].pixels());
      for (std::size_t i = 0; i < sizes.size(); ++i)
        EXPECT_EQ(sizes[i], expected[i].voxels.size());
    }
  }
}

} // namespace
} // namespace osteocalc::calcium
