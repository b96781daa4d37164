// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/dxa/cross_calibration.h"

#include <array>

namespace osteocalc::dxa {
namespace {

/// mg/cm2 = 1000 (offset + slope * g/cm2).
struct HipLine {
  std::string_view site, manufacturer;
  double offset, slope;
};
constexpr std::array hip_lines{
    HipLine{"neck", "Hologic", 0.019, 1.087},         HipLine{"neck", "GE Lunar", -0.023, 0.939},
    HipLine{"neck", "Norland", 0.006, 0.985},         HipLine{"trochanter", "Hologic", -0.017, 1.105},
    HipLine{"trochanter", "GE Lunar", -0.042, 0.949}, HipLine{"trochanter", "Norland", 0.057, 0.961},
    HipLine{"total", "Hologic", 0.006, 1.008},        HipLine{"total", "GE Lunar", -0.031, 0.979},
    HipLine{"total", "Norland", 0.026, 1.012}};

/// Hui: slope (density - center) + 1.0436 g/cm2; Genant: factor * density, mg/cm2.
struct SpineLine {
  std::string_view manufacturer;
  double slope, center_g_cm2, factor;
};
constexpr std::array spine_lines{SpineLine{"Hologic", 1.0550, 0.972, 1075.5},
                                 SpineLine{"GE Lunar", 0.9683, 1.100, 952.2},
                                 SpineLine{"Norland", 0.9743, 0.969, 1076.1}};

struct Pair {
  std::string_view from, to;
  double slope, offset;
};
constexpr std::array pairs{Pair{"GE Lunar", "Hologic", 0.906, -0.025}, Pair{"Norland", "Hologic", 0.912, 0.088},
                           Pair{"Hologic", "GE Lunar", 1.074, 0.054},  Pair{"Norland", "GE Lunar", 0.995, 0.135},
                           Pair{"GE Lunar", "Norland", 0.983, -0.112}, Pair{"Hologic", "Norland", 1.068, -0.070}};

} // namespace

std::optional<double> standardised_mg_cm2(std::string_view site, std::string_view manufacturer, double abmd_g_cm2,
                                          CrossCalibration equations) {
  if (site == "spine" || site == "L1-L4" || site == "L2-L4") {
    for (const SpineLine& line : spine_lines)
      if (line.manufacturer == manufacturer)
        return equations == CrossCalibration::Hui1997 ? 1000 * (line.slope * (abmd_g_cm2 - line.center_g_cm2) + 1.0436)
                                                      : line.factor * abmd_g_cm2;
    return std::nullopt;
  }
  if (equations == CrossCalibration::Genant1994)
    return std::nullopt;
  for (const HipLine& line : hip_lines)
    if (line.site == site && line.manufacturer == manufacturer)
      return 1000 * (line.offset + line.slope * abmd_g_cm2);
  return std::nullopt;
}

std::optional<double> spine_between(std::string_view from, std::string_view to, double abmd_g_cm2) {
  if (from == to)
    return abmd_g_cm2;
  for (const Pair& pair : pairs)
    if (pair.from == from && pair.to == to)
      return pair.slope * abmd_g_cm2 + pair.offset;
  return std::nullopt;
}

} // namespace osteocalc::dxa
