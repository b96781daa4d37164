// SPDX-License-Identifier: Apache-2.0
#include "integration/cli.h"
#include "osteocalc/io/nifti.h"
#include "support/calcium_phantoms.h"

#include <array>
#include <map>

namespace osteocalc::test {
namespace {

class CliScore : public Cli {
 protected:
  [[nodiscard]] std::string written(const Phantom& phantom, const std::string& name = "image.nii.gz") const {
    io::write_nifti(phantom.volume(), folder / name);
    return file(name);
  }
  [[nodiscard]] std::string written(const Volume<LabelId>& labels, const std::string& name = "labels.nii.gz") const {
    io::write_nifti(labels, folder / name);
    return file(name);
  }
  static Phantom block() { return Phantom(0.5, 3, 1).box({4, 4, 0}, {4, 4, 1}, 500); }
};

double agatston(const nlohmann::json& result, std::size_t region = 0) {
  return result.at("regions").at(region).at("scores").at(0).at("agatston");
}

bool has_issue(const nlohmann::json& result, const std::string& rule) {
  for (const auto& issue : result.at("issues"))
    if (issue.at("rule") == rule)
      return true;
  return false;
}

// One input, eleven scorers: what each variant must give, worked out by hand from its rule.
struct TableRow {
  const char* name;
  Phantom phantom;
  std::array<double, 11> scores; // columns as in `columns`
};
constexpr std::array<const char*, 11> columns{
    "reference", "reference-4c", "brainsia-2015", "slicer-gist-2023", "comp2comp", "calciumscoring-jl",
    "ai-cac",    "deepcac",      "qurai",         "kcenon",           "aocascore"};

std::vector<TableRow> table() {
  std::vector<TableRow> rows;
  const auto add = [&](const char* name, const Phantom& phantom, const std::array<double, 11>& scores) {
    rows.push_back({name, phantom, scores});
  };
  const Phantom one(0.5, 3, 1);
  add("P1", one.box({4, 4, 0}, {4, 4, 1}, 500), {16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16});
  add("P2", Phantom(0.5, 1, 6).box({4, 4, 0}, {4, 4, 6}, 500), {32, 32, 96, 96, 96, 96, 32, 31.87, 32, 96, 32});
  add("P3", one.box({4, 4, 0}, {4, 4, 1}, 500).box({8, 8, 0}, {4, 4, 1}, 150),
      {32, 20, 20, 20, 20, 32, 20, 32, 32, 20, 20});
  add("P4",
      Phantom(0.5, 3, 2).box({0, 4, 1}, {4, 4, 1}, 500).box({8, 4, 1}, {4, 4, 1}, 150).box({0, 4, 0}, {12, 4, 1}, 150),
      {32, 32, 44, 32, 32, 32, 80, 32, 44, 44, 32});
  add("P5", one.box({4, 4, 0}, {1, 2, 1}, 500), {0, 0, 2, 0, 0, 0, 2, 0, 2, 0, 0});
  add("P6", one.box({4, 4, 0}, {4, 4, 1}, 199), {4, 4, 4, 4, 4, 8, 4, 4, 4, 4, 4});
  add("P7", one.box({4, 4, 0}, {4, 4, 1}, 129).box({5, 5, 0}, {2, 2, 1}, 400), {4, 4, 4, 4, 0, 16, 4, 4, 4, 4, 4});
  add("P8", Phantom(0.5, 1.5, 4, 3.0).box({4, 4, 0}, {4, 4, 4}, 500), {32, 32, 64, 64, 64, 64, 64, 32, 32, 64, 32});
  add("P9", Phantom(1, 3, 1).box({4, 4, 0}, {2, 2, 1}, 150).box({5, 5, 0}, {1, 1, 1}, 450),
      {16, 16, 16, 16, 16, 7, 16, 16, 16, 16, 16});
  add("P10", one.box({4, 4, 0}, {4, 4, 1}, 130), {4, 4, 4, 0, 4, 4, 4, 4, 4, 4, 4});
  add("P11", Phantom(0.5, 3, 3).box({4, 4, 0}, {1, 2, 3}, 250), {0, 0, 3, 0, 0, 0, 3, 0, 3, 3, 0});
  return rows;
}

TEST_F(CliScore, EveryVariantOnEveryPhantomIsTheTablesValue) {
  for (const TableRow& row : table()) {
    std::vector<std::string> words{"score", written(row.phantom), "--variant", "all", "--kvp", "120", "--json"};
    if (row.phantom.thickness())
      words.insert(words.end(), {"--nominal-thickness-mm", "3"});
    const Outcome run = osteocalc(words);
    ASSERT_EQ(run.status, 0) << run.err;
    std::map<std::string, double> scores;
    const nlohmann::json result = run.json();
    for (const auto& score : result["regions"][0]["scores"])
      scores[score["variant"]] = score["agatston"];
    ASSERT_EQ(scores.size(), columns.size());
    for (std::size_t i = 0; i < columns.size(); ++i)
      EXPECT_NEAR(scores.at(columns[i]), row.scores[i], 0.005) << row.name << " " << columns[i];
  }
}

TEST_F(CliScore, JsonAloneStandsOnStdout) {
  const Outcome run = osteocalc({"score", written(block()), "--json"});
  EXPECT_EQ(run.status, 0);
  const nlohmann::json result = run.json(); // throws unless stdout is one JSON value
  EXPECT_EQ(result["schema"], "osteocalc.score/1");
  EXPECT_EQ(result["image"]["size"], (nlohmann::json{16, 16, 1}));
  EXPECT_EQ(result["regions"][0]["region"], "whole");
  EXPECT_TRUE(result["image"]["kvp_kv"].is_null()); // a NIfTI does not know it
  EXPECT_TRUE(has_issue(result, "CAL-KVP-ASSUMED"));
  EXPECT_TRUE(run.err.empty()) << run.err;
}

TEST_F(CliScore, ATableIsForReadersAndIssuesGoToStderr) {
  const Outcome run = osteocalc({"score", written(block())});
  EXPECT_EQ(run.status, 0);
  EXPECT_NE(run.out.find("16.00"), std::string::npos) << run.out;
  EXPECT_TRUE(run.says("CAL-KVP-ASSUMED"));
}

TEST_F(CliScore, OptionsMayStandBeforeTheImage) {
  const std::string image = written(block());
  const Outcome run = osteocalc({"score", "--json", "--kvp", "120", "--variant", "reference,qurai", image});
  ASSERT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(run.json()["regions"][0]["scores"].size(), 2U);
}

TEST_F(CliScore, ALabelMapIsNoImage) {
  Volume<LabelId> labels(VolumeGeometry{{16, 16, 4}}, 0);
  labels(3, 3, 2) = label::aorta;
  const Outcome run = osteocalc({"score", written(labels), "--json"});
  EXPECT_EQ(run.status, 3);
  EXPECT_TRUE(run.says("IO-LABEL-MAP"));
  EXPECT_TRUE(has_issue(run.json(), "IO-LABEL-MAP"));
}

TEST_F(CliScore, AnUnpublishedVoltageIsRefused) {
  const Outcome run = osteocalc({"score", written(block()), "--kvp", "110", "--kvp-policy", "grani", "--json"});
  EXPECT_EQ(run.status, 3);
  EXPECT_TRUE(has_issue(run.json(), "CAL-KVP-NO-ROW"));
}

TEST_F(CliScore, AMaskOnAnotherGridIsBroughtToTheImages) {
  const Phantom two = Phantom(0.5, 3, 2).box({0, 0, 0}, {4, 4, 2}, 500).box({10, 10, 0}, {4, 4, 2}, 300);
  Volume<LabelId> labels(VolumeGeometry{{8, 8, 4}, {1, 1, 1.5}, {0.25, 0.25, -0.75}},
                         0); // twice as coarse, twice as fine
  for (int z = 0; z < 4; ++z)
    for (int y = 0; y < 4; ++y)
      for (int x = 0; x < 4; ++x)
        labels(x, y, z) = label::aorta;
  const Outcome run = osteocalc({"score", written(two), "--mask", written(labels), "--kvp", "120", "--json"});
  ASSERT_EQ(run.status, 0) << run.err;
  const nlohmann::json result = run.json();
  ASSERT_EQ(result["regions"].size(), 1U);
  EXPECT_EQ(result["regions"][0]["region"], "aorta");
  EXPECT_EQ(agatston(result), 32); // the other block lies outside the mask
  EXPECT_TRUE(has_issue(result, "LABEL-RESAMPLED"));
}

TEST_F(CliScore, RegionsAreNamedAndMayJoinLabels) {
  const Phantom two = Phantom(0.5, 3, 1).box({0, 0, 0}, {4, 4, 1}, 500).box({10, 10, 0}, {4, 4, 1}, 300);
  Volume<LabelId> labels(two.volume().geometry(), 7);
  for (int y = 8; y < 16; ++y)
    for (int x = 0; x < 16; ++x)
      labels(x, y, 0) = 9;
  const std::string image = written(two), mask = written(labels);
  const Outcome run = osteocalc(
      {"score", image, "--mask", mask, "--label", "low=7", "--label", "both=7,9", "--label", "none=5", "--json"});
  ASSERT_EQ(run.status, 0) << run.err;
  const nlohmann::json result = run.json();
  EXPECT_EQ(result["regions"][0]["region"], "low");
  EXPECT_EQ(agatston(result, 0), 16);
  EXPECT_EQ(agatston(result, 1), 28);
  EXPECT_TRUE(result["regions"][2]["scores"].empty());
  EXPECT_TRUE(has_issue(result, "CAL-EMPTY-REGION"));
  EXPECT_EQ(osteocalc({"score", image, "--mask", mask, "--label", "none=5"}).status, 3); // nothing was scored
}

TEST_F(CliScore, AMaskThatDoesNotFitIsRefused) {
  Volume<LabelId> empty(block().volume().geometry(), 0);
  Outcome run = osteocalc({"score", written(block()), "--mask", written(empty)});
  EXPECT_EQ(run.status, 3);
  EXPECT_TRUE(run.says("LABEL-EMPTY"));
  Volume<LabelId> apart(VolumeGeometry{{8, 8, 4}, {1, 1, 1}, {500, 0, 0}}, 52);
  run = osteocalc({"score", written(block()), "--mask", written(apart)});
  EXPECT_EQ(run.status, 3);
  EXPECT_TRUE(run.says("LABEL-APART"));
}

TEST_F(CliScore, ALabelThatCannotBeReadIsWrongUsage) {
  Volume<LabelId> labels(block().volume().geometry(), 52);
  const std::string image = written(block()), mask = written(labels);
  for (const char* text : {"aorta", "aorta=", "=52", "aorta=x", "aorta=52x", "aorta=0", "aorta=-1", "aorta=70000",
                           "aorta=5.2", "aorta=52,,53"}) {
    const Outcome run = osteocalc({"score", image, "--mask", mask, "--label", text});
    EXPECT_EQ(run.status, 2) << text;
    EXPECT_FALSE(run.err.empty()) << text;
  }
  EXPECT_EQ(osteocalc({"score", image, "--label", "aorta=52"}).status, 2); // of which mask?
}

} // namespace
} // namespace osteocalc::test
