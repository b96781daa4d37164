// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calibration/internal.h"

#include "osteocalc/calibration/phantom_fit.h"
#include "osteocalc/calibration/tissue_theory.h"
#include "osteocalc/core/error.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace osteocalc::calibration {
namespace {

constexpr double first_kev = 40, step_kev = 0.5;
constexpr int energy_steps = 220; // to 150 keV
constexpr std::size_t fewest_tissues = 3;

constexpr std::array<Substance, 5> substance{Substance::Adipose, Substance::Air, Substance::Blood,
                                             Substance::CorticalBone, Substance::Muscle};

struct Gate {
  double low_hu, high_hu;
};
constexpr std::array<Gate, 5> usual{{{-120, -70}, {-1100, -950}, {25, 60}, {900, 2500}, {30, 80}}};
constexpr double least_usual_kev = 50, most_usual_kev = 90;

struct Used {
  std::vector<Substance> substances;
  std::vector<double> hu, se_hu;
};

/// Slope, intercept, curvature.
using Curve = std::array<double, 3>;

struct Model {
  double kev = 0;
  LineFit attenuation, density;
  Interpolation interpolation{};

  [[nodiscard]] double at(Substance s) const { return mass_attenuation_cm2_g(s, kev, interpolation); }
  /// 1000 (d0 + d1 HU) (a0 - t + a1 HU) / (k - t), sorted by powers of HU: slope, intercept, curvature.
  [[nodiscard]] Curve curve() const {
    const double t = at(Substance::Triglyceride), scale = 1000 / (at(Substance::K2HPO4) - t);
    const double a0 = attenuation.intercept - t, a1 = attenuation.slope;
    const double d0 = density.intercept, d1 = density.slope;
    return {scale * (d0 * a1 + d1 * a0), scale * d0 * a0, scale * d1 * a1};
  }
};

LineFit attenuation_line(const Used& used, double kev, Interpolation interpolation) {
  std::vector<double> attenuation;
  for (const Substance s : used.substances)
    attenuation.push_back(mass_attenuation_cm2_g(s, kev, interpolation));
  return fit_line(used.hu, attenuation);
}

Model fit(const Used& used, Interpolation interpolation) {
  Model model{first_kev, {}, {}, interpolation};
  for (int i = 0; i <= energy_steps; ++i) {
    const double kev = first_kev + i * step_kev;
    const LineFit line = attenuation_line(used, kev, interpolation);
    if (i == 0 || line.r2 > model.attenuation.r2) {
      model.kev = kev;
      model.attenuation = line;
    }
  }
  std::vector<double> density;
  const double water = model.at(Substance::Water);
  for (std::size_t i = 0; i < used.hu.size(); ++i)
    density.push_back((used.hu[i] / 1000 + 1) * water / model.at(used.substances[i]));
  model.density = fit_line(used.hu, density);
  return model;
}

/// Adds how a curve moves between two values of one uncertain number, `steps_apart` of its standard errors apart.
void add_spread(Covariance& covariance, const Curve& up, const Curve& down, double steps_apart) {
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j)
      covariance[i][j] += (up[i] - down[i]) * (up[j] - down[j]) / (steps_apart * steps_apart);
}

/// Central differences of one standard error of each sample (at least 1 HU: Michalski's energy is found on a grid, and
/// smaller steps would fall between its points).
template <class CurveOf>
Covariance propagated(const Used& used, const std::vector<double>& sd_hu, const CurveOf& curve_of) {
  Covariance covariance{};
  for (std::size_t k = 0; k < used.hu.size(); ++k) {
    if (sd_hu[k] <= 0)
      continue;
    const double step_hu = std::max(1.0, sd_hu[k]);
    Used up = used, down = used;
    up.hu[k] += step_hu;
    down.hu[k] -= step_hu;
    add_spread(covariance, curve_of(up), curve_of(down), 2 * step_hu / sd_hu[k]);
  }
  return covariance;
}

/// By theory the cortex decides the energy, so one that reads well below what it should is left out there: marrow or
/// thick slices in its voxels would pass for a harder beam.
double least_cortex_hu(const InternalOptions& options) {
  constexpr double pure_fraction = 0.85;
  return options.method == InternalMethod::Theory
             ? std::max(options.pure_cortex_hu,
                        pure_fraction * tissue_hu(Substance::CorticalBone, usual_energy_kev(options.kvp_kv)))
             : options.pure_cortex_hu;
}

std::array<bool, 5> usable(const TissueSamples& samples, const InternalOptions& options, Issues& issues) {
  std::array<bool, 5> used{};
  for (std::size_t i = 0; i < all_tissues.size(); ++i) {
    const std::string name(to_string(all_tissues[i]));
    if (!samples[i]) {
      issues.push_back(info("CALIB-NO-TISSUE", name, "no sample of this tissue was found in the scan"));
      continue;
    }
    used[i] = samples[i]->area_mm2 >= options.least_area_mm2;
    if (!used[i])
      issues.push_back(warning("CALIB-SMALL-SAMPLE", name,
                               fmt::format("the sample covers {:.0f} mm2, less than {:g}: left out",
                                           samples[i]->area_mm2, options.least_area_mm2)));
    else if (all_tissues[i] == Tissue::CorticalBone && samples[i]->hu < least_cortex_hu(options)) {
      used[i] = false;
      issues.push_back(warning("CALIB-THIN-CORTEX", name,
                               fmt::format("the densest bone reads {:.0f} HU (marrow or soft tissue in its voxels, "
                                           "which would bend the line): left out",
                                           samples[i]->hu)));
    } else if (samples[i]->hu < usual[i].low_hu || samples[i]->hu > usual[i].high_hu)
      issues.push_back(warning("CALIB-TISSUE-HU", name,
                               fmt::format("{:.0f} HU lie outside {:g} to {:g} (not this tissue, contrast, or another "
                                           "voltage) look at its picture",
                                           samples[i]->hu, usual[i].low_hu, usual[i].high_hu)));
  }
  return used;
}

void check_r2(double r2, const InternalOptions& options) {
  if (r2 < options.least_r2)
    throw Refusal(refused("CALIB-INTERNAL-R2", "calibration",
                          fmt::format("the tissues' attenuation follows their HU with r2 {:.3f} only (below {:g}, a "
                                      "sample is not what it was taken for) use another calibration",
                                      r2, options.least_r2)));
}

void check_energy(double kev, const EnergyRange& usual_kev, Issues& issues) {
  if (kev < usual_kev.low_kev || kev > usual_kev.high_kev)
    issues.push_back(warning("CALIB-ENERGY", "calibration",
                             fmt::format("the effective energy comes out at {:.1f} keV, outside {:g} to {:g} (a sample "
                                         "that is not pure moves it most)",
                                         kev, usual_kev.low_kev, usual_kev.high_kev)));
}

void set_curve(Calibration& calibration, const Curve& curve) {
  calibration.slope = curve[0];
  calibration.intercept = curve[1];
  calibration.curvature = curve[2];
}

void by_michalski(const Used& used, const InternalOptions& options, InternalCalibration& result) {
  const Model model = fit(used, options.interpolation);
  check_r2(model.attenuation.r2, options);
  check_energy(model.kev, {least_usual_kev, most_usual_kev}, result.calibration.issues);
  result.effective_kev = model.kev;
  result.r2 = model.attenuation.r2;
  result.michalski = {model.density.r2, model.attenuation.slope, model.attenuation.intercept, model.density.slope,
                      model.density.intercept};
  set_curve(result.calibration, model.curve());
  result.calibration.covariance =
      propagated(used, used.se_hu, [&](const Used& moved) { return fit(moved, options.interpolation).curve(); });
}

/// K2HPO4 that displaces water, at the energy found: BMD = (HU - offset) / (gain * HU per mg/cm3).
Curve theory_curve(const TheoryFit& fit) {
  const double hu_per_mg = fit.gain * hu_per_mg_cm3(Material::K2HPO4, fit.effective_kev);
  return {1 / hu_per_mg, -fit.offset_hu / hu_per_mg, 0};
}

void by_theory(const Used& used, const InternalOptions& options, InternalCalibration& result) {
  constexpr double most_misfit = 3;
  const double usual_kev = usual_energy_kev(options.kvp_kv);
  const auto fitted = [&](const Used& u, double expected_kev) {
    return fit_theory(u.substances, u.hu, u.se_hu, expected_kev, options.energy_sd_kev);
  };
  const TheoryFit fit = fitted(used, usual_kev);
  check_r2(fit.r2, options);
  check_energy(fit.effective_kev, plausible_energies(options.kvp_kv), result.calibration.issues);
  std::vector<double> sd_hu;
  for (std::size_t i = 0; i < used.hu.size(); ++i) {
    sd_hu.push_back(std::hypot(tissue_sd_hu(used.substances[i], fit.effective_kev), used.se_hu[i]));
    if (std::abs(fit.standard_misfits[i]) > most_misfit)
      result.calibration.issues.push_back(
          warning("CALIB-TISSUE-MISFIT", "calibration",
                  fmt::format("the sample of {:.0f} HU is {:.1f} SD from what the tissue should read beside the others "
                              "(not this tissue, or contrast) look at its picture",
                              used.hu[i], fit.standard_misfits[i])));
  }
  result.effective_kev = fit.effective_kev;
  result.r2 = fit.r2;
  set_curve(result.calibration, theory_curve(fit));
  Covariance covariance =
      propagated(used, sd_hu, [&](const Used& moved) { return theory_curve(fitted(moved, usual_kev)); });
  add_spread(covariance, theory_curve(fitted(used, usual_kev + options.energy_sd_kev)),
             theory_curve(fitted(used, usual_kev - options.energy_sd_kev)), 2);
  result.calibration.covariance = covariance;
}

} // namespace

std::string_view to_string(Tissue tissue) noexcept {
  constexpr std::array<std::string_view, 5> names{"adipose", "air", "blood", "cortical_bone", "muscle"};
  return names[static_cast<std::size_t>(tissue)];
}

std::string_view to_string(InternalMethod method) noexcept {
  return method == InternalMethod::Theory ? "theory" : "michalski2020";
}

std::optional<InternalMethod> internal_method_from_string(std::string_view name) noexcept {
  for (const InternalMethod method : {InternalMethod::Theory, InternalMethod::Michalski2020})
    if (name == to_string(method))
      return method;
  return std::nullopt;
}

InternalCalibration calibrate_internally(const TissueSamples& samples, const InternalOptions& options) {
  InternalCalibration result;
  result.samples = samples;
  Calibration& calibration = result.calibration;
  result.used = usable(samples, options, calibration.issues);
  Used used;
  for (std::size_t i = 0; i < samples.size(); ++i)
    if (result.used[i]) {
      used.substances.push_back(substance[i]);
      used.hu.push_back(samples[i]->hu);
      used.se_hu.push_back(samples[i]->se_hu);
    }
  if (used.hu.size() < fewest_tissues) {
    calibration.issues.push_back(
        refused("CALIB-FEW-TISSUES", "calibration",
                fmt::format("{} usable tissue samples (at least {} are needed) use another calibration", used.hu.size(),
                            fewest_tissues)));
    throw Refusal(calibration.issues);
  }
  if (options.method == InternalMethod::Theory)
    by_theory(used, options, result);
  else
    by_michalski(used, options, result);
  calibration.mode = Mode::Internal;
  calibration.name = to_string(options.method);
  calibration.material = Material::K2HPO4;
  calibration.r2 = result.r2;
  calibration.model_se_fraction = options.model_se_fraction;
  calibration.scanner.kvp_kv = options.kvp_kv;
  return result;
}

} // namespace osteocalc::calibration
