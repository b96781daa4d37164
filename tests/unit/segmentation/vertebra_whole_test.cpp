// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/vertebra.h"

#include "spine_phantom.h"

#include <gtest/gtest.h>

namespace osteocalc::segmentation {
namespace {

TEST(VertebraWhole, HoldsItsBodyAndItsProcessesAndNoOthers) {
  const auto field = synth::Field::Abdomen;
  const auto& ct = test::spine_scan(field);
  const SpineResult found = find_vertebrae(ct.image.hu, test::spine_body(field), {}, {2});
  for (std::size_t i = 0; i < found.bodies.voxels().size(); ++i)
    if (const auto level = vertebra_from_body_label(found.bodies.voxels()[i])) {
      ASSERT_EQ(found.whole.voxels()[i], whole_vertebra_label(*level));
    }
  for (const VertebraFinding& v : found.vertebrae)
    if (!v.cut_by_field_of_view && v.level != Vertebra::S1) {
      EXPECT_GE(test::dice(found.whole, ct.labels.voxels, whole_vertebra_label(v.level)), 0.80) << to_string(v.level);
    }
  // Where one vertebra's arch lies in truth, hardly any voxel is given to another.
  double right = 0.0, wrong = 0.0;
  for (std::size_t i = 0; i < found.whole.voxels().size(); ++i) {
    const LabelId truth = ct.labels.voxels.voxels()[i], ours = found.whole.voxels()[i];
    if (vertebra_from_whole_label(truth) && ours != 0 && truth != whole_vertebra_label(Vertebra::S1))
      (truth == ours ? right : wrong) += 1.0;
  }
  EXPECT_LT(wrong / (right + wrong), 0.02);
}

} // namespace
} // namespace osteocalc::segmentation
