// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace osteocalc::cohort {

/// Two measurements of the same bed in the same person.
struct TwoScans {
  double first_mm3 = 0, second_mm3 = 0; ///< calcified volume
  double years = 0;                     ///< between them
};

/// Hokanson's rule: real progression when the square roots of the volumes differ by at least 2.5 mm^1.5, a change that
/// repeated scans alone rarely show. \pre volumes >= 0 \cite Hokanson2004
[[nodiscard]] bool progressed(const TwoScans& scans);

/// Change of the square root of the volume per year (mm^1.5). \pre volumes >= 0, years > 0
[[nodiscard]] double annual_sqrt_change(const TwoScans& scans);

/// Change of ln(volume + 1) per year. \pre volumes >= 0, years > 0
[[nodiscard]] double annual_log_change(const TwoScans& scans);

/// Per cent of the first density lost or gained per year (negative = lost). \pre first > 0, years > 0
[[nodiscard]] double annual_percent_change(double first, double second, double years);

enum class BoneChange { Lost, Stable, Gained };

/// Lost or gained only when the change is larger than the least significant change. \pre lsc >= 0
[[nodiscard]] BoneChange bone_change(double first, double second, double least_significant_change);

} // namespace osteocalc::cohort
