// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/batch/collect.h"

#include "osteocalc/batch/state.h"
#include "osteocalc/core/error.h"

#include "support/dicom_scan.h"

#include <fstream>
#include <gtest/gtest.h>

namespace osteocalc::batch {
namespace {

class Collect : public testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path batch(const std::string& name, const std::string& key, const std::string& cells,
                                            const std::string& program = "1") const {
    const auto output = folder.path() / name;
    std::filesystem::create_directories(output);
    State state(output / "state.sqlite");
    state.set("program", program);
    StudyPlan plan;
    plan.key = key;
    plan.fingerprint = "f";
    state.plan(plan);
    state.finish(plan, {Outcome::Done, "", "", "", 0, 0, "L1_hu\x1fstudy", cells + '\x1f' + key, ""});
    return output;
  }
  [[nodiscard]] CollectResult merge(const std::vector<std::filesystem::path>& outputs) {
    options.outputs = outputs;
    options.merged = folder.path() / "merged";
    return collect(options);
  }
  test::TemporaryFolder folder;
  CollectOptions options;
};

TEST_F(Collect, BatchesOfSeveralArchivesBecomeOneTable) {
  const CollectResult result = merge({batch("one", "0a", "1"), batch("two", "0b", "2")});
  EXPECT_EQ(result.done, 2U);
  std::ifstream in(folder.path() / "merged" / "results.csv");
  std::string header, first;
  std::getline(in, header);
  std::getline(in, first);
  EXPECT_TRUE(first.starts_with("0a,")) << first;
}

TEST_F(Collect, AStudyThatIsThereTwiceCountsOnceIfItsRowIsTheSame) {
  const CollectResult same = merge({batch("one", "0a", "1"), batch("two", "0a", "1")});
  EXPECT_EQ(same.done, 1U);
  EXPECT_EQ(same.twice, 1U);
  EXPECT_THROW(static_cast<void>(merge({folder.path() / "one", batch("three", "0a", "3")})), Refusal);
}

TEST_F(Collect, MixedVersionsAreRefusedUnlessAllowed) {
  const std::vector outputs{batch("one", "0a", "1"), batch("two", "0b", "2", "another")};
  EXPECT_THROW(static_cast<void>(merge(outputs)), Refusal);
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "merged"));
  options.allow_mixed = true;
  const CollectResult result = merge(outputs);
  EXPECT_TRUE(has_rule(result.issues, "COLLECT-MIXED"));
}

TEST_F(Collect, WhatHoldsNoBatchIsAnError) {
  EXPECT_THROW(static_cast<void>(merge({folder.path()})), IoError);
}

} // namespace
} // namespace osteocalc::batch
