// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/review/queue.h"

#include "osteocalc/core/error.h"

#include <fstream>
#include <gtest/gtest.h>

namespace osteocalc::review {
namespace {

QueueRow row(const std::string& study, int warnings) {
  QueueRow row;
  row.study = study;
  row.warnings = warnings;
  return row;
}

TEST(Queue, BeginsWithWhatNeedsEyesMost) {
  std::vector<QueueRow> rows{row("calm", 0), row("warned", 3), row("refused", 0), row("done", 9), row("quarrel", 0)};
  rows[2].refused = true;
  rows[3].review = ReviewState::Reviewed;
  rows[4].review = ReviewState::Unresolved;
  Queue queue(rows);
  std::vector<std::string> order;
  do
    order.push_back(queue.current()->study);
  while (queue.move(1));
  EXPECT_EQ(order, (std::vector<std::string>{"quarrel", "refused", "warned", "calm", "done"}));
  EXPECT_FALSE(queue.move(1));
  EXPECT_TRUE(queue.move(-4));
  EXPECT_EQ(queue.peek(1)->study, "refused");
  EXPECT_EQ(queue.peek(-1), nullptr);
}

TEST(Queue, FiltersAndStaysWhereItIs) {
  std::vector<QueueRow> rows{row("a", 1), row("b", 0), row("c", 1)};
  rows[2].low_bone = true;
  Queue queue(rows);
  queue.go_to("c");
  QueueFilter filter;
  filter.warned = true;
  queue.set_filter(filter);
  EXPECT_EQ(queue.shown().size(), 2U);
  EXPECT_EQ(queue.current()->study, "c");
  filter.high_calcium = true;
  queue.set_filter(filter);
  EXPECT_EQ(queue.current(), nullptr);
  filter = {};
  filter.low_bone = true;
  queue.set_filter(filter);
  EXPECT_EQ(queue.current()->study, "c");
}

TEST(Queue, ReadsABatchsFolderAndKeepsWhatCannotBeRead) {
  const std::filesystem::path batch = std::filesystem::path(testing::TempDir()) / "queue_batch";
  std::filesystem::remove_all(batch);
  EXPECT_THROW(static_cast<void>(read_queue(batch, {})), IoError);
  std::filesystem::create_directories(batch / "studies" / "good");
  std::filesystem::create_directories(batch / "studies" / "broken");
  std::ofstream(batch / "studies" / "good" / "result.json")
      << R"({"schema":"osteocalc.study/1","calcium":{"beds":[{"bed":"coronary","agatston":250}]},
"bone":{"vertebrae":[{"level":"L1","excluded":"the body is cut by the field of view","level_confidence":0.5}],
"summary":{"mean_hu":100}},"paradox":{"high_calcium":true,"low_bone":null},
"issues":[{"level":"warning","rule":"X","where":"","text":""}]})";
  const auto rows = read_queue(batch, {});
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_TRUE(rows[0].refused);
  EXPECT_FALSE(rows[1].refused);
  EXPECT_EQ(rows[1].coronary_agatston, 250);
  EXPECT_EQ(rows[1].spine_hu, 100);
  EXPECT_TRUE(rows[1].high_calcium);
  EXPECT_FALSE(rows[1].low_bone);
  EXPECT_TRUE(rows[1].short_field_of_view);
  EXPECT_TRUE(rows[1].uncertain_levels);
  EXPECT_EQ(rows[1].warnings, 1);
}

} // namespace
} // namespace osteocalc::review
