// SPDX-License-Identifier: Apache-2.0
// An abdominal CT without contrast and its TotalSegmentator labels (totalseg_abdomen, 3 mm isotropic). Reference HU:
// the medians that TotalSegmentator's own spine report gives for L1 to L4 of this scan; it takes other volumes of
// interest, hence the tolerance of 20 HU.
#include "golden/shared_data.h"

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

} // namespace
} // namespace osteocalc::test
