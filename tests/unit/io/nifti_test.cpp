// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/nifti.h"

#include "osteocalc/core/error.h"
#include "osteocalc/core/hashing.h"
#include "support/dicom_scan.h"
#include "support/raw_nifti.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <map>
#include <span>

using namespace osteocalc;
using namespace osteocalc::io;
using namespace osteocalc::test;

namespace {

class Nifti : public testing::Test {
 protected:
  template <class T>
  CtImage read(const RawNifti& nifti, const std::vector<T>& voxels) const {
    nifti.write(file, voxels);
    return read_nifti_ct(file);
  }
  [[nodiscard]] std::string labels_refusal(const std::vector<float>& voxels) const {
    RawNifti nifti;
    nifti.datatype = 16;
    nifti.bits = 32;
    nifti.write(file, voxels);
    try {
      static_cast<void>(read_labels(file));
    } catch (const Refusal& refusal) {
      return refusal.issues().front().rule + " " + refusal.what();
    }
    return "none";
  }
  TemporaryFolder folder;
  std::filesystem::path file = folder.path() / "image.nii";
};

std::vector<std::int16_t> ramp(std::size_t count = 24) {
  std::vector<std::int16_t> values(count);
  for (std::size_t i = 0; i < count; ++i)
    values[i] = static_cast<std::int16_t>(100 * static_cast<int>(i) - 1000);
  return values;
}

} // namespace

TEST_F(Nifti, RasIsTurnedIntoLps) {
  const auto values = ramp();
  const CtImage image = read(RawNifti{}, values); // x runs to the right-hand side's opposite: index 0 is rightmost
  const VolumeGeometry& grid = image.hu.geometry();
  EXPECT_EQ(grid.size, (std::array<int, 3>{4, 3, 2}));
  EXPECT_EQ(grid.spacing_mm, (Vec3{2, 3, 5}));
  // Voxel (0,0,0) of the file lies at RAS (10,20,30), that is LPS (-10,-20,30): the last along our x and y.
  const Vec3 place = index_to_point(grid, {3, 2, 0});
  EXPECT_NEAR(place[0], -10, 1e-5);
  EXPECT_NEAR(place[1], -20, 1e-5);
  EXPECT_NEAR(place[2], 30, 1e-5);
  EXPECT_EQ(image.hu(3, 2, 0), values[0]);
  EXPECT_EQ(image.hu(2, 2, 0), values[1]);
  EXPECT_EQ(image.hu(3, 1, 1), values[4 + 12]);
}

TEST_F(Nifti, EveryOrientationGivesTheSameScan) {
  const auto values = ramp();
  const CtImage expected = read(RawNifti{}, values);
  const std::array<int, 3> size{4, 3, 2};
  const Vec3 spacing{2, 3, 5}, origin{10, 20, 30};
  std::array<std::size_t, 3> axes{0, 1, 2};
  do
    for (unsigned flips = 0; flips < 8; ++flips) {
      RawNifti turned;
      turned.srow = {};
      for (std::size_t k = 0; k < 3; ++k) {
        const bool flipped = flips >> k & 1U;
        turned.dimensions[k + 1] = static_cast<std::int16_t>(size[axes[k]]);
        turned.spacing[k] = static_cast<float>(spacing[axes[k]]);
        turned.srow[axes[k]][k] = static_cast<float>(flipped ? -spacing[axes[k]] : spacing[axes[k]]);
        turned.srow[axes[k]][3] =
            static_cast<float>(origin[axes[k]] + (flipped ? (size[axes[k]] - 1) * spacing[axes[k]] : 0));
      }
      std::vector<std::int16_t> voxels;
      std::array<int, 3> at{};
      for (at[2] = 0; at[2] < turned.dimensions[3]; ++at[2])
        for (at[1] = 0; at[1] < turned.dimensions[2]; ++at[1])
          for (at[0] = 0; at[0] < turned.dimensions[1]; ++at[0]) {
            std::array<int, 3> from{};
            for (std::size_t k = 0; k < 3; ++k)
              from[axes[k]] = flips >> k & 1U ? size[axes[k]] - 1 - at[k] : at[k];
            voxels.push_back(values[static_cast<std::size_t>(from[0] + 4 * from[1] + 12 * from[2])]);
          }
      const CtImage image = read(turned, voxels);
      EXPECT_TRUE(same_grid(image.hu.geometry(), expected.hu.geometry(), 1e-4)) << flips;
      EXPECT_TRUE(std::ranges::equal(image.hu.voxels(), expected.hu.voxels())) << flips;
    }
  while (std::ranges::next_permutation(axes).found);
}

TEST_F(Nifti, FloatsAndScaledIntegersAreRoundedDown) {
  RawNifti nifti;
  nifti.datatype = 16;
  nifti.bits = 32;
  std::vector<float> values(24, -1000.0F);
  values[0] = 129.99F;
  values[1] = 129.9999F;
  values[2] = 1e9F;
  values[3] = std::numeric_limits<float>::quiet_NaN();
  const CtImage image = read(nifti, values);
  EXPECT_EQ(image.hu(3, 2, 0), 129);
  EXPECT_EQ(image.hu(2, 2, 0), 130);
  EXPECT_EQ(image.hu(1, 2, 0), 32767);
  EXPECT_EQ(image.hu(0, 2, 0), -1024);
  EXPECT_TRUE(has_rule(image.issues, "IO-NAN"));
  RawNifti scaled;
  scaled.slope = 0.5F;
  scaled.intercept = -1024.0F;
  std::vector<std::int16_t> stored(24, 0);
  stored[0] = 2311; // 131.5
  EXPECT_EQ(read(scaled, stored).hu(3, 2, 0), 131);
  EXPECT_EQ(read(scaled, stored).hu(2, 2, 0), -1024);
}

TEST_F(Nifti, AllNumberTypesAreRead) {
  const auto check = [&]<class T>(T, std::int16_t datatype) {
    RawNifti nifti;
    nifti.datatype = datatype;
    nifti.bits = sizeof(T) * 8;
    std::vector<T> values(24, T{2});
    values[0] = T{120};
    values[1] = std::numeric_limits<T>::max();
    nifti.write(file, values);
    // 24 voxels of 2 and a few others: no label map only where the largest value is no label.
    if constexpr (sizeof(T) == 1) {
      EXPECT_EQ(read_labels(file).voxels(3, 2, 0), 120) << datatype;
    } else {
      const CtImage image = read_nifti_ct(file);
      EXPECT_EQ(image.hu(3, 2, 0), 120) << datatype;
      EXPECT_EQ(image.hu(2, 2, 0), 32767) << datatype;
    }
  };
  check(std::uint8_t{}, 2);
  check(std::int8_t{}, 256);
  check(std::int16_t{}, 4);
  check(std::uint16_t{}, 512);
  check(std::int32_t{}, 8);
  check(std::uint32_t{}, 768);
  check(std::int64_t{}, 1024);
  check(std::uint64_t{}, 1280);
  check(float{}, 16);
  check(double{}, 64);
}

TEST_F(Nifti, OneVolumeMayHaveTwoToFourDimensions) {
  RawNifti flat;
  flat.dimensions = {2, 4, 3};
  EXPECT_EQ(read(flat, ramp(12)).hu.geometry().size, (std::array<int, 3>{4, 3, 1}));
  RawNifti one_time;
  one_time.dimensions = {4, 4, 3, 2, 1};
  EXPECT_EQ(read(one_time, ramp()).hu.geometry().size, (std::array<int, 3>{4, 3, 2}));
  RawNifti two_times;
  two_times.dimensions = {4, 4, 3, 2, 2};
  EXPECT_THROW(static_cast<void>(read(two_times, ramp(48))), IoError);
}

TEST_F(Nifti, WhatTheFormatDoesNotKnowStaysAbsent) {
  const CtImage image = read(RawNifti{}, ramp());
  EXPECT_EQ(image.acquisition.kvp_kv, std::nullopt);
  EXPECT_EQ(image.acquisition.nominal_thickness_mm, std::nullopt);
  EXPECT_TRUE(has_rule(image.issues, "IO-NO-KVP"));
  EXPECT_EQ(read_nifti_ct(file, {{}, "", true}).inputs_sha256, sha256_hex(sha256_hex_of_file(file)));
}

TEST_F(Nifti, AFileWithoutOrientationIsNamed) {
  EXPECT_FALSE(has_rule(read(RawNifti{}, ramp()).issues, "IO-NO-ORIENTATION"));
  RawNifti nowhere;
  nowhere.sform_code = 0;
  const CtImage image = read(nowhere, ramp());
  EXPECT_TRUE(has_rule(image.issues, "IO-NO-ORIENTATION"));
  EXPECT_EQ(image.hu(1, 0, 0), ramp()[1]);
  EXPECT_EQ(image.hu.geometry().spacing_mm, (Vec3{2, 3, 5}));
}

TEST_F(Nifti, ALabelMapIsNoScan) {
  std::vector<std::int16_t> values(24, 0);
  values[3] = 52;
  try {
    static_cast<void>(read(RawNifti{}, values));
    ADD_FAILURE() << "a label map was taken for a scan";
  } catch (const Refusal& refusal) {
    EXPECT_EQ(refusal.issues().front().rule, "IO-LABEL-MAP");
  }
  values[3] = 400;
  EXPECT_EQ(read(RawNifti{}, values).hu(0, 2, 0), 400);
}

TEST_F(Nifti, WhatIsNoNiftiIsAnError) {
  std::ofstream(file) << "no NIfTI";
  EXPECT_THROW(static_cast<void>(read_nifti_ct(file)), IoError);
  EXPECT_THROW(static_cast<void>(read_labels(folder.path() / "none.nii.gz")), IoError);
}

TEST_F(Nifti, AnObliqueVolumeComesBack) {
  Volume<std::int16_t> scan = small_scan();
  VolumeGeometry oblique = scan.geometry();
  const double c = std::cos(0.2), s = std::sin(0.2);
  oblique.axes = {{{c, s, 0}, {-s, c, 0}, {0, 0, 1}}};
  scan.set_geometry(oblique);
  for (const char* name : {"a.nii", "a.nii.gz"}) {
    write_nifti(scan, folder.path() / name);
    const CtImage image = read_nifti_ct(folder.path() / name);
    EXPECT_TRUE(same_grid(image.hu.geometry(), oblique, 1e-3));
    EXPECT_TRUE(std::ranges::equal(image.hu.voxels(), scan.voxels()));
  }
}

TEST_F(Nifti, LabelsAndNamesComeBack) {
  LabelMap labels{Volume<LabelId>(small_scan().geometry(), LabelId{0}), {{300, "stent"}}};
  labels.voxels(1, 2, 3) = 52;
  labels.voxels(2, 2, 3) = 300;
  const auto path = folder.path() / "labels.nii.gz";
  write_labels(labels, path);
  const LabelMap read = read_labels(path);
  EXPECT_TRUE(std::ranges::equal(read.voxels.voxels(), labels.voxels.voxels()));
  EXPECT_EQ(read.names, (std::map<LabelId, std::string>{{52, "aorta"}, {300, "stent"}}));
  std::filesystem::remove(folder.path() / "labels.json");
  EXPECT_TRUE(read_labels(path).names.empty());
}

TEST_F(Nifti, NamesThatCannotBeTrustedAreErrors) {
  write_nifti(Volume<LabelId>(small_scan().geometry(), LabelId{1}), file);
  for (const char* text : {"{", "[]", "{\"schema\":\"osteocalc.labels/1\"}", "{\"schema\":\"x/1\",\"labels\":{}}",
                           "{\"schema\":\"osteocalc.labels/1\",\"labels\":{\"aorta\":\"52\"}}",
                           "{\"schema\":\"osteocalc.labels/1\",\"labels\":{\"-1\":\"aorta\"}}",
                           "{\"schema\":\"osteocalc.labels/1\",\"labels\":{\"52\":1}}"}) {
    std::ofstream(label_names_file(file)) << text;
    EXPECT_THROW(static_cast<void>(read_labels(file)), IoError) << text;
  }
}

TEST_F(Nifti, WhatIsNoLabelMapIsRefused) {
  std::vector<float> values(24, 0.0F);
  values[1] = 52.0F;
  EXPECT_EQ(labels_refusal(values), "none");
  values[2] = 0.5F;
  EXPECT_NE(labels_refusal(values).find("values that are no label"), std::string::npos);
  values[2] = -1000.0F;
  EXPECT_NE(labels_refusal(values).find("below 0"), std::string::npos);
  values[2] = 70000.0F;
  EXPECT_NE(labels_refusal(values).find("IO-NOT-LABELS"), std::string::npos);
  RawNifti positive_scan;
  positive_scan.dimensions = {3, 20, 20, 5};
  std::vector<std::int16_t> scan(2000);
  for (std::size_t i = 0; i < scan.size(); ++i)
    scan[i] = static_cast<std::int16_t>(i);
  positive_scan.write(file, scan);
  EXPECT_THROW(static_cast<void>(read_labels(file)), Refusal);
}

TEST_F(Nifti, NamesOfLabelsComeFromTheHeaderUnlessAJsonSaysOtherwise) {
  RawNifti nifti;
  nifti.extension = "<CaretExtension><LabelTable>\n<Label Key=\"7\" Red=\"0.0\" Alpha=\"1\"><![CDATA[aorta]]></Label>\n"
                    "<Label Key=\"18\" Red=\"1.0\"><![CDATA[vertebrae_L5]]></Label></LabelTable></CaretExtension>";
  std::vector<std::int16_t> voxels(24, 0);
  voxels[3] = 7;
  voxels[5] = 18;
  nifti.write(file, voxels);
  const LabelMap labels = read_labels(file);
  EXPECT_EQ(labels.names, (std::map<LabelId, std::string>{{7, "aorta"}, {18, "vertebrae_L5"}}));
  EXPECT_EQ(labels_present(labels), (std::vector<LabelId>{7, 18})); // the voxels begin after the extension
  std::ofstream(label_names_file(file)) << R"({"schema":"osteocalc.labels/1","labels":{"7":"vessel"}})";
  EXPECT_EQ(read_labels(file).names, (std::map<LabelId, std::string>{{7, "vessel"}}));
  std::filesystem::remove(label_names_file(file));
}

TEST_F(Nifti, ALabelTableThatIsCutOffNamesWhatItStillSays) {
  RawNifti nifti;
  nifti.extension = "<Label Key=\"7\"><![CDATA[aorta]]></Label><Label Key=\"18\"><![CDATA[vertebr";
  nifti.write(file, std::vector<std::int16_t>(24, 7));
  EXPECT_EQ(read_labels(file).names, (std::map<LabelId, std::string>{{7, "aorta"}}));
}

TEST_F(Nifti, WhatCannotBeWrittenLeavesNothingBehind) {
  const std::filesystem::path taken = file.string() + "_taken.nii.gz";
  std::filesystem::create_directories(taken); // a folder stands where the file should go
  EXPECT_THROW(write_nifti(Volume<LabelId>(VolumeGeometry{{2, 2, 2}}, 1), taken), IoError);
  EXPECT_FALSE(std::filesystem::exists(taken.string() + ".partial"));
  std::filesystem::remove_all(taken);
}

TEST_F(Nifti, AFolderThatIsNotThereIsAnError) {
  EXPECT_THROW(write_nifti(small_scan(), folder.path() / "none" / "a.nii.gz"), IoError);
}

TEST(NiftiName, EndsInNiiOrNiiGz) {
  EXPECT_TRUE(is_nifti_name("a/b.nii"));
  EXPECT_TRUE(is_nifti_name("B.NII.GZ"));
  EXPECT_FALSE(is_nifti_name("a.gz"));
  EXPECT_FALSE(is_nifti_name("nii"));
  EXPECT_EQ(label_names_file("x/l.nii.gz"), std::filesystem::path("x/l.json"));
  EXPECT_EQ(label_names_file("x/l.nii"), std::filesystem::path("x/l.json"));
}
