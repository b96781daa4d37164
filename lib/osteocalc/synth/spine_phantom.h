// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/image/ct_image.h"
#include "osteocalc/image/label_map.h"
#include "osteocalc/synth/calibration_slab.h"
#include "osteocalc/synth/scanner.h"
#include "osteocalc/synth/spine_anatomy.h"

#include <array>
#include <optional>
#include <string>

namespace osteocalc::synth {

/// HU of what lies around the vertebrae of a phantom with a body, at the scanner's voltage.
struct PhantomTissues {
  double fat_hu = tissue::fat_hu, muscle_hu = tissue::muscle_hu, blood_hu = tissue::blood_hu, cortical_hu = 1600;
};

/// Three vertebrae of known trabecular density (L1, L2, L3) and rising cortical thickness in a body.
struct SpinePhantomRequest {
  Scanner scanner{};
  std::uint32_t seed = 1;
  std::array<double, 3> trabecular_mg_cm3{50, 100, 200}; ///< HA in a base of water, as in the European Spine Phantom
  std::array<double, 3> cortex_mm{0.5, 1.0, 1.5};
  std::array<std::array<double, 3>, 3> heights_mm{
      {{27, 27, 27}, {27, 27, 27}, {27, 27, 27}}}; ///< front, middle and back of each vertebra
  std::string calibration_phantom{};               ///< one of calibration_phantoms() under it; empty = none
  double half_width_mm = 140, half_depth_mm = 90;
  std::optional<double> fat_mm{}; ///< a person's layers instead of water: fat so thick around muscle, an aorta
                                  ///< (label 52) and two thick bones (labels 75, 76)
  PhantomTissues tissues{};
};

struct SpinePhantom {
  CtImage image;
  LabelMap labels; ///< whole vertebrae 31, 30, 29; with a body also 52, 75, 76
  LabelMap parts;  ///< vertebral bodies 260 + ...
  std::array<VertebraForm, 3> vertebrae;
  std::optional<CalibrationSlab> slab;
};

/// A scan of it. The seed moves the slices by less than one increment and makes the noise. \cite kalender1995
/// \throw ConfigError when the scanner's values are out of range or the phantom is unknown
[[nodiscard]] SpinePhantom make_spine_phantom(const SpinePhantomRequest& request, Parallel parallel);

} // namespace osteocalc::synth
