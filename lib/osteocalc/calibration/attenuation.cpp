// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calibration/attenuation.h"

#include "osteocalc/core/error.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace osteocalc::calibration {
namespace {

constexpr std::size_t energies = 6;
constexpr std::array<double, energies> energy_kev{40, 50, 60, 80, 100, 150};

/// In the order of Substance.
constexpr std::array<std::array<double, energies>, 9> table{{{.2396, .2123, .1974, .1800, .1688, .1500},
                                                             {.2485, .2080, .1875, .1662, .1541, .1356},
                                                             {.2715, .2278, .2057, .1827, .1695, .1492},
                                                             {.6655, .4242, .3148, .2229, .1855, .1480},
                                                             {.2685, .2262, .2048, .1823, .1693, .1492},
                                                             {.2683, .2269, .2059, .1837, .1707, .1505},
                                                             {.9327, .5573, .3890, .2508, .1972, .1480},
                                                             {.9877, .5867, .4067, .2589, .2019, .1501},
                                                             {.2293, .2072, .1945, .1789, .1683, .1499}}};

} // namespace

double mass_attenuation_cm2_g(Substance substance, double energy, Interpolation interpolation) {
  if (!(energy >= energy_kev.front() && energy <= energy_kev.back()))
    throw CalibrationError("no attenuation is tabulated at " + std::to_string(energy) +
                           " keV (the table runs from 40 to 150 keV) check the tube voltage and the samples");
  std::size_t i = 1;
  while (i + 1 < energies && energy > energy_kev[i])
    ++i;
  const auto& values = table[static_cast<std::size_t>(substance)];
  if (interpolation == Interpolation::Linear)
    return std::lerp(values[i - 1], values[i], (energy - energy_kev[i - 1]) / (energy_kev[i] - energy_kev[i - 1]));
  const double fraction = std::log(energy / energy_kev[i - 1]) / std::log(energy_kev[i] / energy_kev[i - 1]);
  return std::exp(std::lerp(std::log(values[i - 1]), std::log(values[i]), fraction));
}

double hu_per_mg_cm3(Material material, double energy) {
  const double crystal_g_cm3 = material == Material::HA ? 3.16 : 2.44;
  const double mineral = mass_attenuation_cm2_g(material == Material::HA ? Substance::HA : Substance::K2HPO4, energy);
  const double water = mass_attenuation_cm2_g(Substance::Water, energy);
  return mineral / water - 1 / crystal_g_cm3;
}

double usual_energy_kev(std::optional<double> kvp_kv) noexcept {
  return 28 + 0.36 * kvp_kv.value_or(120);
}

EnergyRange plausible_energies(std::optional<double> kvp_kv) noexcept {
  if (!kvp_kv)
    return {};
  const double usual = usual_energy_kev(kvp_kv);
  return {std::clamp(usual - 15, 40.0, 150.0), std::clamp(usual + 20, 40.0, 150.0)};
}

} // namespace osteocalc::calibration
