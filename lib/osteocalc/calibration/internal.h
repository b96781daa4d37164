// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/calibration/attenuation.h"

#include <array>
#include <optional>
#include <string_view>

namespace osteocalc::calibration {

enum class Tissue { Adipose, Air, Blood, CorticalBone, Muscle };
inline constexpr std::array<Tissue, 5> all_tissues{Tissue::Adipose, Tissue::Air, Tissue::Blood, Tissue::CorticalBone,
                                                   Tissue::Muscle};
[[nodiscard]] std::string_view to_string(Tissue tissue) noexcept;

/// HU of a pure piece of one tissue. `hu` is robust: outliers (vessels in fat, fat in muscle) do not move it.
struct TissueSample {
  double hu = 0, sd_hu = 0;
  double se_hu = 0; ///< of `hu`, with what the choice of the place adds
  std::int64_t n = 0;
  double area_mm2 = 0; ///< the largest on one slice
};

/// In the order of all_tissues; absent where none was found.
using TissueSamples = std::array<std::optional<TissueSample>, 5>;

/// How the tissues' HU become a line.
enum class InternalMethod {
  Theory,       ///< linear attenuation of tissues of known density, then K2HPO4 in water by theory
  Michalski2020 ///< mass attenuation as a line over HU \cite michalski2020; densities compare within the method only
};
[[nodiscard]] std::string_view to_string(InternalMethod method) noexcept; ///< "theory", "michalski2020"
[[nodiscard]] std::optional<InternalMethod> internal_method_from_string(std::string_view name) noexcept;

struct InternalOptions {
  InternalMethod method = InternalMethod::Theory;
  Interpolation interpolation = Interpolation::LogLog; ///< of Michalski2020
  std::optional<double> kvp_kv;
  double energy_sd_kev = 5; ///< Theory: how far a scan's energy may be from the usual one of its voltage
  double least_area_mm2 = 10;
  double least_r2 = 0.95;
  double pure_cortex_hu =
      900; ///< below this (Theory: 0.85 of theory, if more) the cortex sample is impure and left out
  double model_se_fraction = 0.078; ///< RMSD against asynchronous QCT \cite kaesmacher2017
};

/// The lines of Michalski2020 over HU.
struct MichalskiLines {
  double density_r2 = 0;
  double attenuation_slope = 0, attenuation_intercept = 0; ///< mass attenuation, cm2/g
  double density_slope = 0, density_intercept = 0;         ///< physical density, g/cm3
};

/// What the tissues said of the beam, for the record.
struct InternalCalibration {
  Calibration calibration; ///< mg/cm3 K2HPO4; Michalski2020 is curved
  double effective_kev = 0, r2 = 0;
  std::optional<MichalskiLines> michalski; ///< by that method only
  std::array<bool, 5> used{};
  TissueSamples samples;
};

/// Calibration without a phantom, from tissues of known composition.
/// Theory: the energy, gain and offset at which ICRU-44 tissues have the HU found (fit_theory()), the energy held
/// loosely to the usual one of the voltage; K2HPO4 in water at that energy gives the line.
/// Michalski2020: 1. The effective energy is the one (40 to 150 keV, step 0.5) at which the tissues' mass attenuation
/// is most nearly a straight line over their HU. 2. That line. 3. Physical density from HU and attenuation, again as a
/// line over HU. 4. Two components, K2HPO4 and triglyceride: BMD = 1000 rho(HU) (mu(HU) - t) / (k - t).
/// The covariance carries the samples' standard errors through all steps, by Theory also the tissues' own variety and
/// the energy's.
/// Gates (HU for 120 kV): fat -120..-70, muscle 30..80, blood 25..60, air below -950, energy 50..90 keV (Theory: usual
/// of the voltage) are flagged; fewer than three tissues, or r2 below 0.95, throw.
/// \throw Refusal (CALIB-FEW-TISSUES, CALIB-INTERNAL-R2)
[[nodiscard]] InternalCalibration calibrate_internally(const TissueSamples& samples,
                                                       const InternalOptions& options = {});

} // namespace osteocalc::calibration
