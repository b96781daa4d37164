// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calibration/calibration.h"

#include "osteocalc/core/error.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

namespace osteocalc::calibration {
namespace {

constexpr std::array<PublishedLine, 2> lines{
    {{"buenger-2021", 0.7, 17.8, false, "Buenger 2021, World Neurosurg 151:e599 (902 vertebrae, no contrast)"},
     {"buenger-2022-contrast", 0.71, 13.82, true,
      "Buenger 2022, Arch Orthop Trauma Surg 142:3335 (98 vertebrae, contrast)"}}};

constexpr std::array<std::string_view, 5> mode_names{"phantom", "asynchronous", "internal", "published", "raw"};

Calibration published(std::string_view name) {
  const auto line = std::ranges::find(lines, name, &PublishedLine::name);
  if (line == lines.end()) {
    std::string known;
    for (const PublishedLine& other : lines)
      known += (known.empty() ? "" : ", ") + std::string(other.name);
    throw ConfigError("no published line is called '" + std::string(name) +
                      "' (a density needs a stated source) known: " + known);
  }
  return {Mode::Published, std::string(line->name), {}, line->slope, line->intercept, {}};
}

Material material_from(const std::string& name, const std::filesystem::path& path) {
  for (const Material material : {Material::HA, Material::K2HPO4})
    if (name == to_string(material))
      return material;
  throw CalibrationError(path.string() + ": unknown material '" + name +
                         "' (densities of different minerals must not be compared) known: HA, K2HPO4");
}

Calibration from_file(const std::filesystem::path& path) {
  std::ifstream in(path);
  if (!in)
    throw CalibrationError("cannot read the calibration " + path.string() +
                           " (densities need it) give raw, published:NAME or a calibration.json");
  try {
    const nlohmann::json file = nlohmann::json::parse(in);
    if (file.value("schema", "") != "osteocalc.calibration/1")
      throw CalibrationError(path.string() + " is no osteocalc.calibration/1 file (its numbers cannot be trusted)");
    const auto mode = std::ranges::find(mode_names, file.at("mode").get<std::string>());
    if (mode == mode_names.end())
      throw CalibrationError(path.string() + ": unknown mode (known: phantom, asynchronous, internal, published, raw)");
    Calibration result;
    result.mode = static_cast<Mode>(mode - mode_names.begin());
    if (file.contains("phantom") && file["phantom"].is_string())
      result.name = file["phantom"].get<std::string>();
    if (file.contains("material") && file["material"].is_string())
      result.material = material_from(file["material"].get<std::string>(), path);
    result.slope = file.at("slope").get<double>();
    result.intercept = file.at("intercept").get<double>();
    if (file.contains("se_mg_cm3") && file["se_mg_cm3"].is_number())
      result.se_mg_cm3 = file["se_mg_cm3"].get<double>();
    if (!std::isfinite(*result.slope) || *result.slope <= 0)
      throw CalibrationError(path.string() + ": the slope is not above 0 (density rises with HU)");
    return result;
  } catch (const nlohmann::json::exception& error) {
    throw CalibrationError(path.string() + " is not a usable calibration.json: " + error.what());
  }
}

} // namespace

std::string_view to_string(Mode mode) noexcept {
  return mode_names[static_cast<std::size_t>(mode)];
}

std::string_view to_string(Material material) noexcept {
  return material == Material::HA ? "HA" : "K2HPO4";
}

std::optional<double> bmd_mg_cm3(const Calibration& calibration, double hu) noexcept {
  if (calibration.mode == Mode::Raw || !calibration.slope || !calibration.intercept)
    return std::nullopt;
  return *calibration.slope * hu + *calibration.intercept;
}

std::span<const PublishedLine> published_lines() noexcept {
  return lines;
}

Calibration calibration_from(const std::string& text) {
  if (text == "raw")
    return {};
  if (text == "internal")
    throw ConfigError("internal calibration is not built yet (it needs tissue samples) use raw or published:NAME");
  constexpr std::string_view prefix = "published:";
  if (text.starts_with(prefix))
    return published(std::string_view(text).substr(prefix.size()));
  return from_file(text);
}

} // namespace osteocalc::calibration
