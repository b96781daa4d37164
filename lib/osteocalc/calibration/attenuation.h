// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/calibration/calibration.h"

#include <span>

namespace osteocalc::calibration {

enum class Substance { Adipose, Air, Blood, CorticalBone, Muscle, Water, K2HPO4, HA, Triglyceride };

/// How to read between the table's energies: attenuation is a power law of energy over short stretches; Linear only to
/// compare with programs that do so.
enum class Interpolation { LogLog, Linear };

/// Mass attenuation coefficient, cm2/g, of ICRU-44 tissues and compounds; 40 to 150 keV. \cite nist126
/// \throw CalibrationError outside the table
[[nodiscard]] double mass_attenuation_cm2_g(Substance substance, double energy_kev,
                                            Interpolation interpolation = Interpolation::LogLog);

/// HU that 1 mg/cm3 of a mineral adds to water it displaces (crystal densities 3.16 and 2.44 g/cm3).
[[nodiscard]] double hu_per_mg_cm3(Material material, double energy_kev);

/// The effective energy, keV, that is usual at a tube voltage: 57, 64, 71, 78 keV at 80, 100, 120, 140 kV; filters and
/// bodies move it. Without a voltage that of 120 kV.
[[nodiscard]] double usual_energy_kev(std::optional<double> kvp_kv) noexcept;

/// The range of effective energies, keV, that a scan at this tube voltage may have; wide, for gates only.
struct EnergyRange {
  double low_kev = 40, high_kev = 100;
};
[[nodiscard]] EnergyRange plausible_energies(std::optional<double> kvp_kv) noexcept;

} // namespace osteocalc::calibration
