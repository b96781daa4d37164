// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <vector>

namespace osteocalc::dxa {

/// What lies on one ray, g/cm2.
struct RayMasses {
  double lean_g_cm2 = 0, fat_g_cm2 = 0, bone_g_cm2 = 0;
};

/// Attenuation -ln(I / I0) of one ray at both energies.
struct RayAttenuation {
  double low = 0, high = 0;
};

/// Mass attenuation of one material at both energies, cm2/g.
struct MassAttenuation {
  double low_cm2_g = 0, high_cm2_g = 0;
};

/// One step of a wedge or one reference: known masses and what the scanner reads behind them.
struct CalibrationStep {
  RayMasses masses;
  RayAttenuation attenuation;
};

/// How a scanner's readings follow from what lies on a ray. Made from mass attenuation coefficients (the straight line
/// of a narrow beam) or from measured steps (a polynomial that also holds the hardening of a real beam).
class AttenuationModel {
 public:
  /// Bone alone is enough: then soft tissue is known by the ratio R of its two attenuations only, and fat shares are
  /// not. \pre coefficients > 0
  [[nodiscard]] static AttenuationModel from_coefficients(const MassAttenuation& bone,
                                                          const std::optional<MassAttenuation>& lean = {},
                                                          const std::optional<MassAttenuation>& fat = {});
  /// The highest order, up to the fourth, that the steps determine. \throw CalibrationError when they do not tell lean,
  /// fat and bone apart, or hold values that are no attenuation
  [[nodiscard]] static AttenuationModel from_steps(const std::vector<CalibrationStep>& steps);

  /// The baseline of a ray without bone: its fat share by mass, or its R where lean and fat are not known apart.
  [[nodiscard]] double soft_tissue(const RayAttenuation& ray) const;
  /// Bone on a ray whose soft tissue is of this kind. With coefficients alone it is the R-value method:
  /// (J_low - R J_high) / (bone_low - R bone_high). \cite blake1997
  [[nodiscard]] double bone_g_cm2(const RayAttenuation& ray, double soft_tissue) const;

  [[nodiscard]] bool knows_fat() const noexcept { return knows_fat_; }
  [[nodiscard]] RayAttenuation attenuation(const RayMasses& masses) const;
  /// Largest error of bone over the steps the model was made from, g/cm2; 0 for coefficients.
  [[nodiscard]] double worst_step_g_cm2() const noexcept { return worst_step_; }

 private:
  using Terms = std::array<double, 35>; ///< products of l, f, b: orders one (3), two (6), three (10), four (15); then 1
  [[nodiscard]] static Terms terms_of(const RayMasses& masses);

  bool knows_fat_ = true;
  std::array<Terms, 2> coefficients_{};
  double worst_step_ = 0;
};

} // namespace osteocalc::dxa
