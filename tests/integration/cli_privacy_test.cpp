// SPDX-License-Identifier: Apache-2.0
// Identifiers planted in every text of a series must not come out anywhere.
#include "integration/cli.h"
#include "support/dicom_scan.h"

#include <algorithm>
#include <cctype>

namespace osteocalc::test {
namespace {

constexpr const char* mark = "ZQX";

/// Attributes of a text type that the dictionary knows and a CT object may hold.
std::vector<DcmTag> text_tags() {
  DcmDataDictionary& dictionary = dcmDataDict.wrlock();
  std::vector<DcmTag> tags;
  for (auto entry = dictionary.normalBegin(); entry != dictionary.normalEnd(); ++entry) {
    const DcmTag tag((*entry)->getKey(), (*entry)->getVR());
    const DcmEVR type = (*entry)->getEVR();
    const bool is_text = type == EVR_PN || type == EVR_LO || type == EVR_SH || type == EVR_ST || type == EVR_LT ||
                         type == EVR_UT || type == EVR_AE;
    const bool decides = tag == DCM_RescaleType; // another one than HU is refused
    if (is_text && !decides && tag.getGroup() >= 0x0008 && tag.getGroup() <= 0x0040 && tag.getGroup() % 2 == 0)
      tags.push_back(tag);
  }
  dcmDataDict.wrunlock();
  return tags;
}

void plant(DcmDataset& dataset) {
  const std::vector<DcmTag> tags = text_tags();
  ASSERT_GT(tags.size(), 200U);
  for (std::size_t i = 0; i < tags.size(); ++i)
    dataset.putAndInsertString(tags[i], (mark + std::to_string(i)).c_str());
  dataset.putAndInsertString(DCM_PatientBirthDate, "19370214");
  dataset.putAndInsertString(DcmTag(0x0009, 0x0010, EVR_LO), mark);
  dataset.putAndInsertString(DcmTag(0x0009, 0x1001, EVR_LO), mark);
}

class CliPrivacy : public Cli {
 protected:
  void SetUp() override {
    Cli::SetUp();
    ASSERT_EQ(osteocalc({"synth", "ct", "-o", file("ct"), "--seed", "3", "--field", "abdomen", "--matrix", "128",
                         "--pixel-mm", "2.8", "--increment-mm", "3"})
                  .status,
              0);
    for (const auto& entry : std::filesystem::directory_iterator(file("ct/dicom")))
      edit_dicom(entry.path(), plant);
    std::filesystem::create_directories(file("out"));
  }
  /// Runs a verb on the series in its two ways, and leaves what it prints in out/.
  void run(std::vector<std::string> words) {
    for (const bool as_json : {false, true}) {
      if (as_json)
        words.emplace_back("--json");
      const Outcome outcome = osteocalc(words);
      EXPECT_NE(outcome.status, -1);
      std::ofstream(file("out/printed" + std::to_string(count_++)))
          << words[0] << outcome.status << outcome.out << outcome.err;
    }
  }
  int count_ = 0;
};

TEST_F(CliPrivacy, NothingPlantedComesOut) {
  const std::string scan = file("ct/dicom"), labels = file("ct/labels.nii.gz");
  run({"inspect", scan});
  run({"score", scan, "--variant", "all"});
  run({"segment", scan, "-o", file("out/labels.nii.gz")});
  run({"bmd", scan, "--mask", labels});
  run({"calibrate", scan, "--phantom", "auto", "-o", file("out/calibration.json"), "--picture", file("out/rods.png")});
  run({"analyze", scan, "--labels", labels, "-o", file("out/study")});
  ASSERT_TRUE(std::filesystem::exists(file("out/study/result.json")));
  const auto key = std::filesystem::status(file("out/study/subject.key")).permissions();
  EXPECT_EQ(key & std::filesystem::perms::all,
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  const std::string subject = nlohmann::json::parse(bytes_of(file("out/study/result.json")))["study"]["subject"];
  EXPECT_EQ(subject.size(), 16U);
  EXPECT_FALSE(runs("grep -rail " + std::string(mark) + " " + file("out")));
  EXPECT_FALSE(runs("grep -rail 19370214 " + file("out")));
  EXPECT_FALSE(runs("find " + file("out") + " -name '*.gz' -exec zcat {} + | grep -ai " + mark));
}

TEST_F(CliPrivacy, AKeyOfTheUsersOwnGivesTheSameSubject) {
  std::ofstream(file("key")) << "a key of our own";
  std::vector<std::string> subjects;
  for (const char* name : {"out/a", "out/b"}) {
    const Outcome run = osteocalc({"analyze", file("ct/dicom"), "--labels", file("ct/labels.nii.gz"), "-o", file(name),
                                   "--key-file", file("key"), "--json"});
    ASSERT_EQ(run.status, 0) << run.err;
    subjects.push_back(run.json()["study"]["subject"]);
  }
  EXPECT_EQ(subjects[0], subjects[1]);
}

} // namespace
} // namespace osteocalc::test
