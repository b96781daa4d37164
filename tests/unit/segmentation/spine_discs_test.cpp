// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/spine_discs.h"

#include "spine_phantom.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace osteocalc::segmentation {
namespace {

Line evidence_at(const std::vector<double>& discs, int length) {
  Line evidence(static_cast<std::size_t>(length), 0.05);
  for (const double d : discs)
    for (int s = 0; s < length; ++s)
      evidence[static_cast<std::size_t>(s)] += std::exp(-0.5 * std::pow((s - d) / 2.0, 2));
  return evidence;
}

TEST(SpineDiscs, TheChainTakesEvenPeaksAndLeavesFalseOnes) {
  const std::vector<double> discs{30, 64, 97, 128, 157, 184, 209};
  Line evidence = evidence_at(discs, 240);
  for (const int s : {45, 112, 196}) // as strong as half a disc
    evidence[static_cast<std::size_t>(s)] += 0.5;
  const Line chain = disc_chain(evidence, Line(240, 36.0), 0.0);
  ASSERT_EQ(chain.size(), discs.size());
  for (std::size_t i = 0; i < discs.size(); ++i)
    EXPECT_NEAR(chain[i], discs[i], 2.0);
}

TEST(SpineDiscs, OneUnseenDiscIsFilledIn) {
  const Line chain = disc_chain(evidence_at({30, 60, 120, 150, 180}, 210), Line(210, 36.0), 0.0);
  ASSERT_EQ(chain.size(), 6U);
  EXPECT_NEAR(chain[2], 90.0, 4.0);
}

TEST(SpineDiscs, NothingIsFoundInNothing) {
  EXPECT_TRUE(disc_chain(Line(10, 0.0), Line(10, 30.0), 0.0).empty());
}

TEST(SpineDiscs, EveryGapBetweenTwoBodiesOfAScanIsFound) {
  const auto field = synth::Field::ChestAbdomen;
  const auto& ct = test::spine_scan(field);
  const Body& body = test::spine_body(field);
  const auto path = find_canal(body, {2});
  ASSERT_TRUE(path);
  const auto detail = spine_detail(ct.image.hu, body, *path, {2});
  const SpineFrame frame = center_on_bodies(detail, body, *path, {2});
  const auto straight = straighten(detail, frame, StraightBox{}, {2});
  const Line chain = disc_chain(disc_evidence(straight, frame, body.tissue, {2}), frame.depth_mm, 0.0);
  const auto centers = test::true_centers(ct);
  int found = 0, gaps = 0;
  for (auto low = centers.begin(), high = std::next(low); high != centers.end(); ++low, ++high) {
    if (*vertebra_from_body_label(low->first) == Vertebra::S1 || high->first != low->first + 1)
      continue;
    const Vec3 middle = 0.5 * (low->second + high->second);
    double nearest = 1e9;
    for (const double d : chain)
      nearest = std::min(nearest, norm(frame.point(d, 0, 0) - middle));
    ++gaps;
    found += nearest < 7.0;
  }
  EXPECT_GE(gaps, 14);
  EXPECT_EQ(found, gaps);
}

} // namespace
} // namespace osteocalc::segmentation
