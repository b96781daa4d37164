// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/parallel.h"
#include "osteocalc/image/ct_image.h"
#include "osteocalc/synth/scanner.h"

#include <vector>

namespace osteocalc::synth {

/// One cylinder of hydroxyapatite in the insert: its axis lies along z and its length equals its diameter.
struct HaCylinder {
  Vec3 center_mm{0, 0, 0};
  double diameter_mm = 5;
  double density_mg_cm3 = 200;

  [[nodiscard]] double volume_mm3() const;
  [[nodiscard]] double mass_mg() const { return 1e-3 * density_mg_cm3 * volume_mm3(); }
};

/// The scanner of a phantom scan unless told otherwise: what a cardiac protocol gives.
[[nodiscard]] Scanner phantom_scanner();

struct PhantomTruth {
  Scanner scanner{};
  VolumeGeometry grid{};
  std::vector<HaCylinder> cylinders{}; ///< 200, 400, 800 mg/cm3, each with 5, 3, 1 mm
  double background_hu = 36;           ///< of the insert around them
  Vec3 rod_center_mm{0, 0, 0};         ///< calibration rod of 200 mg/cm3 along z
  Vec3 water_center_mm{0, 0, 0};       ///< water-equivalent rod along z
};

struct SyntheticPhantom {
  CtImage image;
  PhantomTruth truth;
};

/// A scan of a cardiac calcification insert (nine HA cylinders of 5, 3, 1 mm and 200, 400, 800 mg/cm3; 168.2 mg in all)
/// in a thorax of 300 x 200 mm with lungs and a vertebra. The seed moves the slices against the cylinders by less than
/// one increment, and makes the noise. \throw ConfigError when the scanner's values are out of range
[[nodiscard]] SyntheticPhantom make_insert_phantom(const Scanner& scanner, std::uint32_t seed, Parallel parallel);

} // namespace osteocalc::synth
