// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/synth/truth.h"

#include "osteocalc/io/ct_reader.h"
#include "osteocalc/io/nifti.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace osteocalc::synth {
namespace {

namespace fs = std::filesystem;

class TruthFiles : public testing::Test {
 protected:
  void SetUp() override {
    folder = fs::temp_directory_path() / ("osteocalc_synth_truth_" + std::to_string(::getpid()));
    fs::remove_all(folder);
  }
  void TearDown() override { fs::remove_all(folder); }
  fs::path folder;
};

CtRequest tiny() {
  CtRequest request;
  request.person = draw_person(11);
  request.scanner.matrix = 96;
  request.scanner.pixel_mm = 4.2;
  request.scanner.increment_mm = request.scanner.nominal_thickness_mm = 6;
  request.calcium = {{label::coronary_lad, 30}, {label::aorta_abdominal, 200}};
  request.calibration_phantom = "mindways-3";
  request.patient_id = "P042";
  return request;
}

TEST_F(TruthFiles, AStudyReadsBackAsItWasMade) {
  const SyntheticCt ct = make_ct(tiny(), Parallel{2});
  write_ct_study(ct, folder, Parallel{2});
  const CtImage read = io::read_ct(folder / "dicom", {});
  EXPECT_TRUE(same_grid(read.hu.geometry(), ct.image.hu.geometry()));
  EXPECT_TRUE(std::ranges::equal(read.hu.voxels(), ct.image.hu.voxels()));
  EXPECT_EQ(read.acquisition.kvp_kv, 120);
  EXPECT_EQ(read.acquisition.patient_id, "P042");
  EXPECT_EQ(read.acquisition.sex, ct.truth.torso.person.sex);
  const LabelMap labels = io::read_labels(folder / "labels.nii.gz");
  EXPECT_TRUE(std::ranges::equal(labels.voxels.voxels(), ct.labels.voxels.voxels()));
  const LabelMap parts = io::read_labels(folder / "labels_parts.nii.gz");
  EXPECT_TRUE(std::ranges::equal(parts.voxels.voxels(), ct.parts.voxels.voxels()));
}

TEST_F(TruthFiles, TruthNamesEveryAnswer) {
  const SyntheticCt ct = make_ct(tiny(), Parallel{2});
  const auto json = nlohmann::json::parse(truth_json(ct.truth));
  EXPECT_EQ(json["schema"], "osteocalc.truth/1");
  ASSERT_EQ(json["vertebrae"].size(), 18U);
  EXPECT_EQ(json["vertebrae"][12]["level"], "L1");
  EXPECT_EQ(json["vertebrae"][12]["label"], 31);
  EXPECT_EQ(json["vertebrae"][12]["body_label"], 265);
  const double density = json["vertebrae"][12]["trabecular_mg_cm3"];
  EXPECT_NEAR(json["vertebrae"][12]["trabecular_hu"], -25 + 1.3 * density, 0.5);
  ASSERT_EQ(json["beds"].size(), 2U);
  EXPECT_EQ(json["beds"][0]["bed"], "coronary_lad");
  double mass = 0;
  for (const auto& plaque : json["beds"][0]["plaques"])
    mass += plaque["mass_mg"].get<double>();
  EXPECT_NEAR(mass, 30, 0.02);
  EXPECT_EQ(json["beds"][0]["mass_inside_image_mg"], 30.0);
  EXPECT_EQ(json["calibration"]["material"], "K2HPO4");
  EXPECT_EQ(json["labels"]["52"], "aorta");
  EXPECT_GT(json["aorta"].size(), 100U);
  EXPECT_EQ(json["coronaries"].size(), 4U);
}

TEST_F(TruthFiles, APhantomStudyIsWritten) {
  Scanner scanner = phantom_scanner();
  scanner.matrix = 128;
  scanner.pixel_mm = 2.5;
  write_phantom_study(make_insert_phantom(scanner, 1, Parallel{2}), folder, Parallel{2});
  std::ifstream in(folder / "truth.json");
  const auto json = nlohmann::json::parse(in);
  EXPECT_EQ(json["cylinders"].size(), 9U);
  EXPECT_EQ(io::read_ct(folder / "dicom", {}).hu.size(0), 128);
}

} // namespace
} // namespace osteocalc::synth
