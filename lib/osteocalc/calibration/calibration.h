// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace osteocalc::calibration {

/// How HU became mg/cm3; recorded with every density, never mixed silently.
enum class Mode { Phantom, Asynchronous, Internal, Published, Raw };
[[nodiscard]] std::string_view to_string(Mode mode) noexcept;

/// The mineral a density is expressed in. The two scales are not interchangeable.
enum class Material { HA, K2HPO4 };
[[nodiscard]] std::string_view to_string(Material material) noexcept;

/// BMD = slope * HU + intercept. Raw has no line: HU stay HU.
struct Calibration {
  Mode mode = Mode::Raw;
  std::string name;                 ///< phantom, published line, or empty
  std::optional<Material> material; ///< absent where the source does not state it
  std::optional<double> slope;      ///< mg/cm3 per HU
  std::optional<double> intercept;  ///< mg/cm3
  std::optional<double> se_mg_cm3;  ///< standard error of the line, where it is known
};

/// The density for a mean HU, mg/cm3; nothing under Raw.
[[nodiscard]] std::optional<double> bmd_mg_cm3(const Calibration& calibration, double hu) noexcept;

/// A line from the literature; single-centre, so a result that uses it is flagged.
struct PublishedLine {
  std::string_view name;
  double slope;     ///< mg/cm3 per HU
  double intercept; ///< mg/cm3
  bool contrast;    ///< made for contrast-enhanced scans
  std::string_view source;
};
[[nodiscard]] std::span<const PublishedLine> published_lines() noexcept;

/// "raw", "published:NAME", or the path of a calibration.json (schema osteocalc.calibration/1).
/// \throw ConfigError unknown name, with the known ones; CalibrationError an unusable file
[[nodiscard]] Calibration calibration_from(const std::string& text);

} // namespace osteocalc::calibration
