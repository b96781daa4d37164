// SPDX-License-Identifier: Apache-2.0
// Whole studies through the program: made by synth, measured by score and analyze, compared with their truth.
#include "integration/cli.h"
#include "osteocalc/io/nifti.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

namespace osteocalc::test {
namespace {

class CliStudy : public Cli {
 protected:
  /// A small abdomen in `folder`/ct.
  void make_abdomen() const {
    const Outcome made = osteocalc({"synth", "ct", "-o", file("ct"), "--seed", "3", "--field", "abdomen", "--matrix",
                                    "128", "--pixel-mm", "2.8", "--increment-mm", "3"});
    ASSERT_EQ(made.status, 0) << made.err;
  }
  [[nodiscard]] Outcome analyze(const std::string& output, const std::vector<std::string>& more) const {
    std::vector<std::string> words{"analyze", file("ct/dicom"), "--labels",   file("ct/labels.nii.gz"),
                                   "-o",      file(output),     "--key-file", file("key")};
    words.insert(words.end(), more.begin(), more.end());
    return osteocalc(words);
  }
  [[nodiscard]] nlohmann::json json_file(const std::string& name) const {
    return nlohmann::json::parse(bytes_of(file(name)));
  }
};

TEST_F(CliStudy, APhantomsLargeInsertsAreFoundWhereTheyWerePut) {
  ASSERT_EQ(osteocalc({"synth", "phantom", "-o", file("phantom"), "--seed", "1"}).status, 0);
  const Outcome run = osteocalc({"score", file("phantom/dicom"), "--json"});
  ASSERT_EQ(run.status, 0) << run.err;
  const nlohmann::json result = run.json();
  EXPECT_EQ(result["image"]["kvp_kv"], 120);
  const nlohmann::json truth = json_file("phantom/truth.json");
  int large = 0;
  double weaker = 0; // the truth lists 200, 400, 800 mg/cm3
  for (const auto& cylinder : truth["cylinders"]) {
    if (cylinder["diameter_mm"] != 5.0)
      continue;
    ++large;
    const auto at = cylinder["center_mm"].get<std::array<double, 3>>();
    const auto& lesions = result["regions"][0]["lesions"];
    const auto nearest = std::ranges::find_if(lesions, [&](const nlohmann::json& lesion) {
      const auto center = lesion["centroid_mm"].get<std::array<double, 3>>();
      return std::hypot(center[0] - at[0], center[1] - at[1], center[2] - at[2]) < 1.5;
    });
    ASSERT_NE(nearest, lesions.end()) << cylinder;
    EXPECT_GT((*nearest)["agatston"].get<double>(), weaker);
    weaker = (*nearest)["agatston"];
  }
  EXPECT_EQ(large, 3);
}

TEST_F(CliStudy, AnalyzeWritesTheContractsFilesAndAgreesWithTheTruth) {
  make_abdomen();
  const Outcome run = analyze("out", {"--json"});
  ASSERT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(run.out, bytes_of(file("out/result.json")));
  for (const char* name : {"result.json", "labels.nii.gz", "labels.json", "labels_parts.nii.gz", "lesions.csv",
                           "vertebrae.csv", "report.html", "run.json", "qc/sagittal_spine.png"})
    EXPECT_GT(std::filesystem::file_size(file(std::string("out/") + name)), 0U) << name;
  const nlohmann::json result = run.json(), truth = json_file("ct/truth.json");

  int compared = 0;
  for (const auto& vertebra : result["bone"]["vertebrae"])
    for (const auto& form : truth["vertebrae"])
      if (form["level"] == vertebra["level"] && vertebra["excluded"].is_null()) {
        // Noise of 12 HU over some 80 voxels, and the person's own texture.
        EXPECT_NEAR(vertebra["trabecular_hu"]["mean"].get<double>(), form["trabecular_hu"].get<double>(), 6)
            << vertebra["level"];
        ++compared;
      }
  EXPECT_GE(compared, 5);
  for (const auto& bed : result["calcium"]["beds"])
    if (bed["bed"] == "aorta_abdominal") {
      EXPECT_GT(bed["agatston"].get<double>(), 0);
      EXPECT_EQ(bed["complete"], true);
    }
}

TEST_F(CliStudy, NothingNamesThePerson) {
  make_abdomen();
  ASSERT_EQ(analyze("out", {"--quiet"}).status, 0);
  const std::string subject = json_file("out/result.json")["study"]["subject"];
  EXPECT_EQ(subject.size(), 16U);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(file("out")))
    if (entry.is_regular_file()) {
      EXPECT_EQ(bytes_of(entry.path()).find("SYNTHETIC"), std::string::npos) << entry.path();
    }
  ASSERT_EQ(analyze("named", {"--keep-ids"}).status, 0);
  EXPECT_EQ(json_file("named/result.json")["study"]["subject"], "SYNTHETIC-3");
}

TEST_F(CliStudy, ResultsAreTheSameBytesForAnyNumberOfThreads) {
  make_abdomen();
  ASSERT_EQ(analyze("one", {"--threads", "1", "--variant", "all"}).status, 0);
  ASSERT_EQ(analyze("two", {"--threads", "2", "--variant", "all"}).status, 0);
  std::set<std::string> files;
  for (const char* output : {"one", "two"})
    for (const auto& entry : std::filesystem::recursive_directory_iterator(file(output)))
      if (entry.is_regular_file() && entry.path().filename() != "run.json")
        files.insert(std::filesystem::relative(entry.path(), file(output)).string());
  EXPECT_GE(files.size(), 10U);
  for (const std::string& name : files)
    EXPECT_TRUE(bytes_of(file("one/" + name)) == bytes_of(file("two/" + name))) << name;
}

TEST_F(CliStudy, AnotherKeyGivesAnotherSubject) {
  make_abdomen();
  ASSERT_EQ(analyze("one", {"--quiet"}).status, 0);
  std::filesystem::remove(file("key"));
  ASSERT_EQ(analyze("two", {"--quiet"}).status, 0);
  EXPECT_NE(json_file("one/result.json")["study"]["subject"], json_file("two/result.json")["study"]["subject"]);
}

TEST_F(CliStudy, WhereNothingCanBeMeasuredAnalyzeRefusesAndKeepsTheRecord) {
  Volume<std::int16_t> hu(VolumeGeometry{{20, 20, 10}, {1, 1, 3}, {0, 0, 0}}, -100);
  Volume<LabelId> spleen(hu.geometry(), 1);
  io::write_nifti(hu, file("image.nii.gz"));
  io::write_nifti(spleen, file("spleen.nii.gz"));
  const Outcome run = osteocalc(
      {"analyze", file("image.nii.gz"), "--labels", file("spleen.nii.gz"), "-o", file("out"), "--kvp", "120"});
  EXPECT_EQ(run.status, 3);
  EXPECT_TRUE(run.says("CAL-NO-BED"));
  EXPECT_TRUE(run.says("BONE-NO-VERTEBRA"));
  const nlohmann::json result = json_file("out/result.json");
  EXPECT_TRUE(result["calcium"]["beds"].empty());
  EXPECT_TRUE(result["paradox"]["quadrant"].is_null());
}

TEST_F(CliStudy, BmdGivesWhatAnalyzeGives) {
  make_abdomen();
  const std::vector<std::string> calibration{"--calibration", "published:buenger-2021", "--json"};
  const Outcome study = analyze("out", calibration);
  const Outcome bmd = osteocalc(
      {"bmd", file("ct/dicom"), "--mask", file("ct/labels.nii.gz"), calibration[0], calibration[1], calibration[2]});
  ASSERT_EQ(study.status, 0) << study.err;
  ASSERT_EQ(bmd.status, 0) << bmd.err;
  const nlohmann::json bone = bmd.json();
  EXPECT_EQ(bone["schema"], "osteocalc.bone/1");
  EXPECT_EQ(bone["calibration"], study.json()["bone"]["calibration"]);
  for (const auto& vertebra : bone["vertebrae"])
    if (vertebra["trabecular_hu"].is_object()) {
      EXPECT_NEAR(vertebra["bmd_mg_cm3"].get<double>(), 0.7 * vertebra["trabecular_hu"]["mean"].get<double>() + 17.8,
                  1e-9);
    }
}

} // namespace
} // namespace osteocalc::test
