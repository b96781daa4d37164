// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/vertebra.h"

#include "osteocalc/image/resample.h"
#include "osteocalc/io/ct_reader.h"
#include "osteocalc/io/nifti.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>

namespace osteocalc::segmentation {
namespace {

std::filesystem::path shared_data() {
  const char* root = std::getenv("OSTEOCALC_SHARED_DATA");
  return root == nullptr ? std::filesystem::path() : std::filesystem::path(root);
}

double dice(const Volume<LabelId>& found, LabelId id, const auto& in_truth) {
  double both = 0.0, sum = 0.0;
  for (std::size_t i = 0; i < found.voxels().size(); ++i) {
    const bool ours = found.voxels()[i] == id, theirs = in_truth(i);
    both += ours && theirs ? 2.0 : 0.0;
    sum += (ours ? 1.0 : 0.0) + (theirs ? 1.0 : 0.0);
  }
  return both / sum;
}

TEST(VertebraShared, AgreesWithTheNetworksLabelsOnTheAbdomen) {
  if (shared_data().empty())
    GTEST_SKIP() << "OSTEOCALC_SHARED_DATA is unset: vertebrae are not checked against real data";
  const auto folder = shared_data() / "totalseg_abdomen";
  const CtImage ct = io::read_ct(folder / "ct.nii.gz");
  const auto read = [&](const char* name) {
    return resample_labels(io::read_labels(folder / name).voxels, ct.hu.geometry(), {2});
  };
  const auto wholes = read("labels_117.nii.gz"), parts = read("labels_vertebral_body_and_disc.nii.gz");
  const SpineResult found = find_vertebrae(ct.hu, find_body(ct.hu, {2}), {}, {2});
  double body = 0.0, whole = 0.0;
  for (const Vertebra level : {Vertebra::T12, Vertebra::L1, Vertebra::L2, Vertebra::L3, Vertebra::L4, Vertebra::L5}) {
    const LabelId id = whole_vertebra_label(level);
    const double w = dice(found.whole, id, [&](std::size_t i) { return wholes.voxels()[i] == id; });
    EXPECT_GT(w, 0.8) << to_string(level);
    whole += w / 6.0;
    body += dice(found.bodies, vertebral_body_label(level),
                 [&](std::size_t i) { return wholes.voxels()[i] == id && parts.voxels()[i] == 1; }) /
            6.0;
  }
  EXPECT_GE(body, 0.95);
  EXPECT_GE(whole, 0.92);
  for (const VertebraFinding& v : found.vertebrae) {
    EXPECT_GE(static_cast<int>(v.level), static_cast<int>(Vertebra::T11));
    EXPECT_GE(v.confidence, 0.95);
  }
}

/// Heights (LPS z of the body's centre) at which the ribs were counted by eye on a projection of the bones.
void expect_levels(const char* set, const std::map<Vertebra, double>& counted) {
  if (shared_data().empty())
    GTEST_SKIP() << "OSTEOCALC_SHARED_DATA is unset: vertebrae are not checked against real data";
  const CtImage ct = io::read_ct(shared_data() / set);
  const SpineResult found = find_vertebrae(ct.hu, find_body(ct.hu, {2}), {}, {2});
  std::size_t seen = 0;
  for (const VertebraFinding& v : found.vertebrae) {
    EXPECT_GE(v.confidence, 0.95);
    if (const auto known = counted.find(v.level); known != counted.end()) {
      EXPECT_NEAR(v.center_mm[2], known->second, 8.0) << to_string(v.level);
      ++seen;
    }
  }
  EXPECT_EQ(seen, counted.size());
}

TEST(VertebraShared, LevelsOfTheNoisyChestMatchItsRibs) {
  expect_levels("lidc_chest",
                {{Vertebra::T11, -639}, {Vertebra::T8, -567}, {Vertebra::T4, -486}, {Vertebra::T1, -437}});
}

TEST(VertebraShared, LevelsOfTheOldChestMatchItsRibs) {
  expect_levels("nsclc_chest",
                {{Vertebra::L1, -625}, {Vertebra::T12, -592}, {Vertebra::T7, -462}, {Vertebra::T1, -349}});
}

} // namespace
} // namespace osteocalc::segmentation
