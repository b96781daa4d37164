// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calibration/calibration.h"

#include "osteocalc/calibration/attenuation.h"
#include "osteocalc/calibration/calibration_file.h"
#include "osteocalc/calibration/internal.h"
#include "osteocalc/core/error.h"

#include <algorithm>
#include <cmath>

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
  Calibration result;
  result.mode = Mode::Published;
  result.name = line->name;
  result.slope = line->slope;
  result.intercept = line->intercept;
  return result;
}

} // namespace

std::string_view to_string(Mode mode) noexcept {
  return mode_names[static_cast<std::size_t>(mode)];
}

std::optional<Mode> mode_from_string(std::string_view name) noexcept {
  const auto mode = std::ranges::find(mode_names, name);
  if (mode == mode_names.end())
    return std::nullopt;
  return static_cast<Mode>(mode - mode_names.begin());
}

std::string_view to_string(Material material) noexcept {
  return material == Material::HA ? "HA" : "K2HPO4";
}

std::optional<Material> material_from_string(std::string_view name) noexcept {
  for (const Material material : {Material::HA, Material::K2HPO4})
    if (name == to_string(material))
      return material;
  return std::nullopt;
}

std::optional<double> bmd_mg_cm3(const Calibration& calibration, double hu) noexcept {
  if (calibration.mode == Mode::Raw || !calibration.slope || !calibration.intercept)
    return std::nullopt;
  return (calibration.curvature * hu + *calibration.slope) * hu + *calibration.intercept;
}

bool is_absolute(const Calibration& calibration) noexcept {
  switch (calibration.mode) {
  case Mode::Phantom:
  case Mode::Asynchronous:
    return true;
  case Mode::Internal:
    return calibration.name == to_string(InternalMethod::Theory);
  case Mode::Published:
  case Mode::Raw:
    break;
  }
  return false;
}

double slope_at(const Calibration& calibration, double hu) noexcept {
  return 2 * calibration.curvature * hu + calibration.slope.value_or(0);
}

std::optional<double> calibration_se_mg_cm3(const Calibration& calibration, double hu) noexcept {
  const std::optional<double> bmd = bmd_mg_cm3(calibration, hu);
  if (!bmd || !calibration.covariance)
    return std::nullopt;
  const std::array<double, 3> gradient{hu, 1, hu * hu};
  double variance = std::pow(calibration.model_se_fraction * *bmd, 2);
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j)
      variance += gradient[i] * (*calibration.covariance)[i][j] * gradient[j];
  return std::sqrt(std::max(0.0, variance));
}

Calibration after_correction(Calibration c, double f, double o) noexcept {
  if (!c.slope || !c.intercept)
    return c;
  // Slope, intercept and curvature of the composed curve are linear in those of the first.
  const std::array<std::array<double, 3>, 3> to{{{f, 0, 2 * f * o}, {o, 1, o * o}, {0, 0, f * f}}};
  const std::array<double, 3> from{*c.slope, *c.intercept, c.curvature};
  std::array<double, 3> result{};
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j)
      result[i] += to[i][j] * from[j];
  c.slope = result[0];
  c.intercept = result[1];
  c.curvature = result[2];
  if (!c.covariance)
    return c;
  Covariance carried{};
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j)
      for (std::size_t k = 0; k < 3; ++k)
        for (std::size_t l = 0; l < 3; ++l)
          carried[i][j] += to[i][k] * (*c.covariance)[k][l] * to[j][l];
  c.covariance = carried;
  return c;
}

double converted_density(double mg_cm3, Material from, Material to, double effective_kev) {
  return mg_cm3 * hu_per_mg_cm3(from, effective_kev) / hu_per_mg_cm3(to, effective_kev);
}

std::span<const PublishedLine> published_lines() noexcept {
  return lines;
}

Calibration calibration_from(const std::string& text) {
  if (text == "raw")
    return {};
  if (text == "internal")
    throw ConfigError("an internal calibration is made from the scan's own tissues (no file holds it) use a command "
                      "that reads the scan, such as bmd --calibration internal");
  constexpr std::string_view prefix = "published:";
  if (text.starts_with(prefix))
    return published(std::string_view(text).substr(prefix.size()));
  return read_calibration(text);
}

} // namespace osteocalc::calibration
