// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/score_json.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <set>

namespace osteocalc::report {
namespace {

using Json = nlohmann::json;
using Keys = std::set<std::string>;

Keys keys_of(const Json& object) {
  Keys keys;
  for (const auto& [key, value] : object.items())
    keys.insert(key);
  return keys;
}

calcium::ScoreResult sample() {
  calcium::ScoreResult result;
  const calcium::VariantScore score{calcium::Variant::Reference, 81.5, 20.375, 61.125, 0, {}, 4.0, 1, 512};
  const calcium::Lesion lesion{1, {-12.5, 30.5, -100.25}, 81.5, 61.125, 512, 301.25, 4, 6, {}};
  result.regions.push_back({"aorta", {score, calcium::VariantScore{}}, {lesion}});
  result.regions.push_back({"spleen", {}, {}});
  result.issues.push_back(warning("CAL-KVP-ASSUMED", "scan", "120 kV is assumed"));
  return result;
}

const ScoredImage image{{{512, 512, 47}, {0.488, 0.488, 3}, {0, 0, 0}}, {}, 120.0};

// The keys below are the contract's (osteocalc.score/1), not whatever the writer happens to write.
TEST(ScoreJson, HasTheContractsKeysAtEveryLevel) {
  const Json json = Json::parse(score_json(sample(), image));
  EXPECT_EQ(json.at("schema"), "osteocalc.score/1");
  EXPECT_EQ(keys_of(json), (Keys{"schema", "image", "regions", "issues"}));
  EXPECT_EQ(keys_of(json["image"]), (Keys{"size", "spacing_mm", "increment_mm", "nominal_thickness_mm", "kvp_kv"}));
  EXPECT_EQ(keys_of(json["regions"][0]), (Keys{"region", "scores", "lesions"}));
  EXPECT_EQ(keys_of(json["regions"][0]["scores"][0]), (Keys{"variant", "agatston", "area_mm2", "volume_mm3", "mass_mg",
                                                            "density_score", "lesions", "max_hu", "hu_volume_hu_mm3"}));
  EXPECT_EQ(keys_of(json["regions"][0]["lesions"][0]),
            (Keys{"id", "centroid_mm", "agatston", "volume_mm3", "max_hu", "mean_hu", "slices"}));
  EXPECT_EQ(keys_of(json["issues"][0]), (Keys{"level", "rule", "where", "text"}));
}

TEST(ScoreJson, NamesThatAreNoUtf8AreShownAndStopNothing) {
  calcium::ScoreResult result = sample();
  result.issues.push_back(warning("IO-NOT-DICOM", "j\xfcnk.txt", "no DICOM"));
  EXPECT_EQ(Json::parse(score_json(result, image))["issues"][1]["where"], "j\xef\xbf\xbdnk.txt");
}

TEST(ScoreJson, HoldsTheValues) {
  const Json json = Json::parse(score_json(sample(), image));
  EXPECT_EQ(json["image"]["size"], (Json{512, 512, 47}));
  EXPECT_EQ(json["image"]["spacing_mm"], (Json{0.488, 0.488, 3.0}));
  EXPECT_EQ(json["image"]["increment_mm"], 3.0);
  EXPECT_EQ(json["image"]["kvp_kv"], 120.0);
  const Json& aorta = json["regions"][0];
  EXPECT_EQ(aorta["region"], "aorta");
  EXPECT_EQ(aorta["scores"][0]["variant"], "reference");
  EXPECT_EQ(aorta["scores"][0]["agatston"], 81.5);
  EXPECT_EQ(aorta["lesions"][0]["slices"], (Json{4, 6}));
  EXPECT_EQ(aorta["lesions"][0]["centroid_mm"], (Json{-12.5, 30.5, -100.25}));
  EXPECT_EQ(json["issues"][0]["rule"], "CAL-KVP-ASSUMED");
}

TEST(ScoreJson, ZeroIsZeroAndMissingIsNull) {
  const Json json = Json::parse(score_json(sample(), image));
  EXPECT_TRUE(json["image"]["nominal_thickness_mm"].is_null());
  EXPECT_TRUE(json["regions"][0]["scores"][0]["mass_mg"].is_null());
  const Json& none = json["regions"][0]["scores"][1];
  EXPECT_EQ(none["agatston"], 0);
  EXPECT_TRUE(none["density_score"].is_null());
  EXPECT_TRUE(none["max_hu"].is_null());
  EXPECT_TRUE(json["regions"][1]["scores"].empty()); // not scored: no 0
}

TEST(ScoreTable, SaysWhatWasNotScored) {
  const std::string table = score_table(sample(), image);
  EXPECT_NE(table.find("81.50"), std::string::npos);
  EXPECT_NE(table.find("not scored"), std::string::npos);
  EXPECT_NE(table.find("3 mm apart"), std::string::npos);
}

} // namespace
} // namespace osteocalc::report
