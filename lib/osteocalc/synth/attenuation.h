// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace osteocalc::synth {

/// Attenuation of the tissues without mineral, HU. Taken as the same at every tube voltage: they differ little from
/// water in composition; what changes with the voltage is mineral.
namespace tissue {
inline constexpr float air_hu = -1000, lung_hu = -860, fat_hu = -100, water_hu = 0, fluid_hu = 10, marrow_hu = -25,
                       kidney_hu = 30, bowel_hu = 30, cord_hu = 35, blood_hu = 40, myocardium_hu = 46, spleen_hu = 48,
                       muscle_hu = 52, liver_hu = 57, disc_hu = 78, cartilage_hu = 105;
} // namespace tissue

enum class Mineral { Hydroxyapatite, DipotassiumPhosphate };

/// Effective energy (keV) of the beam in the body for a tube voltage of 70 to 140 kV. At 120 kV it is the energy at
/// which 100 mg/cm3 HA reads 130 HU; at other voltages HU of calcium follow the published detection thresholds
/// (207, 177, 145, 130, 116 HU at 70, 80, 100, 120, 140 kV). \cite grani2018
/// \throw ConfigError outside 70 to 140 kV
[[nodiscard]] double effective_energy_kev(double kvp_kv);

/// HU that 1 mg/cm3 of mineral adds to the tissue it displaces water from, at the effective energy of `kvp_kv`:
/// log-log interpolation of 2.27, 1.66, 1.09 (HA) and 2.05, 1.48, 0.96 (K2HPO4) at 50, 60, 80 keV.
/// \throw ConfigError outside 70 to 140 kV
[[nodiscard]] double hu_per_mg_cm3(double kvp_kv, Mineral mineral = Mineral::Hydroxyapatite);

} // namespace osteocalc::synth
