// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/synth/attenuation.h"
#include "osteocalc/synth/canvas.h"

#include <string>
#include <string_view>
#include <vector>

namespace osteocalc::synth {

/// One rod of a calibration phantom: mineral in a base whose own density is that of water, or `water_mg_cm3`.
struct CalibrationRod {
  double density_mg_cm3 = 0;
  double water_mg_cm3 = 1000; ///< water-equivalent density of the rod (Mindways certificates give it)
  Vec3 center_mm{0, 0, 0};    ///< x and y; the rod runs along z
};

/// A slab between the back and the table, with rods along z in the listed order from the patient's right to the left.
struct CalibrationSlab {
  std::string name;
  Mineral mineral = Mineral::Hydroxyapatite;
  std::vector<CalibrationRod> rods;
  double center_y_mm = 0;

  static constexpr double thickness_mm = 30, width_mm = 280, rod_radius_mm = 9;

  /// HU of a rod. In Mindways rods the mineral displaces water, which their certificates count apart: hence 0.2174.
  [[nodiscard]] double rod_hu(const CalibrationRod& rod, double kvp_kv) const;
};

/// One of the phantoms in `calibration_phantoms()` lying under a back whose lowest point is at y = `back_mm`.
/// \throw ConfigError for an unknown name, naming the known ones
[[nodiscard]] CalibrationSlab calibration_slab(std::string_view name, double back_mm);
[[nodiscard]] std::vector<std::string> calibration_phantoms();

void paint_slab(Canvas& canvas, const CalibrationSlab& slab, double kvp_kv);

} // namespace osteocalc::synth
