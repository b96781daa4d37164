// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/series_inventory.h"

#include "osteocalc/core/error.h"
#include "osteocalc/io/dicom_ct.h"
#include "support/dicom_scan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <iterator>
#include <set>

using namespace osteocalc;
using namespace osteocalc::io;
using namespace osteocalc::test;

namespace {

using Files = std::vector<std::filesystem::path>;

void put(DcmDataset& dataset, const DcmTagKey& tag, const std::string& value) {
  dataset.putAndInsertString(tag, value.c_str());
}

class SeriesInventory : public testing::Test {
 protected:
  /// A series below the folder `name`; all share one series UID unless told otherwise.
  Files write(const std::string& name, int slices = 5, const std::string& seed = "one") {
    CtSeriesOptions options;
    options.uid_seed = seed;
    const Files files = write_dicom_ct(small_scan(slices), folder.path() / name, options);
    // The writer's UIDs follow from the seed: a second scan under one series UID has objects of its own.
    for (const auto& file : files)
      edit_dicom(file, [&](DcmDataset& d) {
        OFString uid;
        d.findAndGetOFString(DCM_SOPInstanceUID, uid);
        put(d, DCM_SOPInstanceUID, uid.substr(0, 50) + "." + std::to_string(++objects_));
      });
    return files;
  }
  static void edit(const Files& files, const DcmTagKey& tag, const std::string& value) {
    edit_all(files, [&](DcmDataset& d) { put(d, tag, value); });
  }
  [[nodiscard]] Inventory take() const { return take_inventory(find_files(std::vector{folder.path()}), {}); }
  /// The only series there is.
  [[nodiscard]] Series only() const {
    Inventory inventory = take();
    EXPECT_EQ(inventory.series.size(), 1U);
    return inventory.series.empty() ? Series{} : inventory.series.front();
  }
  [[nodiscard]] std::set<std::string> parts() const {
    std::set<std::string> parts;
    for (const Series& series : take().series)
      parts.insert(series.part);
    return parts;
  }
  TemporaryFolder folder;
  int objects_ = 0;
};

} // namespace

TEST_F(SeriesInventory, ASeriesStacksUpWithoutDoubt) {
  write("a");
  const Series series = only();
  EXPECT_TRUE(series.is_stack());
  EXPECT_EQ(series.stack.grid_slices, 5);
  EXPECT_DOUBLE_EQ(series.stack.increment_mm, 2.5);
  ASSERT_EQ(series.stack.steps.size(), 1U);
  EXPECT_EQ(series.stack.steps[0].count, 4);
  EXPECT_TRUE(series.findings.empty());
  EXPECT_TRUE(series.part.empty());
  EXPECT_EQ(series.folder, (folder.path() / "a").string());
}

TEST_F(SeriesInventory, WhatSharesPlacesIsToldApartByWhatDiffers) {
  struct Case {
    DcmTagKey tag;
    const char *first, *second;
    std::set<std::string> parts;
  };
  const std::vector<Case> cases{
      {DCM_AcquisitionNumber, "1", "2", {"acquisition 1", "acquisition 2"}},
      {DCM_TemporalPositionIdentifier, "1", "2", {"time step 1", "time step 2"}},
      {DCM_NominalPercentageOfCardiacPhase, "40", "75", {"cardiac phase % 40", "cardiac phase % 75"}},
      {DCM_TriggerTime, "100", "300", {"trigger time ms 100", "trigger time ms 300"}},
      {DCM_ConvolutionKernel, "B30f", "B70f", {"kernel B30f", "kernel B70f"}},
      {DCM_KVP, "80", "140", {"kV 80", "kV 140"}},
      {DCM_AcquisitionTime, "101010", "101510", {"acquisition time 1", "acquisition time 2"}},
  };
  for (const Case& one : cases) {
    edit(write("a"), one.tag, one.first);
    edit(write("b"), one.tag, one.second);
    EXPECT_EQ(parts(), one.parts);
    for (const Series& series : take().series) {
      EXPECT_EQ(series.stack.grid_slices, 5) << series.part;
      EXPECT_TRUE(has_rule(series.findings, "IO-SPLIT"));
      EXPECT_FALSE(has_rule(series.findings, "IO-DUPLICATE"));
    }
  }
}

TEST_F(SeriesInventory, TwoAttributesTellFourScansApart) {
  for (const char* acquisition : {"1", "2"})
    for (const char* kernel : {"B30f", "B70f"}) {
      const Files files = write(std::string(acquisition) + kernel);
      edit(files, DCM_AcquisitionNumber, acquisition);
      edit(files, DCM_ConvolutionKernel, kernel);
    }
  EXPECT_EQ(parts().size(), 4U);
  EXPECT_TRUE(parts().contains("acquisition 2, kernel B70f"));
}

TEST_F(SeriesInventory, RepeatsThatNothingTellsApartAreDealtOutByNumber) {
  write("a");
  const Files again = write("b");
  edit_all(again, [](DcmDataset& d) {
    d.putAndInsertString(DCM_InstanceNumber, "99");
    d.putAndInsertString(DCM_RescaleIntercept, "-1000");
  });
  const Inventory inventory = take();
  ASSERT_EQ(inventory.series.size(), 2U);
  EXPECT_EQ(inventory.series[1].part, "repeat 2");
  EXPECT_TRUE(std::ranges::all_of(inventory.series[1].slices, [](const auto& s) { return *s.intercept == -1000; }));
}

TEST_F(SeriesInventory, ANumberThatChangesFromSliceToSliceTellsNothing) {
  const Files files = write("a");
  for (std::size_t i = 0; i < files.size(); ++i)
    edit(Files{files[i]}, DCM_AcquisitionNumber, std::to_string(i));
  EXPECT_TRUE(only().part.empty());
}

TEST_F(SeriesInventory, TechniqueThatChangesAlongAScanPartsIt) {
  struct Case {
    DcmTagKey tag;
    const char* value;
  };
  const std::vector<Case> cases{{DCM_KVP, "80"},
                                {DCM_ConvolutionKernel, "B70f"},
                                {DCM_SliceThickness, "5"},
                                {DCM_ContrastBolusAgent, "OMNIPAQUE"}};
  for (const Case& one : cases) {
    const Files files = write("a", 8);
    edit(Files(files.begin(), files.begin() + 3), one.tag, one.value);
    const Inventory inventory = take();
    ASSERT_EQ(inventory.series.size(), 2U) << one.value;
    for (const Series& series : inventory.series) {
      EXPECT_TRUE(has_rule(series.findings, "IO-PART-OF-SCAN"));
      EXPECT_FALSE(has_rule(series.findings, "IO-MIXED-TECHNIQUE"));
    }
  }
}

TEST_F(SeriesInventory, TechniqueThatJumpsFromSliceToSliceIsNamed) {
  const Files files = write("a", 8);
  edit(Files{files[0], files[3], files[4]}, DCM_KVP, "80");
  const Series series = only();
  EXPECT_EQ(series.first().kvp_kv, 80) << "the lowest slice";
  ASSERT_TRUE(has_rule(series.findings, "IO-MIXED-TECHNIQUE"));
  EXPECT_NE(series.findings.front().text.find("kV 120 (5), kV 80 (3)"), std::string::npos)
      << series.findings.front().text;
}

TEST_F(SeriesInventory, AMonitoringSliceTakesNoPlaceOfTheScan) {
  for (const char* z : {"-295", "-294.5"}) {
    write("a");
    edit_all(write("monitor", 1), [&](DcmDataset& d) {
      put(d, DCM_AcquisitionNumber, "7");
      put(d, DCM_ImagePositionPatient, "-10\\20\\" + std::string(z));
      put(d, DCM_InstanceNumber, "0");
    });
    const Inventory inventory = take();
    ASSERT_EQ(inventory.series.size(), 2U);
    const Series& scan = inventory.series[inventory.series[0].slices.size() == 5 ? 0 : 1];
    EXPECT_EQ(scan.stack.grid_slices, 5);
    EXPECT_FALSE(has_rule(scan.findings, "IO-PART-OF-SCAN")) << "a single slice is no scan";
    EXPECT_TRUE(std::ranges::none_of(scan.slices, [](const DicomHeader& s) { return s.acquisition_number == 7; }));
  }
}

TEST_F(SeriesInventory, OfSlicesAtOnePlaceTheOneLikeAllOthersComesFirst) {
  const Files files = write("a");
  for (std::size_t i = 0; i < files.size(); ++i)
    edit(Files{files[i]}, DCM_AcquisitionTime, std::to_string(101010 + i));
  edit(write("monitor", 2), DCM_KVP, "80"); // two slices of three voltages: no attribute parts them cleanly
  edit(Files{folder.path() / "monitor" / "slice_0001.dcm"}, DCM_KVP, "100");
  const Inventory inventory = take();
  const auto scan = std::ranges::max_element(inventory.series, {}, [](const Series& s) { return s.slices.size(); });
  EXPECT_EQ(scan->slices.size(), 5U);
  EXPECT_TRUE(std::ranges::all_of(scan->slices, [](const DicomHeader& s) { return s.kvp_kv == 120; }));
}

TEST_F(SeriesInventory, ACopyCountsOnceAlsoInAnotherTransferSyntax) {
  const Files files = write("a");
  std::filesystem::copy(folder.path() / "a", folder.path() / "b");
  EXPECT_EQ(only().slices.size(), 5U);
  ASSERT_TRUE(runs("dcmcrle " + files[0].string() + " " + (folder.path() / "b" / "slice_0001.dcm").string()));
  const Series series = only();
  EXPECT_EQ(series.slices.size(), 5U);
  EXPECT_TRUE(has_rule(series.findings, "IO-DUPLICATE"));
}

TEST_F(SeriesInventory, OneUidWithTwoPicturesIsAConflict) {
  const Files files = write("a");
  const auto other = folder.path() / "changed.dcm";
  std::filesystem::copy(files[2], other);
  edit(Files{other}, DCM_RescaleIntercept, "-1000");
  const Inventory inventory = take();
  ASSERT_FALSE(inventory.series.empty());
  EXPECT_TRUE(has_rule(inventory.series[0].findings, "IO-DUPLICATE-CONFLICT"));
}

TEST_F(SeriesInventory, OrientationSizeAndSpacingSeparate) {
  const std::vector<std::function<void(DcmDataset&)>> changes{
      [](DcmDataset& d) { put(d, DCM_ImageOrientationPatient, "1\\0\\0\\0\\0.995\\0.0998749"); },
      [](DcmDataset& d) { put(d, DCM_PixelSpacing, "0.9\\0.9"); },
      [](DcmDataset& d) { put(d, DCM_FrameOfReferenceUID, "1.2.3"); },
  };
  for (const auto& change : changes) {
    write("a");
    edit_all(write("b"), change);
    EXPECT_EQ(parts(), (std::set<std::string>{"geometry 1", "geometry 2"}));
  }
}

TEST_F(SeriesInventory, PartsFarApartAreTwoScans) {
  write("a");
  for (const auto& file : write("b"))
    edit_dicom(file, [](DcmDataset& d) {
      double z = 0;
      d.findAndGetFloat64(DCM_ImagePositionPatient, z, 2);
      put(d, DCM_ImagePositionPatient, "-10\\20\\" + std::to_string(z + 400));
    });
  EXPECT_EQ(parts(), (std::set<std::string>{"lower part", "upper part"}));
}

TEST_F(SeriesInventory, StepsOfSeveralSizesAreNamedAsAHistogram) {
  const Files files = write("a", 12);
  for (std::size_t i = 0; i < files.size(); ++i)
    edit_dicom(files[i], [&](DcmDataset& d) {
      const double z = i < 6 ? static_cast<double>(i) : 5.0 + 5.0 * static_cast<double>(i - 5);
      put(d, DCM_ImagePositionPatient, "-10\\20\\" + std::to_string(z));
    });
  const auto found = take();
  ASSERT_EQ(found.series.size(), 1U);
  EXPECT_TRUE(has_rule(found.series[0].findings, "IO-MIXED-STEPS"));
}

TEST_F(SeriesInventory, WhatIsNoScanIsSetAsideWithItsReason) {
  struct Case {
    std::function<void(DcmDataset&)> change;
    const char* rule;
  };
  const std::vector<Case> cases{
      {[](DcmDataset& d) { put(d, DCM_ImageType, "ORIGINAL\\PRIMARY\\LOCALIZER"); }, "IO-LOCALIZER"},
      {[](DcmDataset& d) { put(d, DCM_ImageType, "DERIVED\\PRIMARY\\MIP"); }, "IO-PROJECTION"},
      {[](DcmDataset& d) { put(d, DCM_SOPClassUID, UID_SecondaryCaptureImageStorage); }, "IO-SCREEN-CAPTURE"},
      {[](DcmDataset& d) { put(d, DCM_Modality, "MR"); }, "IO-NOT-CT"},
      {[](DcmDataset& d) { d.findAndDeleteElement(DCM_ImagePositionPatient); }, "IO-NO-PLACE"},
      {[](DcmDataset& d) { put(d, DCM_ImagePositionPatient, "0\\0\\1e300"); }, "IO-NO-PLACE"},
  };
  for (const Case& one : cases) {
    edit_all(write("a"), one.change);
    const Series series = only();
    EXPECT_FALSE(series.is_stack());
    ASSERT_FALSE(series.findings.empty());
    EXPECT_EQ(series.findings[0].rule, one.rule);
  }
}

TEST_F(SeriesInventory, ImageTypesAreComparedInWholeWords) {
  edit(write("a"), DCM_ImageType, "ORIGINAL\\PRIMARY\\AXIAL\\3DRECON");
  EXPECT_TRUE(only().is_stack());
}

TEST_F(SeriesInventory, ASeriesOfWhichNoSliceCanBeReadIsRefused) {
  const auto files = write("a");
  for (const auto& file : files) { // a UID that is nobody's
    std::fstream bytes(file, std::ios::binary | std::ios::in | std::ios::out);
    const std::string text{std::istreambuf_iterator<char>(bytes), {}};
    const std::size_t at = text.find("1.2.840.10008.1.2.1");
    ASSERT_NE(at, std::string::npos);
    bytes.seekp(static_cast<std::streamoff>(at));
    bytes << "1.2.840.10008.1.2.9";
  }
  const Series series = only();
  ASSERT_TRUE(has_rule(series.findings, "IO-NO-PIXELS"));
  EXPECT_NE(series.findings.front().text.find("1.2.840.10008.1.2.9"), std::string::npos);
}

TEST_F(SeriesInventory, ALocalizerUnderTheSameUidLeavesTheScanWhole) {
  write("a");
  edit(write("scout", 1), DCM_ImageType, "ORIGINAL\\PRIMARY\\LOCALIZER");
  const Inventory inventory = take();
  ASSERT_EQ(inventory.series.size(), 2U);
  EXPECT_TRUE(inventory.series[0].part.empty());
  EXPECT_EQ(inventory.series[0].stack.grid_slices, 5);
}

TEST_F(SeriesInventory, TiltIsOfThePositionsAndTheHeaderIsCompared) {
  const Files files = write("a");
  edit(files, DCM_GantryDetectorTilt, "12");
  const Series untilted = only();
  EXPECT_TRUE(has_rule(untilted.findings, "IO-TILT-HEADER"));
  EXPECT_FALSE(has_rule(untilted.findings, "IO-TILT"));
  for (std::size_t i = 0; i < files.size(); ++i)
    edit(Files{files[i]}, DCM_ImagePositionPatient,
         "-10\\" + std::to_string(20 + 2.5 * static_cast<double>(i) * 0.21255656) + "\\" +
             std::to_string(-300 + 2.5 * static_cast<double>(i)));
  const Series tilted = only();
  EXPECT_NEAR(tilted.stack.tilt_deg, 12, 0.01);
  EXPECT_TRUE(has_rule(tilted.findings, "IO-TILT"));
  EXPECT_FALSE(has_rule(tilted.findings, "IO-TILT-HEADER"));
}

TEST_F(SeriesInventory, ASliceBesideTheOthersIsNoTilt) {
  const Files files = write("a", 8);
  for (const std::size_t shifted : {3U, 7U}) {
    edit(Files{files[shifted]}, DCM_ImagePositionPatient,
         "-5\\20\\" + std::to_string(-300 + 2.5 * static_cast<double>(shifted)));
    const Series series = only();
    EXPECT_TRUE(has_rule(series.findings, "IO-SHIFTED"));
    EXPECT_FALSE(has_rule(series.findings, "IO-TILT"));
    EXPECT_EQ(series.stack.step_mm, (Vec3{0, 0, 2.5}));
  }
}

TEST_F(SeriesInventory, NamesAndThreadsDoNotShow) {
  edit(write("a"), DCM_AcquisitionNumber, "1");
  edit(write("b"), DCM_AcquisitionNumber, "2");
  write("c", 3, "two");
  const auto summary = [&](int threads) {
    std::string text;
    for (const Series& series : take_inventory(find_files(std::vector{folder.path()}), {threads}).series)
      text += describe(series) + "\n";
    return text;
  };
  const std::string before = summary(1);
  EXPECT_EQ(summary(4), before);
  std::filesystem::rename(folder.path() / "a", folder.path() / "z");
  EXPECT_EQ(summary(2), before);
}

TEST_F(SeriesInventory, ACutFileIsCountedWhereItBelongs) {
  const Files files = write("a");
  std::filesystem::resize_file(files[4], 500);
  const Series series = only();
  EXPECT_EQ(series.slices.size() + series.damaged.size(), 5U);
  EXPECT_TRUE(has_rule(series.findings, "IO-UNREADABLE-SLICE"));
}
