// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/image/ct_image.h"
#include "osteocalc/image/label_map.h"
#include "osteocalc/synth/calibration_slab.h"
#include "osteocalc/synth/plaque.h"
#include "osteocalc/synth/scanner.h"

#include <optional>
#include <string>
#include <vector>

namespace osteocalc::synth {

/// What to simulate. Everything not stated follows from person.seed.
struct CtRequest {
  Person person{};
  Scanner scanner{};
  std::vector<CalciumLoad> calcium{};    ///< none = an artery without calcium
  std::vector<LevelDensity> densities{}; ///< trabecular densities that replace the person's
  std::vector<Plaque> plaques{};         ///< further ones at given places
  std::string calibration_phantom{};     ///< one of calibration_phantoms(); empty = none
  std::string patient_id = "SYNTHETIC";
};

/// The object that was scanned, and how: every analytic answer follows from it.
struct CtTruth {
  Torso torso{};
  Scanner scanner{};
  VolumeGeometry grid{};
  std::vector<CalciumLoad> loads{};
  std::vector<Plaque> plaques{};
  std::optional<CalibrationSlab> slab{};
};

struct SyntheticCt {
  CtImage image;
  LabelMap labels; ///< whole structures: 51, 52, 65, 66, vertebrae 26 to 43
  LabelMap parts;  ///< 200 ... 214 and vertebral bodies 260 ...
  CtTruth truth;
};

/// A CT scan of a torso. \throw ConfigError when the request is impossible
[[nodiscard]] SyntheticCt make_ct(const CtRequest& request, Parallel parallel);

/// HU of this density of trabecular bone at a tube voltage: marrow plus mineral.
[[nodiscard]] double trabecular_hu(double mg_cm3, double kvp_kv);

} // namespace osteocalc::synth
