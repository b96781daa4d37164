// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calibration/calibration_file.h"

#include "osteocalc/core/error.h"
#include "support/test_path.h"

#include <fstream>
#include <gtest/gtest.h>

namespace osteocalc::calibration {
namespace {

std::filesystem::path file_of_test() {
  return test::test_path(".json");
}

Calibration example() {
  Calibration c;
  c.mode = Mode::Phantom;
  c.name = "mindways-3";
  c.material = Material::K2HPO4;
  c.slope = 0.1 + 0.7; // not a short decimal
  c.intercept = -1.0 / 3;
  c.covariance = Covariance{{{1e-5, -2e-3, 0}, {-2e-3, 0.7, 0}, {0, 0, 0}}};
  c.r2 = 0.99987;
  c.se_mg_cm3 = 1.0 / 7;
  c.rods = {{100.25, 0.3, 58.88, 1103.57, -0.4}, {-3, 0.1, 0, {}, 0.2}};
  c.scanner = {"GE", "Revolution", "1234", "STANDARD", "BODY", 120.0, 360.0, {}};
  c.date = "2026-01-31";
  return c;
}

TEST(CalibrationFile, EveryNumberComesBack) {
  const Calibration c = example();
  write_calibration(c, file_of_test());
  const Calibration read = read_calibration(file_of_test());
  EXPECT_EQ(read.mode, c.mode);
  EXPECT_EQ(read.name, c.name);
  EXPECT_EQ(read.material, c.material);
  EXPECT_EQ(read.slope, c.slope);
  EXPECT_EQ(read.intercept, c.intercept);
  EXPECT_EQ(read.curvature, 0);
  EXPECT_EQ(read.covariance, c.covariance);
  EXPECT_EQ(read.r2, c.r2);
  EXPECT_EQ(read.se_mg_cm3, c.se_mg_cm3);
  ASSERT_EQ(read.rods.size(), 2U);
  EXPECT_EQ(read.rods[0].water_mg_cm3, 1103.57);
  EXPECT_FALSE(read.rods[1].water_mg_cm3);
  EXPECT_EQ(read.rods[0].residual_mg_cm3, -0.4);
  EXPECT_EQ(read.scanner, c.scanner);
  EXPECT_EQ(read.date, c.date);
  EXPECT_EQ(calibration_json(read), calibration_json(c));
}

TEST(CalibrationFile, ACurveKeepsItsThirdCoefficient) {
  Calibration c = example();
  c.mode = Mode::Internal;
  c.curvature = 3e-4;
  c.covariance = Covariance{{{1, 2, 3}, {2, 4, 5}, {3, 5, 6}}};
  write_calibration(c, file_of_test());
  const Calibration read = read_calibration(file_of_test());
  EXPECT_EQ(read.curvature, 3e-4);
  EXPECT_EQ(read.covariance, c.covariance);
  EXPECT_EQ(bmd_mg_cm3(read, 123), bmd_mg_cm3(c, 123));
}

TEST(CalibrationFile, APlaceThatCannotBeWrittenIsAnError) {
  EXPECT_THROW(write_calibration(example(), "/no/such/folder/calibration.json"), CalibrationError);
}

} // namespace
} // namespace osteocalc::calibration
