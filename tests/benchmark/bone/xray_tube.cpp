// SPDX-License-Identifier: Apache-2.0
#include "xray_tube.h"

#include <cmath>
#include <string>
#include <xraylib/xraylib.h>

namespace osteocalc {
namespace {

constexpr double aluminium_mm = 7, aluminium_g_cm3 = 2.699; // inherent and bow-tie filtration of a CT tube
constexpr int lowest_kev = 20;

double mass_attenuation_cm2_g(const Composition& composition, double kev) {
  double sum = 0, whole = 0;
  for (const auto& [element, fraction] : composition) {
    sum += fraction * CS_Total(element, kev, nullptr);
    whole += fraction;
  }
  return sum / whole;
}

const Composition& water() {
  static const Composition made{{1, 2 * 1.008}, {8, 15.999}};
  return made;
}

/// A compound of NIST's list by its name there.
Composition listed(const std::string& name) {
  Composition composition;
  compoundDataNIST* const found = GetCompoundDataNISTByName(name.c_str(), nullptr);
  for (int i = 0; i < found->nElements; ++i)
    composition.emplace_back(found->Elements[i], found->massFractions[i]);
  FreeCompoundDataNIST(found);
  return composition;
}

} // namespace

TissueCompositions icru44_tissues() {
  return {{{1, .114}, {6, .598}, {7, .007}, {8, .278}, {11, .001}, {16, .001}, {17, .001}},
          {{1, .102},
           {6, .110},
           {7, .033},
           {8, .745},
           {11, .001},
           {15, .001},
           {16, .002},
           {17, .003},
           {19, .002},
           {26, .001}},
          {{1, .102}, {6, .143}, {7, .034}, {8, .710}, {11, .001}, {15, .002}, {16, .003}, {17, .001}, {19, .004}},
          {{1, .034}, {6, .155}, {7, .042}, {8, .435}, {11, .001}, {12, .002}, {15, .103}, {16, .003}, {20, .225}},
          0.95,
          1.06,
          1.05,
          1.92};
}

TissueCompositions icrp_tissues() {
  return {listed("Adipose Tissue (ICRP)"),
          listed("Blood (ICRP)"),
          listed("Muscle, Skeletal"),
          listed("Bone, Cortical (ICRP)"),
          0.95,
          1.06,
          1.05,
          1.92};
}

XrayTube::XrayTube(double kvp_kv, double water_mm) {
  const Composition aluminium{{13, 1.0}};
  double sum = 0;
  for (int kev = lowest_kev; kev < kvp_kv; ++kev) {
    const double photons = kvp_kv / kev - 1; // Kramers
    const double path = mass_attenuation_cm2_g(aluminium, kev) * aluminium_g_cm3 * 0.1 * aluminium_mm +
                        mass_attenuation_cm2_g(water(), kev) * 0.1 * water_mm;
    kev_.push_back(kev);
    weight_.push_back(photons * kev * std::exp(-path));
    sum += weight_.back();
  }
  for (double& weight : weight_)
    weight /= sum;
}

double XrayTube::attenuation(const Composition& composition) const {
  double mean = 0;
  for (std::size_t i = 0; i < kev_.size(); ++i)
    mean += weight_[i] * mass_attenuation_cm2_g(composition, kev_[i]);
  return mean;
}

double XrayTube::hu(const Composition& composition, double density_g_cm3) const {
  return 1000 * (density_g_cm3 * attenuation(composition) / attenuation(water()) - 1);
}

double XrayTube::k2hpo4_hu(double mg_cm3) const {
  constexpr double crystal_g_cm3 = 2.44;
  const Composition k2hpo4{{19, 2 * 39.098}, {1, 1.008}, {15, 30.974}, {8, 4 * 15.999}};
  return mg_cm3 * (attenuation(k2hpo4) / attenuation(water()) - 1 / crystal_g_cm3);
}

} // namespace osteocalc
