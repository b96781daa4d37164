// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/dxa/calibration_file.h"

#include "osteocalc/core/error.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace osteocalc::dxa {
namespace {

using Json = nlohmann::json;

[[noreturn]] void fail(const std::string& problem) {
  throw ConfigError(fmt::format("DXA calibration: {} (density cannot be computed) see docs/methods/dxa.md", problem));
}

MassAttenuation coefficients(const Json& json, const std::string& material) {
  MassAttenuation out;
  for (const auto& [key, value] : {std::pair{"low_cm2_g", &out.low_cm2_g}, std::pair{"high_cm2_g", &out.high_cm2_g}}) {
    if (!json.contains(key) || !json[key].is_number() || !(json[key].get<double>() > 0))
      fail(fmt::format("{}.{} is missing or not above 0", material, key));
    *value = json[key].get<double>();
  }
  return out;
}

AttenuationModel from_coefficients(const Json& json) {
  if (!json.is_object() || !json.contains("bone"))
    fail("mass_attenuation.bone is missing");
  const auto optional = [&](const char* material) {
    return json.contains(material) ? std::optional(coefficients(json[material], material)) : std::nullopt;
  };
  return AttenuationModel::from_coefficients(coefficients(json["bone"], "bone"), optional("lean"), optional("fat"));
}

AttenuationModel from_steps(const Json& json) {
  std::vector<CalibrationStep> steps;
  for (const Json& row : json) {
    if (!row.is_array() || row.size() != 5 || !std::ranges::all_of(row, [](const Json& v) { return v.is_number(); }))
      fail(fmt::format("step {} is not five numbers: lean, fat, bone in g/cm2, then low and high", steps.size() + 1));
    const auto at = [&](std::size_t i) { return row[i].get<double>(); };
    steps.push_back({{at(0), at(1), at(2)}, {at(3), at(4)}});
  }
  return AttenuationModel::from_steps(steps);
}

} // namespace

AttenuationModel parse_calibration(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded() || !json.is_object())
    fail("it is no JSON object");
  if (json.value("schema", "") != "osteocalc.dxa_calibration/1")
    fail("the schema is not osteocalc.dxa_calibration/1");
  if (json.contains("mass_attenuation"))
    return from_coefficients(json["mass_attenuation"]);
  if (json.contains("steps") && json["steps"].is_array())
    return from_steps(json["steps"]);
  fail("it has neither mass_attenuation nor steps");
}

} // namespace osteocalc::dxa
