// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/core/error.h"
#include "support/random_edits.h"
#include "support/review_person.h"

#include <gtest/gtest.h>

namespace osteocalc::review {
namespace {

void follow_random_edits(std::optional<double> combined_slices) {
  Subject subject = test::review_person(test::synthetic_person(192, 1.9));
  if (combined_slices)
    subject.options.calcium.combine_slices_mm = *combined_slices * subject.image->hu.geometry().spacing_mm[2];
  Review review(std::move(subject));
  ASSERT_GE(review.body_count(), 5U);
  const auto first = numbers_of(review.values());
  const std::vector<LabelId> labels(review.labels().voxels.voxels().begin(), review.labels().voxels.voxels().end());
  test::RandomEdits edits(20261122);
  int done = 0, changed = 0;
  for (int attempt = 0; done < 200 && attempt < 2000; ++attempt) {
    if (edits.below(10) == 0) {
      edits.below(2) == 0 ? review.undo() : review.redo();
      continue;
    }
    try {
      changed += review.apply(edits.next(review), {"ann", "", "why"}).changes.empty() ? 0 : 1;
      ++done;
    } catch (const Error&) { // a seed without calcium, a level that is none
    }
    if (done == 100) {
      ASSERT_EQ(numbers_of(review.values()), numbers_of(review.measured_afresh()));
    }
  }
  EXPECT_EQ(done, 200);
  EXPECT_GT(changed, 60);
  EXPECT_EQ(numbers_of(review.values()), numbers_of(review.measured_afresh()));
  while (review.undo()) {
  }
  EXPECT_EQ(numbers_of(review.values()), first);
  EXPECT_TRUE(std::ranges::equal(labels, review.labels().voxels.voxels()));
}

TEST(RandomEdits, NumbersFollowAsIfMeasuredAfreshAndUndoGoesAllTheWayBack) {
  follow_random_edits({});
}

TEST(RandomEdits, SoTheyDoOnCombinedSlicesThatShareThinOnes) {
  follow_random_edits(2.5);
}

} // namespace
} // namespace osteocalc::review
