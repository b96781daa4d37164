// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/level_naming.h"

#include <gtest/gtest.h>

namespace osteocalc::segmentation {
namespace {

/// A chain of vertebrae from `lowest` (steps above S1) up, equally spaced, with ribs where they belong.
struct Chain {
  Line discs;
  LevelEvidence evidence;
};

Chain chain_of(int lowest, int count) {
  Chain chain;
  for (int k = 0; k + 1 < count; ++k)
    chain.discs.push_back(30.0 * (k + 1));
  for (int k = 0; k < count; ++k) {
    const int step = lowest + k;
    const double rib = step >= 6 && step <= 17 ? 1.0 : 0.0;
    chain.evidence.rib.push_back({rib, rib});
    chain.evidence.rib_seen.push_back({1.0, 1.0});
    chain.evidence.sacral_wing.push_back(step <= 0 ? 0.3 : 0.0);
  }
  return chain;
}

TEST(LevelNaming, StepsAndLevelsAreOneToOne) {
  for (const Vertebra level : all_vertebrae)
    EXPECT_EQ(vertebra_at_step(step_of(level)), level);
  EXPECT_EQ(step_of(Vertebra::S1), 0);
  EXPECT_EQ(step_of(Vertebra::T1), 17);
  EXPECT_FALSE(vertebra_at_step(18));
  EXPECT_FALSE(vertebra_at_step(-1));
}

TEST(LevelNaming, TheLastRibAndTheSacrumTogetherAreCertain) {
  const Chain chain = chain_of(0, 9); // S1 .. T10
  const auto namings = name_levels(chain.discs, chain.evidence);
  EXPECT_EQ(namings.front().lowest_step, 0);
  EXPECT_GE(namings.front().probability, 0.95);
}

TEST(LevelNaming, TheRibCountOfAWholeChestIsCertain) {
  const Chain chain = chain_of(4, 15); // L2 .. C7
  const auto namings = name_levels(chain.discs, chain.evidence);
  EXPECT_EQ(namings.front().lowest_step, 4);
  EXPECT_GE(namings.front().probability, 0.95);
}

TEST(LevelNaming, AMiddlePieceIsNeverCertain) {
  const Chain chain = chain_of(8, 7); // T10 .. T4: ribs everywhere
  const auto namings = name_levels(chain.discs, chain.evidence);
  EXPECT_LT(namings.front().probability, 0.95);
}

TEST(LevelNaming, TheCarinaOrTheTopOfAHeartScanGivesTheBestGuessButNoCertainty) {
  for (const bool carina : {true, false}) {
    Chain chain = chain_of(8, 6); // T10 .. T5: nothing but ribs
    chain.discs = {30.0, 55.5, 80.0, 104.0, 127.3};
    (carina ? chain.evidence.carina : chain.evidence.heart_top) = carina ? 5.3 : 5.1;
    const auto namings = name_levels(chain.discs, chain.evidence);
    EXPECT_EQ(namings.front().lowest_step, 8) << carina;
    EXPECT_LT(namings.front().probability, 0.9) << carina;
  }
}

TEST(LevelNaming, RibsOutsideTheImageSayNothing) {
  Chain chain = chain_of(3, 7); // L3 .. T9
  const double seen = name_levels(chain.discs, chain.evidence).front().probability;
  for (std::size_t k = 0; k < chain.evidence.rib.size(); ++k) {
    chain.evidence.rib[k] = {0.0, 0.0};
    chain.evidence.rib_seen[k] = {0.2, 0.2};
  }
  EXPECT_LT(name_levels(chain.discs, chain.evidence).front().probability, seen);
}

TEST(LevelNaming, DiscsFoundWithinTheSacrumAreSetAside) {
  const Chain chain = chain_of(-2, 11); // two segments below S1
  EXPECT_EQ(name_levels(chain.discs, chain.evidence).front().lowest_step, -2);
}

TEST(LevelNaming, ThirteenRibsWithASacrumAreNotCertain) {
  Chain chain = chain_of(0, 9);
  chain.evidence.rib[5] = {1.0, 1.0}; // L1 bears ribs, or there are four lumbar vertebrae
  EXPECT_LT(name_levels(chain.discs, chain.evidence).front().probability, 0.9999);
  chain.evidence.sacral_wing[0] = 0.08; // and the sacrum is hardly seen
  EXPECT_LT(name_levels(chain.discs, chain.evidence).front().probability, 0.95);
}

TEST(LevelNaming, ProbabilitiesSumToOne) {
  const Chain chain = chain_of(7, 6);
  double sum = 0.0;
  for (const Naming& n : name_levels(chain.discs, chain.evidence))
    sum += n.probability;
  EXPECT_NEAR(sum, 1.0, 1e-9);
}

} // namespace
} // namespace osteocalc::segmentation
