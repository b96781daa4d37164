// SPDX-License-Identifier: Apache-2.0
// The chain from files to densities on one simulated person.
#include "osteocalc/dxa/calibration_file.h"
#include "osteocalc/dxa/decomposition.h"
#include "osteocalc/dxa/spine_regions.h"
#include "osteocalc/io/dxa_image.h"
#include "osteocalc/synth/dxa_files.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace osteocalc {
namespace {

TEST(DxaPhantom, SpineThroughFilesIsWithinOnePercent) {
  synth::DxaRequest request;
  request.person = synth::draw_person(1);
  request.slab = synth::SoftTissueSlab{20, 0.3};
  const synth::SyntheticDxa made = synth::make_dxa(request, {});
  const auto folder = std::filesystem::path(testing::TempDir()) / "osteocalc_dxa_phantom";
  synth::write_dxa_study(made, folder, "OsteoCalc");
  const DxaImage image = io::read_dxa_image({folder / "spine.dcm"});
  ASSERT_EQ(image.content, DxaContent::Attenuation);
  ASSERT_EQ(image.exam, DxaExam::Spine);
  const dxa::BoneImage bone =
      dxa::decompose(image.frames[0], image.frames[1], dxa::parse_calibration(image.calibration_json), {});
  const dxa::SpineRegions found = dxa::find_spine_regions(bone);
  ASSERT_EQ(found.regions.size(), 4U);
  std::vector<dxa::SiteDensity> sites;
  double bmc = 0, area = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(found.regions[i].name, made.truth.regions[i].name);
    sites.push_back(*dxa::measure(found.regions[i], bone.bone_g_cm2, bone.noise_g_cm2));
    bmc += made.truth.regions[i].bmc_g;
    area += made.truth.regions[i].area_cm2;
  }
  EXPECT_NEAR(dxa::combined("L1-L4", sites).abmd_g_cm2() / (bmc / area), 1, 0.01);

  // The mineral itself, by its real world value mapping.
  const DxaImage density = io::read_dxa_image({folder / "spine_bmd.dcm"});
  ASSERT_EQ(density.content, DxaContent::ArealDensity);
  const auto truth = made.bone_g_cm2.voxels(), read = density.frames[0].voxels();
  for (std::size_t i = 0; i < truth.size(); ++i)
    ASSERT_NEAR(read[i], truth[i], 6e-5);
  std::filesystem::remove_all(folder);
}

} // namespace
} // namespace osteocalc
