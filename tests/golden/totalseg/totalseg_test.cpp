// SPDX-License-Identifier: Apache-2.0
// An abdominal CT without contrast and its TotalSegmentator labels (totalseg_abdomen, 3 mm isotropic). Reference HU:
// the medians that TotalSegmentator's own spine report gives for L1 to L4 of this scan; it takes other volumes of
// interest, hence the tolerance of 20 HU.
#include "golden/shared_data.h"
#include "osteocalc/io/nifti.h"

#include <algorithm>
#include <map>

namespace osteocalc::test {
namespace {

using TotalsegGolden = SharedData;

const std::map<std::string, double> reference_hu{{"L1", 110}, {"L2", 122}, {"L3", 120}, {"L4", 124}};

TEST_F(TotalsegGolden, VertebraeAndAbdominalAortaAreMeasured) {
  const Outcome run =
      osteocalc({"analyze", shared("totalseg_abdomen/ct.nii.gz"), "--labels",
                 shared("totalseg_abdomen/labels_117.nii.gz"), "--kvp", "120", "-o", file("out"), "--json"});
  ASSERT_EQ(run.status, 0) << run.err;
  const nlohmann::json result = run.json();
  EXPECT_EQ(result["study"]["contrast"], "none");
  std::map<std::string, nlohmann::json> levels;
  for (const auto& vertebra : result["bone"]["vertebrae"])
    levels[vertebra["level"]] = vertebra;
  for (const char* level : {"T12", "L1", "L2", "L3", "L4", "L5"})
    EXPECT_EQ(levels.count(level), 1U) << level;
  for (const auto& [level, hu] : reference_hu) {
    ASSERT_TRUE(levels[level]["trabecular_hu"].is_object()) << level;
    EXPECT_NEAR(levels[level]["trabecular_hu"]["mean"].get<double>(), hu, 20) << level;
  }
  bool scored = false;
  for (const auto& bed : result["calcium"]["beds"])
    if (bed["bed"] == "aorta_abdominal") {
      EXPECT_GT(bed["agatston"].get<double>(), 0);
      scored = true;
    }
  EXPECT_TRUE(scored);
}

/// The same map as TotalSegmentator leaves it without --ml: one file a class, empty ones too.
void write_masks(const LabelMap& labels, const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  for (const auto& [id, name] : labels.names) {
    Volume<LabelId> mask(labels.voxels.geometry());
    std::ranges::transform(labels.voxels.voxels(), mask.voxels().begin(),
                           [wanted = id](LabelId value) { return static_cast<LabelId>(value == wanted ? 1 : 0); });
    io::write_nifti(mask, folder / (name + ".nii.gz"));
  }
}

TEST_F(TotalsegGolden, AFolderOfMasksGivesWhatTheMapGives) {
  const LabelMap labels = io::read_labels(shared("totalseg_abdomen/labels_117.nii.gz"));
  ASSERT_EQ(labels.names.size(), 117U); // from the header
  write_masks(labels, file("masks"));
  const auto analyze = [&](const std::string& source) {
    return osteocalc({"analyze", shared("totalseg_abdomen/ct.nii.gz"), "--labels", source, "--kvp", "120", "-o",
                      file("out"), "--json"});
  };
  const Outcome map = analyze(shared("totalseg_abdomen/labels_117.nii.gz")), masks = analyze(file("masks"));
  ASSERT_EQ(map.status, 0) << map.err;
  ASSERT_EQ(masks.status, 0) << masks.err;
  EXPECT_EQ(map.json()["calcium"], masks.json()["calcium"]);
  EXPECT_EQ(map.json()["bone"], masks.json()["bone"]);
  EXPECT_TRUE(masks.out.find("LABEL-EMPTY-CLASS") != std::string::npos);
}

} // namespace
} // namespace osteocalc::test
