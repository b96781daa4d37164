// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/synth/calibration_slab.h"

#include "osteocalc/core/error.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace osteocalc::synth {
namespace {

struct Phantom {
  std::string_view name;
  Mineral mineral;
  std::vector<CalibrationRod> rods;
};

/// Densities of particular serial numbers, as published; a real phantom's certificate differs a little.
const std::vector<Phantom>& library() {
  using enum Mineral;
  static const std::vector<Phantom> phantoms{{"mindways-3",
                                              DipotassiumPhosphate,
                                              {{-51.83, 1012.25, {}},
                                               {-53.40, 1056.95, {}},
                                               {58.88, 1103.57, {}},
                                               {157.05, 1119.52, {}},
                                               {375.83, 923.20, {}}}},
                                             {"qrm-bdc-3", Hydroxyapatite, {{100}, {400}, {800}}},
                                             {"qrm-bdc-6", Hydroxyapatite, {{0}, {100}, {200}, {400}, {600}, {800}}},
                                             {"image-analysis-qct-3d-plus", Hydroxyapatite, {{8.0}, {97.3}, {189.8}}},
                                             {"b-mas-200", Hydroxyapatite, {{0}, {50}, {100}, {150}, {200}}},
                                             {"siemens", Hydroxyapatite, {{0}, {200}}}};
  return phantoms;
}

} // namespace

double CalibrationSlab::rod_hu(const CalibrationRod& rod, double kvp_kv) const {
  const double displaced = mineral == Mineral::DipotassiumPhosphate ? 0.2174 : 0.0;
  return rod.water_mg_cm3 - 1000 + (hu_per_mg_cm3(kvp_kv, mineral) + displaced) * rod.density_mg_cm3;
}

std::vector<std::string> calibration_phantoms() {
  std::vector<std::string> names;
  for (const Phantom& phantom : library())
    names.emplace_back(phantom.name);
  return names;
}

CalibrationSlab calibration_slab(std::string_view name, double back_mm) {
  for (const Phantom& phantom : library()) {
    if (phantom.name != name)
      continue;
    CalibrationSlab slab{std::string(name), phantom.mineral, phantom.rods,
                         back_mm + 0.5 * CalibrationSlab::thickness_mm};
    const double pitch = 36, first = -0.5 * pitch * static_cast<double>(slab.rods.size() - 1);
    for (std::size_t i = 0; i < slab.rods.size(); ++i)
      slab.rods[i].center_mm = {first + pitch * static_cast<double>(i), slab.center_y_mm, 0};
    return slab;
  }
  throw ConfigError(fmt::format("no calibration phantom is called '{}' (its rods are unknown); choose one of {}", name,
                                fmt::join(calibration_phantoms(), ", ")));
}

void paint_slab(Canvas& canvas, const CalibrationSlab& slab, double kvp_kv) {
  canvas.join(Outline{0, slab.center_y_mm, 0.5 * slab.width_mm, 0.5 * slab.thickness_mm});
  canvas.paint({.outer = {static_cast<float>(tissue::water_hu + 20), 0}});
  for (const CalibrationRod& rod : slab.rods) {
    const double x = rod.center_mm[0], y = rod.center_mm[1], r = CalibrationSlab::rod_radius_mm;
    canvas.join(Tube{{{{x, y, canvas.z_mm() - 50}, r}, {{x, y, canvas.z_mm() + 50}, r}}, 1, {}});
    canvas.paint({.outer = {static_cast<float>(slab.rod_hu(rod, kvp_kv)), 0}});
  }
}

} // namespace osteocalc::synth
