// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/calibration/attenuation.h"

#include <optional>
#include <span>
#include <vector>

namespace osteocalc::calibration {

/// HU of a tissue of ICRU-44 composition and density at one energy: 1000 (rho mu(E) / mu_water(E) - 1).
/// \pre Adipose, Air, Blood, CorticalBone or Muscle
[[nodiscard]] double tissue_hu(Substance tissue, double energy_kev);

/// How far a person's tissue may be from that, HU (one SD): ICRU densities are those of a standard person.
[[nodiscard]] double tissue_sd_hu(Substance tissue, double energy_kev);

/// A scan's HU against theory: hu = gain * tissue_hu(energy) + offset_hu.
struct TheoryFit {
  double effective_kev = 0, gain = 1, offset_hu = 0;
  double r2 = 0;                        ///< of hu over tissue_hu()
  std::vector<double> standard_misfits; ///< per tissue: residual over its SD
};

/// The energy, gain and offset at which theory gives the HU found, by least squares weighted with how well each tissue
/// is known; the energy is also held, as by one more measurement, to `expected_kev` with `expected_sd_kev`.
/// \param se_hu of the samples, besides tissue_sd_hu() \pre at least three tissues, spans of equal length
[[nodiscard]] TheoryFit fit_theory(std::span<const Substance> tissues, std::span<const double> hu,
                                   std::span<const double> se_hu, double expected_kev, double expected_sd_kev);

} // namespace osteocalc::calibration
