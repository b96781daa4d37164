// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calibration/calibration.h"

#include "osteocalc/core/error.h"
#include "support/test_path.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

namespace osteocalc::calibration {
namespace {

/// A calibration.json with `text`, for as long as it lives.
class File {
 public:
  explicit File(const std::string& text) { std::ofstream(path_) << text; }
  ~File() { std::filesystem::remove(path_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_ = test::test_path(".json");
};

std::string phantom_json(const std::string& mode, const std::string& slope) {
  return R"({"schema":"osteocalc.calibration/1","mode":")" + mode +
         R"(","phantom":"mindways-3","material":"K2HPO4","slope":)" + slope +
         R"(,"intercept":8.1229,"covariance":[[1,0],[0,1]],"r2":0.999,"se_mg_cm3":2.5,"rods":[],"scanner":{}})";
}

std::string message_of(const std::string& text) {
  try {
    static_cast<void>(calibration_from(text));
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

TEST(Calibration, RawHasNoDensity) {
  const Calibration raw = calibration_from("raw");
  EXPECT_EQ(raw.mode, Mode::Raw);
  EXPECT_FALSE(bmd_mg_cm3(raw, 150));
  EXPECT_FALSE(bmd_mg_cm3(calibration_from(File(phantom_json("raw", "0.8")).path()), 150));
}

TEST(Calibration, PublishedLinesGiveThePapersDensity) {
  const Calibration native = calibration_from("published:buenger-2021"); // BMD = 0.7 HU + 17.8
  EXPECT_EQ(native.mode, Mode::Published);
  EXPECT_EQ(native.name, "buenger-2021");
  EXPECT_NEAR(bmd_mg_cm3(native, 100).value(), 87.8, 1e-12);
  const Calibration enhanced = calibration_from("published:buenger-2022-contrast"); // BMD = 0.71 HU + 13.82
  EXPECT_NEAR(bmd_mg_cm3(enhanced, 100).value(), 84.82, 1e-12);
}

TEST(Calibration, EveryPublishedLineNamesItsSourceAndCanBeAskedFor) {
  ASSERT_FALSE(published_lines().empty());
  for (const PublishedLine& line : published_lines()) {
    EXPECT_FALSE(line.source.empty());
    EXPECT_EQ(calibration_from("published:" + std::string(line.name)).slope, line.slope);
  }
}

TEST(Calibration, AnUnknownLineIsWrongUsageAndTheKnownAreNamed) {
  EXPECT_THROW(static_cast<void>(calibration_from("published:nobody")), ConfigError);
  EXPECT_NE(message_of("published:nobody").find("buenger-2021"), std::string::npos);
  EXPECT_THROW(static_cast<void>(calibration_from("internal")), ConfigError);
}

TEST(Calibration, AFileGivesItsLine) {
  const File file(phantom_json("phantom", "0.80028"));
  const Calibration line = calibration_from(file.path());
  EXPECT_EQ(line.mode, Mode::Phantom);
  EXPECT_EQ(line.name, "mindways-3");
  EXPECT_EQ(line.material, Material::K2HPO4);
  EXPECT_EQ(line.se_mg_cm3, 2.5);
  EXPECT_NEAR(bmd_mg_cm3(line, 176.712).value(), 0.80028 * 176.712 + 8.1229, 1e-9);
}

TEST(Calibration, EveryModeIsReadBackFromItsName) {
  for (const Mode mode : {Mode::Phantom, Mode::Asynchronous, Mode::Internal, Mode::Published, Mode::Raw})
    EXPECT_EQ(calibration_from(File(phantom_json(std::string(to_string(mode)), "0.8")).path()).mode, mode);
  EXPECT_EQ(to_string(Material::HA), "HA");
  EXPECT_EQ(to_string(Material::K2HPO4), "K2HPO4");
}

TEST(Calibration, AFileThatCannotBeTrustedIsRefused) {
  for (const std::string& text :
       {std::string("not json"), std::string("{}"), phantom_json("guessed", "0.8"), phantom_json("phantom", "0"),
        phantom_json("phantom", "-0.8"), phantom_json("phantom", "null"), phantom_json("phantom", "\"0.8\""),
        std::string(R"({"schema":"osteocalc.score/1","mode":"phantom","slope":1,"intercept":0})"),
        std::string(R"({"schema":"osteocalc.calibration/1","mode":"phantom","slope":1})")})
    EXPECT_THROW(static_cast<void>(calibration_from(File(text).path())), CalibrationError) << text;
  EXPECT_THROW(static_cast<void>(calibration_from("/no/such/calibration.json")), CalibrationError);
}

TEST(Calibration, AMaterialNobodyKnowsIsRefused) {
  std::string text = phantom_json("phantom", "0.8");
  text.replace(text.find("K2HPO4"), 6, "KHPO42");
  EXPECT_THROW(static_cast<void>(calibration_from(File(text).path())), CalibrationError);
}

} // namespace
} // namespace osteocalc::calibration
