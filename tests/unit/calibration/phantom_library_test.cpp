// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calibration/phantom_library.h"

#include "osteocalc/core/error.h"
#include "support/test_path.h"

#include <fstream>
#include <gtest/gtest.h>
#include <set>

namespace osteocalc::calibration {
namespace {

std::filesystem::path written(const std::string& text) {
  const auto file = test::test_path(".json");
  std::ofstream(file) << text;
  return file;
}

TEST(PhantomLibrary, EveryPhantomHasItsOwnNameASourceAndALine) {
  std::set<std::string> names;
  for (const PhantomModel& phantom : phantom_library()) {
    EXPECT_TRUE(names.insert(phantom.name).second) << phantom.name;
    EXPECT_FALSE(phantom.source.empty());
    EXPECT_GE(phantom.rods.size(), 2U);
    EXPECT_EQ(phantom_named(phantom.name).rods.size(), phantom.rods.size());
  }
  EXPECT_EQ(phantom_named("mindways-3").material, Material::K2HPO4);
  EXPECT_EQ(phantom_named("mindways-3").rods[4].density_mg_cm3, 375.83);
  EXPECT_EQ(phantom_named("mindways-3").rods[4].water_mg_cm3, 923.20);
}

TEST(PhantomLibrary, AnUnknownNameIsRefusedWithTheKnownOnes) {
  try {
    static_cast<void>(phantom_named("nobody"));
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string(error.what()).find("qrm-bdc-6"), std::string::npos);
  }
}

TEST(ReadCertificate, GivesThePhantomsOwnDensities) {
  const PhantomModel own =
      read_certificate(written(R"({"schema":"osteocalc.phantom/1","name":"ours","material":"K2HPO4","source":"serial 7",
                 "rods":[{"density_mg_cm3":-50.1,"water_mg_cm3":1010},{"density_mg_cm3":370,"water_mg_cm3":920}]})"));
  EXPECT_EQ(own.name, "ours");
  EXPECT_EQ(own.material, Material::K2HPO4);
  ASSERT_EQ(own.rods.size(), 2U);
  EXPECT_EQ(own.rods[0].density_mg_cm3, -50.1);
  EXPECT_EQ(own.rods[1].water_mg_cm3, 920);
}

TEST(ReadCertificate, WhatCannotBeFittedIsRefused) {
  const std::string head = R"({"schema":"osteocalc.phantom/1","name":"x","material":"HA","rods":)";
  for (const std::string& rods : {std::string("[]}"), std::string(R"([{"density_mg_cm3":100}]})"),
                                  std::string(R"([{"density_mg_cm3":100},{"density_mg_cm3":100}]})"),
                                  std::string(R"([{"density_mg_cm3":100},{"density_mg_cm3":200000}]})"),
                                  std::string(R"([{"density_mg_cm3":0},{"density_mg_cm3":100,"water_mg_cm3":1000}]})"),
                                  std::string(R"([{"density":0},{"density":100}]})")})
    EXPECT_THROW(static_cast<void>(read_certificate(written(head + rods))), CalibrationError) << rods;
  EXPECT_THROW(static_cast<void>(read_certificate(written("{}"))), CalibrationError);
  EXPECT_THROW(static_cast<void>(read_certificate("/no/such/file.json")), CalibrationError);
}

} // namespace
} // namespace osteocalc::calibration
