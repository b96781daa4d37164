// SPDX-License-Identifier: Apache-2.0
#include "support/random_edits.h"

#include "osteocalc/core/error.h"
#include "osteocalc/image/label_alignment.h"
#include "osteocalc/synth/ct.h"

#include <gtest/gtest.h>

namespace osteocalc::review {
namespace {

Subject person() {
  synth::CtRequest request;
  request.person.seed = 7;
  request.person.age_years = 75;
  request.calcium = synth::draw_calcium(request.person);
  request.scanner.matrix = 192;
  request.scanner.pixel_mm = 1.9;
  synth::SyntheticCt ct = synth::make_ct(request, {});
  draw_over(ct.labels, ct.parts);
  Subject subject;
  subject.info.kvp_kv = 120;
  subject.info.increment_mm = 3;
  subject.labels = std::move(ct.labels);
  subject.image = std::make_shared<const CtImage>(std::move(ct.image));
  return subject;
}

TEST(RandomEdits, NumbersFollowAsIfMeasuredAfreshAndUndoGoesAllTheWayBack) {
  Review review(person());
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

} // namespace
} // namespace osteocalc::review
