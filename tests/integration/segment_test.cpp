// SPDX-License-Identifier: Apache-2.0
// The anatomy found in a phantom, against the phantom's own labels.
#include "osteocalc/segmentation/segment.h"

#include "osteocalc/synth/ct.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace osteocalc {
namespace {

const synth::SyntheticCt& phantom() {
  static const synth::SyntheticCt ct = [] {
    synth::CtRequest request;
    request.person = synth::draw_person(33);
    request.scanner.matrix = 192;
    request.scanner.pixel_mm = 2;
    request.calcium = synth::draw_calcium(request.person);
    return synth::make_ct(request, {});
  }();
  return ct;
}

const segmentation::Segmentation& found() {
  static const segmentation::Segmentation result = segmentation::segment(phantom().image.hu, {});
  return result;
}

double dice(const Volume<LabelId>& a, const Volume<LabelId>& b, LabelId id) {
  std::size_t in_a = 0, in_b = 0, both = 0;
  for (std::size_t i = 0; i < a.voxels().size(); ++i) {
    in_a += a.voxels()[i] == id ? 1 : 0;
    in_b += b.voxels()[i] == id ? 1 : 0;
    both += a.voxels()[i] == id && b.voxels()[i] == id ? 1 : 0;
  }
  return 2.0 * static_cast<double>(both) / static_cast<double>(in_a + in_b);
}

TEST(Segment, NamesEveryLumbarAndThoracicVertebraAndIsSureOfIt) {
  for (const Vertebra level : {Vertebra::T2, Vertebra::T6, Vertebra::T10, Vertebra::T12, Vertebra::L1, Vertebra::L2,
                               Vertebra::L3, Vertebra::L4, Vertebra::L5}) {
    const auto vertebra = std::ranges::find(found().vertebrae, level, &segmentation::VertebraFinding::level);
    ASSERT_NE(vertebra, found().vertebrae.end()) << to_string(level);
    EXPECT_GE(vertebra->confidence, 0.95) << to_string(level);
    const LabelId body = vertebral_body_label(level);
    EXPECT_GT(dice(found().parts.voxels, phantom().parts.voxels, body), 0.8) << to_string(level);
    EXPECT_GT(dice(found().wholes.voxels, phantom().labels.voxels, whole_vertebra_label(level)), 0.75)
        << to_string(level);
  }
}

TEST(Segment, InventsNoLevel) {
  const auto present = label_boxes(phantom().labels.voxels);
  for (const segmentation::VertebraFinding& vertebra : found().vertebrae)
    EXPECT_TRUE(present.contains(whole_vertebra_label(vertebra.level))) << to_string(vertebra.level);
}

TEST(Segment, FindsTheAorta) {
  EXPECT_GT(dice(found().wholes.voxels, phantom().labels.voxels, label::aorta), 0.92);
}

TEST(Segment, PartsLieWithinTheirWholes) {
  for (std::size_t i = 0; i < found().parts.voxels.voxels().size(); ++i) {
    const LabelId part = found().parts.voxels.voxels()[i], whole = found().wholes.voxels.voxels()[i];
    if (part >= label::aorta_ascending && part <= label::aorta_abdominal) {
      ASSERT_EQ(whole, label::aorta);
    } else if (const auto level = vertebra_from_body_label(part)) {
      ASSERT_EQ(whole, whole_vertebra_label(*level));
    }
  }
}

TEST(Segment, IsTheSameForAnyNumberOfThreads) {
  segmentation::SegmentOptions options;
  options.parallel.threads = 1;
  const segmentation::Segmentation one = segmentation::segment(phantom().image.hu, options);
  EXPECT_TRUE(std::ranges::equal(one.wholes.voxels.voxels(), found().wholes.voxels.voxels()));
  EXPECT_TRUE(std::ranges::equal(one.parts.voxels.voxels(), found().parts.voxels.voxels()));
}

TEST(Segment, FindsNothingInWaterAndSaysSo) {
  Volume<std::int16_t> water(VolumeGeometry{{96, 96, 60}, {3, 3, 3}, {0, 0, 0}}, -1000);
  for (int z = 0; z < 60; ++z)
    for (int y = 16; y < 80; ++y)
      for (int x = 16; x < 80; ++x)
        water(x, y, z) = 0;
  const segmentation::Segmentation nothing = segmentation::segment(water, {});
  EXPECT_TRUE(nothing.vertebrae.empty());
  EXPECT_TRUE(labels_present(nothing.wholes).empty());
  EXPECT_TRUE(has_rule(nothing.issues, "SEG-NO-SPINE") || has_rule(nothing.issues, "SEG-NO-BODY"));
  EXPECT_TRUE(has_rule(nothing.issues, "SEG-AORTA-SPINE") || has_rule(nothing.issues, "SEG-AORTA-NONE"));
}

} // namespace
} // namespace osteocalc
