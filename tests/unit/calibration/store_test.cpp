// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calibration/store.h"

#include "osteocalc/core/error.h"

#include <gtest/gtest.h>

namespace osteocalc::calibration {
namespace {

const ScannerKey scanner{"GE", "Revolution", "77", "STANDARD", "BODY", 120.0, 360.0, 150.0};

/// A line for which 100 mg/cm3 read `hu_of_100` HU.
Calibration fit(const std::string& date, double hu_of_100 = 130, const ScannerKey& key = scanner) {
  Calibration c;
  c.mode = Mode::Phantom;
  c.name = "qrm-bdc-6";
  c.material = Material::HA;
  c.slope = 100 / hu_of_100;
  c.intercept = 0;
  c.covariance = Covariance{};
  c.r2 = 0.9999;
  c.scanner = key;
  c.date = date;
  return c;
}

std::string refused_rule(const CalibrationStore& store, const ScannerKey& key, const std::string& date) {
  try {
    static_cast<void>(asynchronous_calibration(store, key, date));
  } catch (const Refusal& refusal) {
    return refusal.issues().front().rule + " " + refusal.issues().front().text;
  }
  return "";
}

TEST(CalibrationStore, TheNearestFitOfThisScannerIsUsed) {
  CalibrationStore store;
  add_fit(store, fit("2026-06-01", 140));
  add_fit(store, fit("2026-01-01", 130));
  ScannerKey other = scanner;
  other.serial = "78";
  add_fit(store, fit("2026-02-01", 99, other));
  const Calibration used = asynchronous_calibration(store, scanner, "20260210");
  EXPECT_EQ(used.mode, Mode::Asynchronous);
  EXPECT_EQ(used.date, "2026-01-01");
  EXPECT_NEAR(*bmd_mg_cm3(used, 130), 100, 1e-9);
  EXPECT_NEAR(*calibration_se_mg_cm3(used, 130), 4, 1e-9); // the mode's own error
  EXPECT_EQ(store.fits.front().date, "2026-01-01");        // oldest first
}

TEST(CalibrationStore, WhatDiffersIsSaid) {
  CalibrationStore store;
  add_fit(store, fit("2026-01-01"));
  const auto with = [](auto change) {
    ScannerKey key = scanner;
    change(key);
    return key;
  };
  const auto reason = [&](const ScannerKey& key) { return refused_rule(store, key, "2026-01-05"); };
  EXPECT_NE(reason(with([](auto& k) { k.serial = "78"; })).find("CALIB-NO-FIT"), std::string::npos);
  EXPECT_NE(reason(with([](auto& k) { k.serial = "78"; })).find("scanner"), std::string::npos);
  EXPECT_NE(reason(with([](auto& k) { k.kvp_kv = 100; })).find("tube voltage"), std::string::npos);
  EXPECT_NE(reason(with([](auto& k) { k.kernel = "LUNG"; })).find("kernel"), std::string::npos);
  EXPECT_NE(reason(with([](auto& k) { k.filter = "HEAD"; })).find("filter"), std::string::npos);
  EXPECT_NE(reason(with([](auto& k) { k.field_of_view_mm = 500; })).find("field of view"), std::string::npos);
  EXPECT_NE(reason(with([](auto& k) { k.table_height_mm = 90; })).find("table height"), std::string::npos);
  EXPECT_EQ(reason(with([](auto& k) { k.table_height_mm = 160; })), "");
  EXPECT_NE(refused_rule({}, scanner, "2026-01-05").find("the store is empty"), std::string::npos);
}

TEST(CalibrationStore, AFitExpiresAfterAYear) {
  CalibrationStore store;
  add_fit(store, fit("2025-01-01"));
  EXPECT_EQ(refused_rule(store, scanner, "2026-01-01"), "");
  EXPECT_NE(refused_rule(store, scanner, "2026-01-02").find("CALIB-EXPIRED"), std::string::npos);
}

TEST(CalibrationStore, DriftIsMeasuredAndFlagged) {
  CalibrationStore store;
  add_fit(store, fit("2024-01-01", 130));
  EXPECT_FALSE(drift_hu_per_year(store, store.fits.front()));
  add_fit(store, fit("2025-01-01", 128));
  add_fit(store, fit("2026-01-01", 126));
  EXPECT_NEAR(*drift_hu_per_year(store, store.fits.front()), -2, 0.01);
  EXPECT_FALSE(has_rule(asynchronous_calibration(store, scanner, "2026-02-01").issues, "CALIB-DRIFT"));
  add_fit(store, fit("2026-06-01", 112));
  EXPECT_TRUE(has_rule(asynchronous_calibration(store, scanner, "2026-02-01").issues, "CALIB-DRIFT"));
}

TEST(CalibrationStore, TheSameDayIsReplacedAndOnlyGoodPhantomFitsAreKept) {
  CalibrationStore store;
  add_fit(store, fit("2026-01-01", 130));
  add_fit(store, fit("20260101", 131));
  ASSERT_EQ(store.fits.size(), 1U);
  EXPECT_NEAR(*bmd_mg_cm3(store.fits[0], 131), 100, 1e-9);
  Calibration bad = fit("2026-02-01");
  bad.r2 = 0.98;
  EXPECT_THROW(add_fit(store, bad), CalibrationError);
  bad = fit("2026-02-01");
  bad.mode = Mode::Internal;
  EXPECT_THROW(add_fit(store, bad), CalibrationError);
  EXPECT_THROW(add_fit(store, fit("2026-02-30")), CalibrationError);
  EXPECT_THROW(add_fit(store, fit("")), CalibrationError);
}

TEST(CalibrationStore, ComesBackFromItsFile) {
  const auto file = std::filesystem::path(testing::TempDir()) / "osteocalc_store.json";
  std::filesystem::remove(file);
  EXPECT_TRUE(read_store(file).fits.empty());
  CalibrationStore store;
  add_fit(store, fit("2026-01-01"));
  add_fit(store, fit("2026-03-01", 131));
  write_store(store, file);
  const CalibrationStore read = read_store(file);
  ASSERT_EQ(read.fits.size(), 2U);
  EXPECT_EQ(read.fits[1].slope, store.fits[1].slope);
  EXPECT_EQ(read.fits[1].scanner, scanner);
}

TEST(CalibrationStore, AMissingSerialOrTableHeightIsSaid) {
  CalibrationStore store;
  ScannerKey key = scanner;
  key.serial.clear();
  key.table_height_mm.reset();
  add_fit(store, fit("2026-01-01", 130, key));
  const Calibration used = asynchronous_calibration(store, key, "2026-01-05");
  EXPECT_TRUE(has_rule(used.issues, "CALIB-NO-SERIAL"));
  EXPECT_TRUE(has_rule(used.issues, "CALIB-TABLE-HEIGHT"));
}

} // namespace
} // namespace osteocalc::calibration
