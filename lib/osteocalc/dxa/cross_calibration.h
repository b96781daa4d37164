// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

namespace osteocalc::dxa {

enum class CrossCalibration { Hui1997, Genant1994 };

/// Standardised density, mg/cm2, of a density measured on one manufacturer's scanner: sites "spine" (L1-L4, L2-L4),
/// "neck", "trochanter", "total"; manufacturers "Hologic", "GE Lunar", "Norland". Nothing where no equation is
/// published. \cite hui1997 genant1994 lu2001
[[nodiscard]] std::optional<double> standardised_mg_cm2(std::string_view site, std::string_view manufacturer,
                                                        double abmd_g_cm2,
                                                        CrossCalibration equations = CrossCalibration::Hui1997);

/// The spine density that another manufacturer's scanner would show, g/cm2. \cite genant1994
[[nodiscard]] std::optional<double> spine_between(std::string_view from, std::string_view to, double abmd_g_cm2);

} // namespace osteocalc::dxa
