// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/review/review_file.h"

#include "osteocalc/core/error.h"
#include "support/test_path.h"
#include "unit/review/review_subject.h"

#include <fstream>
#include <gtest/gtest.h>

namespace osteocalc::review {
namespace {

std::filesystem::path folder() {
  const std::filesystem::path path = test::test_path();
  std::filesystem::remove_all(path);
  std::filesystem::create_directories(path);
  return path;
}

Review edited() {
  Review review(test::ReviewScan().subject());
  review.apply(AssignLesion{"coronary_lad", {9, 9, 33}, label::coronary_lcx}, {"ann", "2026-01-01T00:00:00Z", "LCX"});
  review.apply(AddLesion{{20, 9, 33}, label::coronary_lm}, test::reader);
  review.apply(AcceptLesion{"coronary_lm", {20, 9, 33}}, test::reader);
  review.apply(Stroke{{{28, 8, 33}, {29, 8, 33}}, 2.5, true, 0}, test::reader);
  review.apply(ShiftLevels{1}, test::reader);
  review.apply(PlaceVolume{Vertebra::L2, {{1, -2, 0.5}, 0.8}}, test::reader);
  review.apply(ExcludeLevel{Vertebra::L3}, {"ann", "", "haemangioma"});
  review.apply(UseLevel{Vertebra::L4}, test::reader);
  return review;
}

TEST(ReviewFile, ReadBackItLeadsToTheSameNumbers) {
  const Review review = edited();
  const auto file = folder() / "review.json";
  write_review(file_of(review), file);
  EXPECT_FALSE(std::filesystem::exists(file.string() + ".new"));
  const ReviewFile read = read_review(file);
  EXPECT_EQ(read.edits, review.edits());
  check_fits(read, review.image());
  Review again(test::ReviewScan().subject());
  again.replay(read.edits);
  EXPECT_EQ(numbers_of(again.values()), numbers_of(review.values()));
  EXPECT_EQ(numbers_of(read), numbers_of(review.values()));
  EXPECT_EQ(again.edits(), review.edits());
}

TEST(ReviewFile, ADamagedFileIsAMessage) {
  const auto path = folder();
  EXPECT_THROW(static_cast<void>(read_review(path / "review.json")), IoError);
  write_review(file_of(edited()), path / "review.json");
  std::string text;
  {
    std::ifstream stream(path / "review.json");
    text.assign(std::istreambuf_iterator<char>(stream), {});
  }
  for (const std::string& damaged :
       {text.substr(0, text.size() / 2), std::string("[]"), std::string("{\"schema\":\"osteocalc.review/9\"}"),
        std::string(text).replace(text.find("assign-lesion"), 13, "burn-lesion!!"),
        std::string(text).replace(text.find("\"L3\""), 4, "\"L9\"")}) {
    std::ofstream(path / "review.json") << damaged;
    EXPECT_THROW(static_cast<void>(read_review(path / "review.json")), IoError) << damaged.substr(0, 80);
  }
}

TEST(ReviewFile, AnotherScansReviewIsRefused) {
  const Review review = edited();
  ReviewFile file = file_of(review);
  file.inputs_sha256 = "another";
  EXPECT_THROW(check_fits(file, review.image()), Refusal);
  file = file_of(review);
  file.size = {1, 2, 3};
  EXPECT_THROW(check_fits(file, review.image()), Refusal);
}

TEST(ReviewFile, AFailedWriteLeavesTheOldFile) {
  const auto path = folder();
  EXPECT_THROW(write_review(file_of(edited()), path / "missing" / "review.json"), IoError);
  write_review(file_of(edited()), path / "review.json");
  std::filesystem::create_directory(path / "review.json.new"); // in the way of the next write
  EXPECT_THROW(write_review(file_of(edited()), path / "review.json"), IoError);
  EXPECT_EQ(read_review(path / "review.json").edits.size(), 8U);
}

TEST(ReviewFile, TwoReadersShareWhatTheyDidAlike) {
  Review ann(test::ReviewScan().subject()), bob(test::ReviewScan().subject());
  ann.apply(ExcludeLevel{Vertebra::L3}, {"ann", "1", "cement"});
  ann.apply(ShiftLevels{1}, {"ann", "2", ""});
  bob.apply(ExcludeLevel{Vertebra::L3}, {"bob", "3", "fracture"});
  bob.apply(AssignLesion{"coronary_lad", {9, 9, 33}, 0}, {"bob", "4", ""});
  const EditComparison comparison = compare_edits(file_of(ann), file_of(bob));
  ASSERT_EQ(comparison.both.size(), 1U);
  EXPECT_EQ(comparison.only_first.at(0).action, Action(ShiftLevels{1}));
  EXPECT_EQ(kind_of(comparison.only_second.at(0).action), "assign-lesion");
}

TEST(ReviewPath, NamesTheReaderOnlyWhenBlind) {
  EXPECT_EQ(review_path("out", ""), "out/review.json");
  EXPECT_EQ(review_path("out", "ann"), "out/review.ann.json");
  EXPECT_THROW(static_cast<void>(review_path("out", "../ann")), ConfigError);
}

} // namespace
} // namespace osteocalc::review
