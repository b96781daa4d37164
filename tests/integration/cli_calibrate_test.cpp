// SPDX-License-Identifier: Apache-2.0
// calibrate, and bmd with each kind of calibration, on a simulated scan of a person lying on a phantom.
#include "integration/cli.h"

#include <cmath>
#include <cstdlib>

namespace osteocalc::test {
namespace {

class CalibrateCli : public Cli {
 protected:
  void make_scan(const std::string& phantom) const {
    std::vector<std::string> words{"synth",   "ct",
                                   "-o",      file("scan"),
                                   "--seed",  "3",
                                   "--field", "abdomen",
                                   "--quiet", "--matrix",
                                   "288",     "--pixel-mm",
                                   "1.4",     "--increment-mm",
                                   "5",       "--nominal-thickness-mm",
                                   "5"};
    if (!phantom.empty())
      words.insert(words.end(), {"--calibration-phantom", phantom});
    const Outcome made = osteocalc(words);
    ASSERT_EQ(made.status, 0) << made.err;
  }
  [[nodiscard]] Outcome bmd(const std::string& calibration, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words{"bmd",           file("scan/dicom"), "--mask", file("scan/labels.nii.gz"),
                                   "--calibration", calibration,        "--json"};
    words.insert(words.end(), more.begin(), more.end());
    return osteocalc(words);
  }
};

TEST_F(CalibrateCli, APhantomIsFoundFittedAndUsed) {
  make_scan("b-mas-200");
  const Outcome run = osteocalc({"calibrate", file("scan/dicom"), "--phantom", "auto", "-o", file("calibration.json"),
                                 "--picture", file("rods.png"), "--json"});
  ASSERT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(run.json()["schema"], "osteocalc.calibration/1");
  EXPECT_EQ(run.json()["phantom"], "b-mas-200");
  EXPECT_EQ(run.json()["rods"].size(), 5U);
  EXPECT_EQ(run.json(), nlohmann::json::parse(bytes_of(file("calibration.json"))));
  EXPECT_NEAR(1 / run.json()["slope"].get<double>(), 1.30, 0.03); // HU a mg/cm3 HA at 120 kV
  EXPECT_TRUE(std::filesystem::file_size(file("rods.png")) > 1000);

  const Outcome used = bmd(file("calibration.json"));
  ASSERT_EQ(used.status, 0) << used.err;
  const nlohmann::json bone = used.json().contains("bone") ? used.json()["bone"] : used.json();
  EXPECT_EQ(bone["calibration"]["mode"], "phantom");
  EXPECT_EQ(bone["calibration"]["material"], "HA");
  for (const auto& vertebra : bone["vertebrae"])
    if (!vertebra["bmd_mg_cm3"].is_null()) {
      const double hu = vertebra["trabecular_hu"]["mean"];
      EXPECT_NEAR(vertebra["bmd_mg_cm3"].get<double>(), hu / 1.30, 3);
      EXPECT_GT(vertebra["bmd_se_mg_cm3"].get<double>(), 0);
    }
}

TEST_F(CalibrateCli, AStoreServesOtherScansUntilItExpires) {
  make_scan("qrm-bdc-6");
  const Outcome kept = osteocalc({"calibrate", file("scan/dicom"), "--phantom", "qrm-bdc-6", "--store",
                                  file("store.json"), "--scan-date", "2026-01-15"});
  ASSERT_EQ(kept.status, 0) << kept.err;
  const Outcome used = bmd("store:" + file("store.json"), {"--scan-date", "2026-03-01"});
  ASSERT_EQ(used.status, 0) << used.err;
  const nlohmann::json bone = used.json().contains("bone") ? used.json()["bone"] : used.json();
  EXPECT_EQ(bone["calibration"]["mode"], "asynchronous");
  const Outcome late = bmd("store:" + file("store.json"), {"--scan-date", "2027-03-01"});
  EXPECT_EQ(late.status, 3);
  EXPECT_TRUE(late.says("CALIB-EXPIRED")) << late.err;
}

TEST_F(CalibrateCli, InternalNeedsNoPhantom) {
  make_scan("");
  const Outcome used = bmd("internal");
  ASSERT_EQ(used.status, 0) << used.err;
  const nlohmann::json bone = used.json().contains("bone") ? used.json()["bone"] : used.json();
  EXPECT_EQ(bone["calibration"]["mode"], "internal");
  EXPECT_EQ(bone["calibration"]["material"], "K2HPO4");
  const Outcome none = osteocalc({"calibrate", file("scan/dicom"), "--phantom", "auto"});
  EXPECT_EQ(none.status, 3) << none.out;
}

TEST_F(CalibrateCli, AnalyzeFindsThePhantomItselfAndShowsIt) {
  make_scan("b-mas-200");
  const auto analyzed = [&](const std::string& out, const std::vector<std::string>& more) {
    std::vector<std::string> words{"analyze", file("scan/dicom"), "--labels",   file("scan/labels.nii.gz"),
                                   "-o",      file(out),          "--key-file", file("key"),
                                   "--json"};
    words.insert(words.end(), more.begin(), more.end());
    const Outcome run = osteocalc(words);
    EXPECT_EQ(run.status, 0) << run.err;
    return run.json();
  };
  const nlohmann::json phantom = analyzed("a", {"--calibration", "phantom:auto", "--voi", "full-core"});
  EXPECT_EQ(phantom["bone"]["calibration"]["name"], "b-mas-200");
  EXPECT_EQ(phantom["bone"]["volume_of_interest"], "full-core");
  EXPECT_EQ(phantom["bone"]["summary"]["category_table"], "ACR QCT 120/80");
  EXPECT_GT(std::filesystem::file_size(file("a/qc/calibration_rods.png")), 1000U);
  const nlohmann::json internal = analyzed("b", {"--calibration", "internal"});
  EXPECT_EQ(internal["bone"]["calibration"]["name"], "theory");
  EXPECT_GT(std::filesystem::file_size(file("b/qc/calibration_muscle.png")), 1000U);
  EXPECT_FALSE(std::filesystem::exists(file("b/qc/calibration_rods.png")));
  const nlohmann::json published = analyzed("c", {"--calibration", "internal:michalski2020"});
  EXPECT_EQ(published["bone"]["calibration"]["name"], "michalski2020");
  EXPECT_TRUE(published["bone"]["summary"]["category"].is_null());
  EXPECT_EQ(bmd("internal:nobody").status, 2);
}

TEST_F(CalibrateCli, AnUnknownPhantomIsWrongUsage) {
  make_scan("");
  const Outcome run = osteocalc({"calibrate", file("scan/dicom"), "--phantom", "nobody"});
  EXPECT_EQ(run.status, 2);
  EXPECT_TRUE(run.says("mindways-3")) << run.err;
}

} // namespace
} // namespace osteocalc::test
