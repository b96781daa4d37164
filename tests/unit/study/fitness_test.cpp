// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/study/fitness.h"

#include "osteocalc/core/error.h"
#include "support/dicom_scan.h"

#include <gtest/gtest.h>

#include <algorithm>

using namespace osteocalc;
using namespace osteocalc::study;
using namespace osteocalc::test;

namespace {

Protocol protocol(const std::string& text) {
  return parse_protocol("schema = \"osteocalc.protocol/1\"\n" + text, "mine.toml");
}

class SeriesFitness : public testing::Test {
 protected:
  std::vector<std::filesystem::path> write(const std::string& name, const std::string& kernel, double increment_mm,
                                           int slices = 20, double kvp_kv = 120) {
    Volume<std::int16_t> scan = small_scan(slices);
    VolumeGeometry grid = scan.geometry();
    grid.spacing_mm[2] = increment_mm;
    scan.set_geometry(grid);
    io::CtSeriesOptions options;
    options.uid_seed = name;
    options.kernel = kernel;
    options.kvp_kv = kvp_kv;
    return io::write_dicom_ct(scan, folder.path() / name, options);
  }
  [[nodiscard]] io::Inventory take() const {
    return io::take_inventory(io::find_files(std::vector{folder.path()}), {});
  }
  [[nodiscard]] std::string chosen(Use use, const Protocol& by = default_protocol()) const {
    const io::Inventory inventory = take();
    return std::filesystem::path(inventory.series[choose_series(inventory, use, by).series].folder).filename();
  }
  TemporaryFolder folder;
};

} // namespace

TEST_F(SeriesFitness, APlainScoreScanIsAccepted) {
  write("a", "B30f", 3);
  for (const Use use : all_uses) {
    const Fitness fitness = judge(take().series[0], use, default_protocol());
    EXPECT_EQ(fitness.verdict, Verdict::Accept) << to_string(use);
    EXPECT_TRUE(fitness.reasons.empty());
  }
}

TEST_F(SeriesFitness, AMismatchIsFlaggedWithItsNumber) {
  write("a", "B70f", 5);
  const Fitness fitness = judge(take().series[0], Use::Calcium, default_protocol());
  EXPECT_EQ(fitness.verdict, Verdict::Flag);
  EXPECT_TRUE(std::ranges::count(fitness.reasons, "kernel is sharp") == 1);
  EXPECT_TRUE(std::ranges::count(fitness.reasons, "increment_mm 5 is not within 0.4 to 3.1") == 1);
}

TEST_F(SeriesFitness, AlternativesAreOrAndTheirLinesAnd) {
  write("a", "B30f", 2);
  const char* rules =
      "[bone]\notherwise = \"refuse\"\n"
      "fit = [{ name = \"x\", increment_mm = [0, 1] }, { name = \"y\", increment_mm = [2, 3], kvp_kv = ";
  EXPECT_EQ(judge(take().series[0], Use::Bone, protocol(std::string(rules) + "[100, 120] }]")).verdict,
            Verdict::Accept);
  EXPECT_EQ(judge(take().series[0], Use::Bone, protocol(std::string(rules) + "[100, 110] }]")).verdict,
            Verdict::Refuse);
}

TEST_F(SeriesFitness, SeveralPeopleUnderOnePathAreNamed) {
  const auto put_id = [](const auto& files, const char* id) {
    edit_all(files, [&](DcmDataset& dataset) { dataset.putAndInsertString(DCM_PatientID, id); });
  };
  put_id(write("a", "B30f", 3), "1");
  const auto second = write("b", "B30f", 3);
  put_id(second, "1");
  const auto warned = [&] {
    return has_rule(choose_series(take(), Use::Calcium, default_protocol()).issues, "IO-SEVERAL-PEOPLE");
  };
  EXPECT_FALSE(warned());
  put_id(second, "2");
  EXPECT_TRUE(warned());
}

TEST_F(SeriesFitness, TheProtocolDecidesAboutFindings) {
  std::filesystem::remove(write("a", "B30f", 3)[7]);
  EXPECT_EQ(judge(take().series[0], Use::Calcium, default_protocol()).verdict, Verdict::Flag);
  const Protocol strict = protocol("[rules]\nIO-GAP = { calcium = \"refuse\" }");
  EXPECT_EQ(judge(take().series[0], Use::Calcium, strict).verdict, Verdict::Refuse);
  EXPECT_THROW(static_cast<void>(choose_series(take(), Use::Calcium, strict)), Refusal);
}

TEST_F(SeriesFitness, TheSoftThickSeriesScoresAndTheSoftThinOneIsForBone) {
  write("sharp", "B70f", 1, 60);
  write("thin", "B30f", 1, 60);
  write("thick", "B30f", 3);
  EXPECT_EQ(chosen(Use::Calcium), "thick");
  EXPECT_EQ(chosen(Use::Bone), "thin");
  EXPECT_EQ(chosen(Use::Bone, protocol("[bone]\nprefer = [{ key = \"kernel\", order = [\"sharp\"] }]")), "sharp");
}

TEST_F(SeriesFitness, TheChoiceIsExplained) {
  write("sharp", "B70f", 1, 60);
  write("thick", "B30f", 3);
  edit_all(write("scout", "B30f", 3, 1),
           [](DcmDataset& d) { d.putAndInsertString(DCM_ImageType, "ORIGINAL\\PRIMARY\\LOCALIZER"); });
  const Choice choice = choose_series(take(), Use::Calcium, default_protocol());
  ASSERT_TRUE(has_rule(choice.issues, "STUDY-SERIES-CHOSEN"));
  EXPECT_NE(choice.issues[0].text.find("kernel is sharp"), std::string::npos) << choice.issues[0].text;
  EXPECT_NE(choice.issues[0].text.find("IO-LOCALIZER"), std::string::npos) << choice.issues[0].text;
  EXPECT_FALSE(has_rule(choice.issues, "STUDY-SERIES-TIE"));
}

TEST_F(SeriesFitness, AnEvenChoiceIsNotMadeInSilence) {
  write("one", "B30f", 3);
  write("two", "B30f", 3);
  EXPECT_TRUE(has_rule(choose_series(take(), Use::Calcium, default_protocol()).issues, "STUDY-SERIES-TIE"));
  const io::Inventory inventory = take();
  for (std::size_t i = 0; i < 2; ++i)
    EXPECT_EQ(choose_series(inventory, Use::Calcium, default_protocol(), inventory.series[i].first().series_uid).series,
              i);
}

TEST_F(SeriesFitness, NothingFitIsRefusedWithEveryReason) {
  edit_all(write("scout", "B30f", 3, 1),
           [](DcmDataset& d) { d.putAndInsertString(DCM_ImageType, "ORIGINAL\\PRIMARY\\LOCALIZER"); });
  try {
    static_cast<void>(choose_series(take(), Use::Calcium, default_protocol()));
    FAIL();
  } catch (const Refusal& refusal) {
    EXPECT_NE(refusal.issues()[0].text.find("IO-LOCALIZER"), std::string::npos);
  }
  EXPECT_THROW(static_cast<void>(choose_series({}, Use::Calcium, default_protocol())), DicomError);
}
