// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calcium/components.h"

#include "osteocalc/calcium/candidate_mask.h"

#include "support/calcium_phantoms.h"
#include "support/flood_fill.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <random>

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
  EXPECT_EQ(runs_within(low, first_slice(phantom), 300, no_max_hu), runs_at_least(first_slice(phantom), 300));
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

TEST(CandidateMask, equals_its_plain_twin) {
  std::mt19937 random(5);
  std::vector<std::int16_t> pixels(mask_pixels + 3);
  for (int round = 0; round < 2000; ++round) {
    for (std::int16_t& hu : pixels)
      hu = static_cast<std::int16_t>(round % 2 == 0 ? random() : 128 + random() % 5);
    for (const std::int16_t bound : {std::int16_t{-32768}, std::int16_t{130}, std::int16_t{32767}})
      for (int shift = 0; shift < 3; ++shift) // rows are not aligned
        ASSERT_EQ(candidate_mask(pixels.data() + shift, bound), candidate_mask_scalar(pixels.data() + shift, bound));
  }
}

} // namespace
} // namespace osteocalc::calcium
