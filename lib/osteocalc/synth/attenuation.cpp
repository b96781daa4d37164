// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/synth/attenuation.h"

#include "osteocalc/core/error.h"

#include <array>
#include <cmath>
#include <fmt/format.h>

namespace osteocalc::synth {
namespace {

constexpr std::array<double, 3> energies_kev{50, 60, 80};
constexpr std::array<double, 3> slopes_ha{2.27, 1.66, 1.09};
constexpr std::array<double, 3> slopes_k2hpo4{2.05, 1.48, 0.96};

/// The voltages of the published thresholds, and the energies at which slopes_ha follows them from 1.30 at 120 kV.
constexpr std::array<double, 5> voltages_kv{70, 80, 100, 120, 140};
constexpr std::array<double, 5> effective_kev{52.8, 57.8, 65.9, 70.9, 76.7};

} // namespace

double effective_energy_kev(double kvp_kv) {
  if (!(kvp_kv >= voltages_kv.front() && kvp_kv <= voltages_kv.back()))
    throw ConfigError(fmt::format("tube voltage {} kV cannot be simulated (the effective energy is known from 70 to "
                                  "140 kV only); choose a voltage in that range",
                                  kvp_kv));
  std::size_t i = 1;
  while (i + 1 < voltages_kv.size() && kvp_kv > voltages_kv[i])
    ++i;
  return std::lerp(effective_kev[i - 1], effective_kev[i],
                   (kvp_kv - voltages_kv[i - 1]) / (voltages_kv[i] - voltages_kv[i - 1]));
}

double hu_per_mg_cm3(double kvp_kv, Mineral mineral) {
  const auto& slopes = mineral == Mineral::Hydroxyapatite ? slopes_ha : slopes_k2hpo4;
  const double energy = effective_energy_kev(kvp_kv);
  const std::size_t i = energy < energies_kev[1] ? 1 : 2;
  const double fraction = std::log(energy / energies_kev[i - 1]) / std::log(energies_kev[i] / energies_kev[i - 1]);
  return std::exp(std::lerp(std::log(slopes[i - 1]), std::log(slopes[i]), fraction));
}

} // namespace osteocalc::synth
