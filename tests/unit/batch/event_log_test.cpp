// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/batch/event_log.h"

#include "support/dicom_scan.h"

#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace osteocalc::batch {
namespace {

TEST(EventLog, EachLineIsJsonAndLaterRunsAdd) {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "log.jsonl";
  Verdict verdict;
  verdict.rule = "BATCH-CRASH";
  verdict.reason = "a file of another encoding: \xff";
  for (int run = 0; run < 2; ++run) {
    EventLog log(file);
    log.started("a", 2);
    log.ended("a", verdict);
  }
  std::ifstream in(file);
  std::vector<nlohmann::json> lines;
  for (std::string line; std::getline(in, line);)
    lines.push_back(nlohmann::json::parse(line));
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[0]["event"], "started");
  EXPECT_EQ(lines[3]["event"], "failed");
  EXPECT_EQ(lines[3]["rule"], "BATCH-CRASH");
  EXPECT_GE(lines[1]["elapsed_s"], lines[0]["elapsed_s"]);
}

} // namespace
} // namespace osteocalc::batch
