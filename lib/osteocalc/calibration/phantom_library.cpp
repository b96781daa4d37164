// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calibration/phantom_library.h"

#include "osteocalc/calibration/calibration_json.h"
#include "osteocalc/core/error.h"

#include <algorithm>
#include <cmath>

namespace osteocalc::calibration {
namespace {

constexpr std::size_t fewest_rods = 2;

PhantomModel checked(PhantomModel phantom, const std::string& where) {
  if (phantom.name.empty() || phantom.rods.size() < fewest_rods)
    throw CalibrationError(where + ": a certificate needs a name and at least two rods (a line has two unknowns)");
  for (const PhantomRod& rod : phantom.rods) {
    if (!std::isfinite(rod.density_mg_cm3) || std::abs(rod.density_mg_cm3) > 3000)
      throw CalibrationError(where + ": a rod's density is not within +-3000 mg/cm3 (wrong unit?) give mg/cm3");
    if (rod.water_mg_cm3.has_value() != phantom.rods.front().water_mg_cm3.has_value())
      throw CalibrationError(where + ": some rods state a water density and some do not (the fit needs all or none)");
  }
  const auto density = [](const PhantomRod& rod) { return rod.density_mg_cm3; };
  const auto [low, high] = std::ranges::minmax_element(phantom.rods, {}, density);
  if (low->density_mg_cm3 == high->density_mg_cm3)
    throw CalibrationError(where + ": all rods have one density (no line can be fitted)");
  return phantom;
}

} // namespace

const std::vector<PhantomModel>& phantom_library() {
  using enum Material;
  using enum Recognition;
  static const std::vector<PhantomModel> library{
      {"mindways-3",
       K2HPO4,
       {{-51.83, 1012.25}, {-53.40, 1056.95}, {58.88, 1103.57}, {157.05, 1119.52}, {375.83, 923.20}},
       "Mindways Model 3 CT, serials 4541A and 4560, as published with the Ogo toolkit",
       Automatic},
      {"mindways-3-qa",
       K2HPO4,
       {{58.88, 1103.57}, {-53.40, 1056.95}, {157.05, 1119.52}, {157.13, 1120.10}},
       "Mindways Model 3 QA, serial 4408, as published with the Ogo toolkit",
       Automatic},
      {"qrm-bdc-3", HA, {{100, {}}, {400, {}}, {800, {}}}, "QRM-BDC/3, serial 71, as published with Ogo", Automatic},
      {"qrm-bdc-6",
       HA,
       {{0, {}}, {100, {}}, {200, {}}, {400, {}}, {600, {}}, {800, {}}},
       "QRM-BDC/6, serial 106, as published with the Ogo toolkit",
       Automatic},
      {"image-analysis-qct-3d-plus",
       HA,
       {{8.0, {}}, {97.3, {}}, {189.8, {}}},
       "Image Analysis QCT-3D Plus, serial G2730, as published with the Ogo toolkit",
       Automatic},
      {"image-analysis-0-75-150", HA, {{0, {}}, {75, {}}, {150, {}}}, "Image Analysis, nominal set", ByNameOnly},
      {"image-analysis-0-100-200", HA, {{0, {}}, {100, {}}, {200, {}}}, "Image Analysis, nominal set", ByNameOnly},
      {"b-mas-200", HA, {{0, {}}, {50, {}}, {100, {}}, {150, {}}, {200, {}}}, "B-MAS 200, nominal", Automatic},
      {"siemens", HA, {{0, {}}, {200, {}}}, "Siemens two-rod phantom, nominal", ByNameOnly}};
  return library;
}

PhantomModel phantom_named(std::string_view name) {
  const auto found = std::ranges::find(phantom_library(), name, &PhantomModel::name);
  if (found != phantom_library().end())
    return *found;
  std::string known;
  for (const PhantomModel& phantom : phantom_library())
    known += ", " + phantom.name;
  throw ConfigError("no calibration phantom is called '" + std::string(name) +
                    "' (its rods are unknown) give a certificate, or one of auto" + known);
}

PhantomModel read_certificate(const std::filesystem::path& file) {
  const Json json = parsed_file(file);
  try {
    if (json.value("schema", "") != "osteocalc.phantom/1")
      throw CalibrationError(file.string() + " is no osteocalc.phantom/1 file (its densities cannot be trusted)");
    PhantomModel phantom;
    phantom.name = json.at("name").get<std::string>();
    const std::optional<Material> material = material_from_string(json.at("material").get<std::string>());
    if (!material)
      throw CalibrationError(file.string() + ": unknown material (known: HA, K2HPO4)");
    phantom.material = *material;
    phantom.source = json.value("source", "certificate " + file.filename().string());
    for (const Json& rod : json.at("rods")) {
      phantom.rods.push_back({rod.at("density_mg_cm3").get<double>(), {}});
      if (rod.contains("water_mg_cm3") && !rod["water_mg_cm3"].is_null())
        phantom.rods.back().water_mg_cm3 = rod["water_mg_cm3"].get<double>();
    }
    return checked(std::move(phantom), file.string());
  } catch (const Json::exception& error) {
    throw CalibrationError(file.string() + " is not a usable certificate: " + error.what());
  }
}

} // namespace osteocalc::calibration
