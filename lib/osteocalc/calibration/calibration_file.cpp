// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calibration/calibration_file.h"

#include "osteocalc/calibration/calibration_json.h"
#include "osteocalc/core/error.h"

#include <cmath>
#include <fstream>

namespace osteocalc::calibration {
namespace {

constexpr const char* schema = "osteocalc.calibration/1";

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

std::optional<double> number(const Json& json, const char* key) {
  if (!json.contains(key) || !json[key].is_number())
    return std::nullopt;
  return json[key].get<double>();
}

std::string text(const Json& json, const char* key) {
  return json.contains(key) && json[key].is_string() ? json[key].get<std::string>() : std::string();
}

/// 2 x 2 for a line, 3 x 3 (with the curvature) for a curve.
Json to_json(const Covariance& covariance, std::size_t size) {
  Json rows = Json::array();
  for (std::size_t i = 0; i < size; ++i)
    rows.push_back(Json(std::vector<double>(covariance[i].begin(), covariance[i].begin() + static_cast<long>(size))));
  return rows;
}

Covariance covariance_from(const Json& rows) {
  Covariance covariance{};
  for (std::size_t i = 0; i < std::min<std::size_t>(3, rows.size()); ++i)
    for (std::size_t j = 0; j < std::min<std::size_t>(3, rows[i].size()); ++j)
      covariance[i][j] = rows[i][j].get<double>();
  return covariance;
}

Json to_json(const CalibrationRod& rod) {
  Json json{{"hu", rod.hu}, {"hu_se", rod.hu_se}, {"density_mg_cm3", rod.density_mg_cm3}};
  if (rod.water_mg_cm3)
    json["water_mg_cm3"] = *rod.water_mg_cm3;
  json["residual"] = rod.residual_mg_cm3;
  return json;
}

CalibrationRod rod_from(const Json& json) {
  return {json.at("hu").get<double>(), number(json, "hu_se").value_or(0), json.at("density_mg_cm3").get<double>(),
          number(json, "water_mg_cm3"), number(json, "residual").value_or(0)};
}

/// Raw HU need no line; a density without one, or one that falls with HU, must not pass.
void check(const Calibration& calibration, const std::string& where) {
  if (calibration.mode == Mode::Raw)
    return;
  if (!calibration.slope || !calibration.intercept)
    throw CalibrationError(where + ": slope and intercept are not both numbers (a density needs its line)");
  if (!std::isfinite(*calibration.slope) || *calibration.slope <= 0 || !std::isfinite(*calibration.intercept))
    throw CalibrationError(where + ": the slope is not above 0 (density rises with HU)");
}

} // namespace

Json to_json(const ScannerKey& key) {
  return {{"manufacturer", key.manufacturer},
          {"model", key.model},
          {"serial", key.serial},
          {"kvp_kv", or_null(key.kvp_kv)},
          {"kernel", key.kernel},
          {"filter", key.filter},
          {"field_of_view_mm", or_null(key.field_of_view_mm)},
          {"table_height_mm", or_null(key.table_height_mm)}};
}

ScannerKey scanner_from(const Json& json) {
  return {text(json, "manufacturer"),
          text(json, "model"),
          text(json, "serial"),
          text(json, "kernel"),
          text(json, "filter"),
          number(json, "kvp_kv"),
          number(json, "field_of_view_mm"),
          number(json, "table_height_mm")};
}

Json to_json(const Calibration& calibration) {
  Json json{{"schema", schema},
            {"mode", to_string(calibration.mode)},
            {"phantom", calibration.name},
            {"material", calibration.material ? Json(to_string(*calibration.material)) : Json()},
            {"slope", or_null(calibration.slope)},
            {"intercept", or_null(calibration.intercept)}};
  if (calibration.curvature != 0)
    json["curvature"] = calibration.curvature;
  json["covariance"] =
      calibration.covariance ? to_json(*calibration.covariance, calibration.curvature != 0 ? 3 : 2) : Json();
  json["r2"] = or_null(calibration.r2);
  json["se_mg_cm3"] = or_null(calibration.se_mg_cm3);
  json["model_se_fraction"] = calibration.model_se_fraction;
  json["rods"] = Json::array();
  for (const CalibrationRod& rod : calibration.rods)
    json["rods"].push_back(to_json(rod));
  json["scanner"] = to_json(calibration.scanner);
  json["date"] = calibration.date.empty() ? Json() : Json(calibration.date);
  return json;
}

Calibration calibration_from_json(const Json& json, const std::string& where) {
  if (text(json, "schema") != schema)
    throw CalibrationError(where + " is no osteocalc.calibration/1 file (its numbers cannot be trusted)");
  const std::optional<Mode> mode = mode_from_string(json.at("mode").get<std::string>());
  if (!mode)
    throw CalibrationError(where + ": unknown mode (known: phantom, asynchronous, internal, published, raw)");
  Calibration result;
  result.mode = *mode;
  result.name = text(json, "phantom");
  if (const std::string material = text(json, "material"); !material.empty()) {
    result.material = material_from_string(material);
    if (!result.material)
      throw CalibrationError(where + ": unknown material '" + material +
                             "' (densities of different minerals must not be compared) known: HA, K2HPO4");
  }
  result.slope = number(json, "slope");
  result.intercept = number(json, "intercept");
  result.curvature = number(json, "curvature").value_or(0);
  if (json.contains("covariance") && json["covariance"].is_array())
    result.covariance = covariance_from(json["covariance"]);
  result.r2 = number(json, "r2");
  result.se_mg_cm3 = number(json, "se_mg_cm3");
  result.model_se_fraction = number(json, "model_se_fraction").value_or(0);
  if (json.contains("rods"))
    for (const Json& rod : json["rods"])
      result.rods.push_back(rod_from(rod));
  if (json.contains("scanner"))
    result.scanner = scanner_from(json["scanner"]);
  result.date = text(json, "date");
  check(result, where);
  return result;
}

Json parsed_file(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in)
    throw CalibrationError("cannot read " + file.string() +
                           " (densities need a calibration) give raw, published:NAME or a calibration.json");
  try {
    return Json::parse(in);
  } catch (const Json::exception& error) {
    throw CalibrationError(file.string() + " is no JSON: " + error.what());
  }
}

void write_text(const std::filesystem::path& file, const std::string& text) {
  std::filesystem::path part = file;
  part += ".part";
  {
    std::ofstream out(part, std::ios::binary);
    out << text;
    if (!out.flush())
      throw CalibrationError("cannot write " + part.string() + " (the calibration would be lost) choose another place");
  }
  std::filesystem::rename(part, file);
}

Calibration read_calibration(const std::filesystem::path& file) {
  const Json json = parsed_file(file);
  try {
    return calibration_from_json(json, file.string());
  } catch (const Json::exception& error) {
    throw CalibrationError(file.string() + " is not a usable calibration.json: " + error.what());
  }
}

std::string calibration_json(const Calibration& calibration) {
  return to_json(calibration).dump(2) + "\n";
}

void write_calibration(const Calibration& calibration, const std::filesystem::path& file) {
  write_text(file, calibration_json(calibration));
}

} // namespace osteocalc::calibration
