// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/synth/dxa_beam.h"

#include "osteocalc/core/error.h"

#include <cmath>
#include <fmt/format.h>
#include <xraylib.h>

namespace osteocalc::synth {
namespace {

/// A metal in the beam, by atomic number.
struct Filter {
  int element;
  double g_cm2;
};

struct Channel {
  double kvp_kv, from_kev, to_kev; ///< what the detector counts
  std::vector<Filter> filters;
};

double compound(const char* name, double kev) {
  return CS_Total_CP(name, kev, nullptr);
}

Spectrum::Bin bin_at(double kev, const Channel& channel) {
  double photons = channel.kvp_kv / kev - 1; // Kramers
  for (const Filter& filter : channel.filters)
    photons *= std::exp(-CS_Total(filter.element, kev, nullptr) * filter.g_cm2);
  return {kev, photons, compound("Muscle, Skeletal", kev), compound("Adipose Tissue (ICRP)", kev),
          compound("Ca10P6O26H2", kev)};
}

Spectrum spectrum(const Channel& channel) {
  constexpr double step_kev = 1;
  Spectrum out;
  double sum = 0;
  for (double kev = channel.from_kev + 0.5 * step_kev; kev < std::min(channel.to_kev, channel.kvp_kv);
       kev += step_kev) {
    out.bins.push_back(bin_at(kev, channel));
    sum += out.bins.back().share;
  }
  std::erase_if(out.bins, [&](const Spectrum::Bin& bin) { return bin.share < 1e-7 * sum; });
  for (Spectrum::Bin& bin : out.bins)
    bin.share /= sum;
  return out;
}

constexpr int aluminium = 13, copper = 29, cerium = 58, samarium = 62;

} // namespace

double Spectrum::transmission(const ArealMasses& m) const {
  double sum = 0;
  for (const Bin& bin : bins)
    sum += bin.share *
           std::exp(-(bin.lean_cm2_g * m.lean_g_cm2 + bin.fat_cm2_g * m.fat_g_cm2 + bin.bone_cm2_g * m.bone_g_cm2));
  return sum;
}

double Spectrum::attenuation(const ArealMasses& masses) const {
  return -std::log(transmission(masses));
}

double Spectrum::mean_kev(const ArealMasses& m) const {
  double sum = 0, weighted = 0;
  for (const Bin& bin : bins) {
    const double through =
        bin.share *
        std::exp(-(bin.lean_cm2_g * m.lean_g_cm2 + bin.fat_cm2_g * m.fat_g_cm2 + bin.bone_cm2_g * m.bone_g_cm2));
    sum += through;
    weighted += through * bin.kev;
  }
  return weighted / sum;
}

DxaBeam dxa_beam(std::string_view name) {
  // K-edge filters split the spectrum at 40.4 keV (Ce) and 46.8 keV (Sm); the detector's windows lie on either side.
  if (name == "cerium") {
    const std::vector<Filter> filters{{aluminium, 0.8}, {cerium, 0.35}};
    return {"cerium", spectrum({80, 20, 50, filters}), spectrum({80, 50, 80, filters}), 80, 80};
  }
  if (name == "samarium") {
    const std::vector<Filter> filters{{aluminium, 0.8}, {samarium, 0.55}};
    return {"samarium", spectrum({100, 20, 58, filters}), spectrum({100, 58, 100, filters}), 100, 100};
  }
  if (name == "switched")
    return {"switched", spectrum({70, 20, 70, {{aluminium, 1.0}}}),
            spectrum({140, 20, 140, {{aluminium, 1.0}, {copper, 2.0}}}), 70, 140};
  throw ConfigError(fmt::format("there is no densitometer beam named {} (no image can be made with it); use cerium, "
                                "samarium or switched",
                                name));
}

std::vector<std::string> dxa_beams() {
  return {"cerium", "samarium", "switched"};
}

} // namespace osteocalc::synth
