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

TEST_F(Collect, EachOutputHasADivisionOfItsOwn) {
  std::vector<std::filesystem::path> outputs;
  for (const char* archive : {"0", "1"}) {
    const std::string name = std::string("archive") + archive;
    for (const char* shard : {"1-of-2", "2-of-2"}) {
      const auto output = batch(name + "/shards/" + shard, std::string(shard).substr(0, 1) + archive, "1");
      State(output / "state.sqlite").set("shard", shard);
    }
    outputs.push_back(folder.path() / name);
  }
  EXPECT_EQ(merge(outputs).done, 4U);
  std::filesystem::remove_all(outputs[1] / "shards" / "2-of-2");
  EXPECT_THROW(static_cast<void>(merge(outputs)), Refusal);
}

TEST_F(Collect, ShardsOfOneDivisionMayLieInOutputsOfTheirOwn) {
  std::vector<std::filesystem::path> outputs;
  for (const char* shard : {"1-of-2", "2-of-2"}) {
    const std::string name = std::string("out") + shard;
    State(batch(name + "/shards/" + shard, std::string(shard).substr(0, 1), "1") / "state.sqlite").set("shard", shard);
    outputs.push_back(folder.path() / name);
  }
  EXPECT_EQ(merge(outputs).done, 2U);
  EXPECT_THROW(static_cast<void>(merge({outputs[0], folder.path() / "out1-of-2" / "shards" / "1-of-2", outputs[0]})),
               Refusal); // one shard, however often it is named
}

TEST_F(Collect, CollectedBatchesKeepWhatTellsThemApart) {
  const CollectResult first = merge({batch("one", "0a", "1"), batch("two", "0b", "2")});
  EXPECT_EQ(first.done, 2U);
  std::filesystem::rename(folder.path() / "merged", folder.path() / "collected");
  EXPECT_THROW(static_cast<void>(merge({folder.path() / "collected", batch("three", "0c", "3", "another")})), Refusal);
}

TEST_F(Collect, TheFirstOnTheCommandLineCountsWhenMixed) {
  options.allow_mixed = true;
  static_cast<void>(merge({batch("z", "0a", "26"), batch("a", "0a", "1")}));
  std::ifstream in(folder.path() / "merged" / "results.csv");
  const std::string table((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  EXPECT_NE(table.find(",26,"), std::string::npos) << table;
}

TEST_F(Collect, OtherColumnsOfSubjectsAreRefusedEvenWhenMixed) {
  const std::vector outputs{batch("one", "0a", "1"), batch("two", "0b", "2"), batch("three", "0c", "3")};
  State(outputs[0] / "state.sqlite").set("subject_columns", "centre\x1f");
  State(outputs[1] / "state.sqlite")
      .set("subject_columns", "bmi\x1f"
                              "centre\x1f");
  options.allow_mixed = true;
  EXPECT_THROW(static_cast<void>(merge({outputs[0], outputs[1]})), Refusal);
  EXPECT_EQ(merge({outputs[2], outputs[1]}).done, 2U);
}

TEST_F(Collect, ABatchIsNotOverwrittenByWhatItIsMergedInto) {
  const auto output = batch("one", "0a", "1");
  std::filesystem::create_directory_symlink(output, folder.path() / "merged");
  EXPECT_THROW(static_cast<void>(merge({output})), ConfigError);
}

TEST_F(Collect, WhatHoldsNoBatchIsAnError) {
  EXPECT_THROW(static_cast<void>(merge({folder.path()})), IoError);
}

} // namespace
} // namespace osteocalc::batch
