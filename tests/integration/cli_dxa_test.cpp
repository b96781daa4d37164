// SPDX-License-Identifier: Apache-2.0
// DXA through the program: pictures refused, images and scanners' results measured, beside CT and alone.
#include "integration/cli.h"
#include "support/dxa_exports.h"
#include "support/dxa_reports.h"

#include <cmath>
#include <sstream>

namespace osteocalc::test {
namespace {

class CliDxa : public Cli {
 protected:
  /// A simulated image of one view in `folder`/NAME, without its truth.
  void make_dxa(const std::string& name, const std::string& view) const {
    const Outcome made = osteocalc(
        {"synth", "dxa", "-o", file(name), "--view", view, "--seed", "4", "--manufacturer", "Hologic", "--noiseless"});
    ASSERT_EQ(made.status, 0) << made.err;
    std::filesystem::create_directories(folder / "truth");
    for (const char* end : {"_truth.json", "_marks.json"})
      if (std::filesystem::exists(folder / name / (view + end)))
        std::filesystem::rename(folder / name / (view + end), folder / "truth" / (view + end));
    std::filesystem::remove(folder / name / (view + "_bmd.dcm"));
  }
  [[nodiscard]] nlohmann::json json_file(const std::string& name) const {
    return nlohmann::json::parse(bytes_of(file(name)));
  }
  static nlohmann::json site_of(const nlohmann::json& dxa, const std::string& exam, const std::string& site) {
    for (const auto& one : dxa["sites"])
      if (one["site"] == site && (exam.empty() || one["exam"] == exam))
        return one;
    return {};
  }
  void write(const std::string& name, const std::string& text) const { std::ofstream(folder / name) << text; }
};

TEST_F(CliDxa, PicturesOfEveryExamAreNamedAndRefused) {
  for (const PictureExport& picture : picture_exports()) {
    ASSERT_TRUE(write_picture(picture, folder / "pictures" / picture.name));
    const Outcome run = osteocalc({"dxa", file(std::string("pictures/") + picture.name), "-o", file("out"), "--json"});
    EXPECT_EQ(run.status, 3) << picture.name;
    EXPECT_EQ(run.json()["exam"], to_string(picture.exam)) << picture.name;
    EXPECT_TRUE(run.json()["sites"].empty()) << picture.name;
    EXPECT_FALSE(std::filesystem::exists(folder / "out" / "qc")) << "a picture may show a name";
  }
  const nlohmann::json inventory = osteocalc({"inspect", file("pictures"), "--json"}).json();
  ASSERT_EQ(inventory["series"].size(), picture_exports().size());
  for (const auto& series : inventory["series"]) {
    EXPECT_TRUE(series["exam"].is_string());
    EXPECT_FALSE(series["fit"]["dxa"]["ok"]);
    EXPECT_NE(series["fit"]["dxa"]["reasons"][0].get<std::string>().find("geometry only, no density"),
              std::string::npos);
  }
  EXPECT_NE(osteocalc({"inspect", file("pictures")}).out.find("lateral_spine: geometry only"), std::string::npos);
  const Outcome study = osteocalc({"analyze", file("pictures"), "-o", file("study"), "--key-file", file("key")});
  EXPECT_EQ(study.status, 3);
  EXPECT_TRUE(study.says("DXA-PICTURE"));
}

TEST_F(CliDxa, ALateralImageWithoutMarksGetsProposedOnes) {
  make_dxa("study", "lateral_spine");
  const Outcome found = osteocalc({"analyze", file("study"), "-o", file("out"), "--key-file", file("key"), "--json"});
  ASSERT_EQ(found.status, 0) << found.err;
  EXPECT_NE(found.out.find("AAC-LEVELS-PROPOSED"), std::string::npos);
  const std::string marks = file("out/dxa/lateral_spine/marks.json");
  const Outcome given = osteocalc(
      {"analyze", file("study"), "-o", file("again"), "--key-file", file("key"), "--dxa-marks", marks, "--json"});
  ASSERT_EQ(given.status, 0) << given.err;
  EXPECT_EQ(given.out.find("AAC-LEVELS-PROPOSED"), std::string::npos);
  EXPECT_TRUE(found.json()["dxa"]["aac24"]["total"].is_number());
  EXPECT_EQ(found.json()["dxa"]["aac24"]["total"], given.json()["dxa"]["aac24"]["total"]);
}

TEST_F(CliDxa, AStudyOfSpineHipAndLateralIsOneResult) {
  make_dxa("study", "spine");
  make_dxa("study", "femur_left");
  make_dxa("study", "lateral_spine");
  const Outcome run = osteocalc({"analyze", file("study"), "-o", file("out"), "--key-file", file("key"), "--dxa-marks",
                                 file("truth/lateral_spine_marks.json"), "--json"});
  ASSERT_EQ(run.status, 0) << run.err;
  const nlohmann::json result = run.json();
  EXPECT_EQ(result["study"]["modality"], "DXA");
  for (const char* key : {"increment_mm", "slices", "kvp_kv"})
    EXPECT_TRUE(result["study"][key].is_null()) << key;
  EXPECT_TRUE(result["calcium"].is_null());
  EXPECT_TRUE(result["bone"].is_null());
  EXPECT_EQ(result["dxa"]["exams"].size(), 3U);
  double bmc_g = 0, area_cm2 = 0;
  const nlohmann::json truth = json_file("truth/spine_truth.json");
  for (const auto& region : truth["regions"]) {
    bmc_g += region["bmc_g"].get<double>();
    area_cm2 += region["area_cm2"].get<double>();
  }
  const nlohmann::json spine = site_of(result["dxa"], "spine", "L1-L4");
  EXPECT_NEAR(spine["abmd_g_cm2"].get<double>() / (bmc_g / area_cm2), 1, 0.05); // organs beside the spine: see dxa.md
  EXPECT_TRUE(spine["t_score"].is_number());
  EXPECT_TRUE(site_of(result["dxa"], "femur_left", "neck").is_object());
  EXPECT_TRUE(result["dxa"]["aac24"]["total"].is_number());
  EXPECT_TRUE(result["paradox"]["low_bone"].is_boolean());
  for (const char* name :
       {"qc/dxa_spine.png", "qc/dxa_femur_left.png", "qc/dxa_lateral_spine.png", "report.html", "dxa/spine/roi.json"})
    EXPECT_TRUE(std::filesystem::exists(folder / "out" / name)) << name;
  EXPECT_NE(bytes_of(file("out/report.html")).find("<h2>DXA</h2>"), std::string::npos);
  EXPECT_TRUE(json_file("out/dxa/lateral_spine/run.json")["dxa"].contains("marks"));
  EXPECT_FALSE(json_file("out/dxa/spine/run.json")["dxa"].contains("marks")); // they are of the lateral image
  // The regions as they were written give the same numbers.
  const Outcome again = osteocalc({"analyze", file("study"), "-o", file("again"), "--key-file", file("key"),
                                   "--dxa-roi", "spine=" + file("out/dxa/spine/roi.json"), "--json"});
  ASSERT_EQ(again.status, 0) << again.err;
  EXPECT_NEAR(site_of(again.json()["dxa"], "spine", "L1-L4")["abmd_g_cm2"].get<double>(),
              spine["abmd_g_cm2"].get<double>(), 1e-4);
}

TEST_F(CliDxa, CtAndDxaOfOneFolderAreOneResult) {
  ASSERT_EQ(osteocalc({"synth", "ct", "-o", file("ct"), "--seed", "4", "--field", "abdomen", "--matrix", "128",
                       "--pixel-mm", "2.8", "--increment-mm", "3"})
                .status,
            0);
  make_dxa("ct/dicom", "spine");
  const std::vector<std::string> words{"analyze",    file("ct/dicom"), "--labels", file("ct/labels.nii.gz"),
                                       "--key-file", file("key"),      "--json",   "-o"};
  std::vector<std::string> both = words;
  both.push_back(file("both"));
  const Outcome run = osteocalc(both);
  ASSERT_EQ(run.status, 0) << run.err;
  const nlohmann::json result = run.json();
  EXPECT_EQ(result["study"]["modality"], "CT");
  EXPECT_FALSE(result["calcium"]["beds"].empty());
  EXPECT_FALSE(result["bone"]["vertebrae"].empty());
  EXPECT_TRUE(site_of(result["dxa"], "spine", "L1-L4").is_object());

  // Of the CT nothing changes by what lies beside it; another person's image is refused.
  edit_dicom(folder / "ct/dicom/spine.dcm", [](DcmDataset& data) { data.putAndInsertString(DCM_PatientID, "OTHER"); });
  both.back() = file("other");
  const Outcome other = osteocalc(both);
  ASSERT_EQ(other.status, 0) << other.err;
  EXPECT_EQ(other.json()["calcium"], result["calcium"]);
  EXPECT_EQ(other.json()["bone"], result["bone"]);
  EXPECT_TRUE(other.json()["dxa"].is_null());
  EXPECT_NE(other.out.find("STUDY-OTHER-PERSON"), std::string::npos);
}

TEST_F(CliDxa, AnExportGivesATableOfPeople) {
  write("ge.csv", "Patient ID;Sex;Age;Measure Date;L1-L4 BMD (g/cm2);L1-L4 BMC (g);L1-L4 Area (cm2);L1-L4 YA T-score\n"
                  "7;F;70;2020-01-01;0,900;54,00;60,00;-2,3\n"
                  "8;M;71;2020-01-02;0,900;50,00;60,00;-2,3\n");
  const Outcome run =
      osteocalc({"dxa", file("ge.csv"), "-o", file("out"), "--key-file", file("key"), "--reference", "lunar-usa"});
  ASSERT_EQ(run.status, 0) << run.err;
  std::istringstream table(bytes_of(file("out/dxa.csv")));
  std::string header, first, second;
  std::getline(table, header);
  std::getline(table, first);
  std::getline(table, second);
  EXPECT_EQ(header, "subject,abmd_L1_L4_g_cm2,t_score_L1_L4,dxa_age_years,dxa_sex,dxa_issues");
  EXPECT_NE(first.find(",0.9,-2.33"), std::string::npos) << first;             // (0.900 - 1.18) / 0.12
  EXPECT_NE(second.find(",,,71,M,DXA-IDENTITY"), std::string::npos) << second; // 50 g are not 0.9 x 60
  EXPECT_NE(first.substr(0, 2), "7,") << "the patient id itself must not stand there";
  // Hologic's reference holds for Hologic's scanners: null and why.
  const nlohmann::json people = osteocalc({"dxa", file("ge.csv"), "--json"}).json();
  const nlohmann::json site = site_of(people["people"][0]["dxa"], "spine", "L1-L4");
  EXPECT_TRUE(site["t_score"].is_null());
  EXPECT_EQ(site["reported_t_score"], -2.3);
  EXPECT_NE(site["t_reason"].get<std::string>().find("GE Lunar"), std::string::npos);
}

TEST_F(CliDxa, AStructuredReportGivesDxaJson) {
  write_enhanced_report(folder / "enhanced.dcm");
  write_text_report(folder / "text.dcm");
  for (const char* name : {"enhanced", "text"}) {
    const Outcome run = osteocalc({"dxa", file(std::string(name) + ".dcm"), "-o", file(name), "--json"});
    ASSERT_EQ(run.status, 0) << run.err;
    EXPECT_EQ(run.out, bytes_of(file(std::string(name) + "/dxa.json")));
    EXPECT_EQ(run.json()["schema"], "osteocalc.dxa/1");
    EXPECT_EQ(site_of(run.json(), "femur_left", "neck")["abmd_g_cm2"], 0.7);
    EXPECT_EQ(site_of(run.json(), "spine", "L1-L4")["abmd_g_cm2"], 1.081);
  }
  const nlohmann::json neck = site_of(json_file("enhanced/dxa.json"), "femur_left", "neck");
  EXPECT_NEAR(neck["t_score"].get<double>(), (0.7 - 0.858) / 0.12, 1e-6);
}

TEST_F(CliDxa, WrongUsageIsTold) {
  write_enhanced_report(folder / "sr.dcm");
  write("table.csv", "id,L1 BMD\n1,0.9\n");
  write("weights.csv", "id,weight\n1,70\n");
  EXPECT_EQ(osteocalc({"dxa", file("table.csv"), file("sr.dcm")}).status, 2);
  EXPECT_EQ(osteocalc({"dxa", file("table.csv"), "--reference", "nobody"}).status, 2);
  EXPECT_EQ(osteocalc({"analyze", file("sr.dcm"), "-o", file("o"), "--dxa-roi", "spine.json"}).status, 2);
  EXPECT_EQ(osteocalc({"analyze", file("sr.dcm"), "-o", file("o"), "--dxa-reference", "nobody"}).status, 2);
  const Outcome other = osteocalc({"dxa", file("weights.csv")});
  EXPECT_EQ(other.status, 1);
  EXPECT_TRUE(other.says("weights.csv"));
}

} // namespace
} // namespace osteocalc::test
