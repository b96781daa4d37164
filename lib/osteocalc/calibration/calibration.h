// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/issue.h"

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace osteocalc::calibration {

/// How HU became mg/cm3; recorded with every density, never mixed silently.
enum class Mode { Phantom, Asynchronous, Internal, Published, Raw };
[[nodiscard]] std::string_view to_string(Mode mode) noexcept;
[[nodiscard]] std::optional<Mode> mode_from_string(std::string_view name) noexcept;

/// The mineral a density is expressed in. The two scales are not interchangeable.
enum class Material { HA, K2HPO4 };
[[nodiscard]] std::string_view to_string(Material material) noexcept;
[[nodiscard]] std::optional<Material> material_from_string(std::string_view name) noexcept;

/// One rod as measured and as its certificate has it.
struct CalibrationRod {
  double hu = 0;
  double hu_se = 0; ///< standard error of the mean HU, from its scatter over slices
  double density_mg_cm3 = 0;
  std::optional<double> water_mg_cm3; ///< Mindways: what the rod's solvent weighs, its mineral aside
  double residual_mg_cm3 = 0;         ///< density by the line minus density by certificate
};

/// What a calibration holds for: another scanner, voltage or kernel has another line.
struct ScannerKey {
  std::string manufacturer, model, serial, kernel, filter;
  std::optional<double> kvp_kv, field_of_view_mm, table_height_mm;
  friend bool operator==(const ScannerKey&, const ScannerKey&) = default;
};

/// Symmetric; order slope, intercept, curvature.
using Covariance = std::array<std::array<double, 3>, 3>;

/// BMD = curvature * HU^2 + slope * HU + intercept, mg/cm3. Only the internal mode bends; raw has no line: HU stay HU.
struct Calibration {
  Mode mode = Mode::Raw;
  std::string name;                 ///< phantom, published line, or empty
  std::optional<Material> material; ///< absent where the source does not state it
  std::optional<double> slope;      ///< mg/cm3 per HU
  std::optional<double> intercept;  ///< mg/cm3
  double curvature = 0;             ///< mg/cm3 per HU^2
  std::optional<double> se_mg_cm3;  ///< residual standard error of the fit
  std::optional<Covariance> covariance;
  std::optional<double> r2;
  double model_se_fraction = 0; ///< of a density: how far the mode itself is off, from publications
  std::vector<CalibrationRod> rods;
  ScannerKey scanner;
  std::string date; ///< ISO day of the phantom's scan, or empty
  Issues issues;
};

/// The density for a mean HU, mg/cm3; nothing under Raw.
[[nodiscard]] std::optional<double> bmd_mg_cm3(const Calibration& calibration, double hu) noexcept;

/// Densities are within 5 % of the truth on phantoms, so categories made on phantom-calibrated scans hold for them.
/// Not so published lines, and Michalski2020's internal line (docs/methods/bone.md).
[[nodiscard]] bool is_absolute(const Calibration& calibration) noexcept;

/// d BMD / d HU at `hu`, mg/cm3 per HU. \pre not Raw
[[nodiscard]] double slope_at(const Calibration& calibration, double hu) noexcept;

/// Standard error of bmd_mg_cm3() at `hu` that comes from the calibration: its covariance, and the mode's model error.
/// Shared by all vertebrae of a scan. Nothing where the calibration states no covariance.
[[nodiscard]] std::optional<double> calibration_se_mg_cm3(const Calibration& calibration, double hu) noexcept;

/// The calibration for HU that a line must carry to those it was made for first: hu' = factor * hu + offset_hu.
[[nodiscard]] Calibration after_correction(Calibration calibration, double factor, double offset_hu) noexcept;

/// A density carried to the other mineral scale by the theoretical HU slopes at `effective_kev`; never done unasked.
/// \throw CalibrationError outside 40 to 150 keV
[[nodiscard]] double converted_density(double mg_cm3, Material from, Material to, double effective_kev);

/// A line from the literature; single-centre, so a result that uses it is flagged.
struct PublishedLine {
  std::string_view name;
  double slope;     ///< mg/cm3 per HU
  double intercept; ///< mg/cm3
  bool contrast;    ///< made for contrast-enhanced scans
  std::string_view source;
};
[[nodiscard]] std::span<const PublishedLine> published_lines() noexcept;

/// "raw", "published:NAME", or the path of a calibration.json. "internal" is made from a scan by
/// calibrate_internally(), not by name.
/// \throw ConfigError unknown name, with the known ones; CalibrationError an unusable file
[[nodiscard]] Calibration calibration_from(const std::string& text);

} // namespace osteocalc::calibration
