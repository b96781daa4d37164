// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/calibration/calibration.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace osteocalc::calibration {

struct PhantomRod {
  double density_mg_cm3 = 0;
  std::optional<double> water_mg_cm3; ///< Mindways certificates count the solvent apart
};

/// Whether a phantom of unknown name may be taken for this one. Nominal sets that differ from a certified one by a few
/// mg/cm3 cannot be told from it, and two rods not from any two round things.
enum class Recognition { Automatic, ByNameOnly };

/// A calibration phantom: equally spaced parallel rods of one size, in their order along the row.
struct PhantomModel {
  std::string name;
  Material material = Material::HA;
  std::vector<PhantomRod> rods;
  std::string source;
  Recognition recognition = Recognition::Automatic;
};

/// Published densities of particular serial numbers or nominal sets; a phantom's own certificate goes before them.
[[nodiscard]] const std::vector<PhantomModel>& phantom_library();

/// \throw ConfigError for an unknown name, naming the known ones
[[nodiscard]] PhantomModel phantom_named(std::string_view name);

/// A certificate the user wrote down: {"schema":"osteocalc.phantom/1","name":..,"material":"HA|K2HPO4","source":..,
/// "rods":[{"density_mg_cm3":..,"water_mg_cm3":..}, ...]}, rods in their order along the row.
/// \throw CalibrationError when it cannot be read or used
[[nodiscard]] PhantomModel read_certificate(const std::filesystem::path& file);

} // namespace osteocalc::calibration
