// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calibration/internal.h"

#include "osteocalc/calibration/phantom_fit.h"
#include "osteocalc/core/error.h"

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
  std::vector<double> hu;
};

struct Model {
  double kev = 0;
  LineFit attenuation, density;
  Interpolation interpolation{};

  [[nodiscard]] double at(Substance s) const { return mass_attenuation_cm2_g(s, kev, interpolation); }
  /// 1000 (d0 + d1 HU) (a0 - t + a1 HU) / (k - t), sorted by powers of HU: slope, intercept, curvature.
  [[nodiscard]] std::array<double, 3> curve() const {
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

/// How the curve moves with each sample, by central differences of one standard error (at least 1 HU: the energy is
/// found on a grid, and smaller steps would fall between its points).
Covariance propagated(const Used& used, const std::vector<double>& se_hu, Interpolation interpolation) {
  Covariance covariance{};
  for (std::size_t k = 0; k < used.hu.size(); ++k) {
    const double step_hu = std::max(1.0, se_hu[k]);
    Used up = used, down = used;
    up.hu[k] += step_hu;
    down.hu[k] -= step_hu;
    const std::array<double, 3> a = fit(up, interpolation).curve(), b = fit(down, interpolation).curve();
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t j = 0; j < 3; ++j)
        covariance[i][j] += (a[i] - b[i]) * (a[j] - b[j]) / (4 * step_hu * step_hu) * se_hu[k] * se_hu[k];
  }
  return covariance;
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
    else if (all_tissues[i] == Tissue::CorticalBone && samples[i]->hu < options.pure_cortex_hu) {
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

void check(const Model& model, const InternalOptions& options, Issues& issues) {
  if (model.attenuation.r2 < options.least_r2)
    throw Refusal(refused("CALIB-INTERNAL-R2", "calibration",
                          fmt::format("the tissues' attenuation follows their HU with r2 {:.3f} only (below {:g}, a "
                                      "sample is not what it was taken for) use another calibration",
                                      model.attenuation.r2, options.least_r2)));
  if (model.kev < least_usual_kev || model.kev > most_usual_kev)
    issues.push_back(warning("CALIB-ENERGY", "calibration",
                             fmt::format("the effective energy comes out at {:g} keV, outside {:g} to {:g} (a sample "
                                         "that is not pure moves it most; exact samples give up to 97)",
                                         model.kev, least_usual_kev, most_usual_kev)));
}

} // namespace

std::string_view to_string(Tissue tissue) noexcept {
  constexpr std::array<std::string_view, 5> names{"adipose", "air", "blood", "cortical_bone", "muscle"};
  return names[static_cast<std::size_t>(tissue)];
}

InternalCalibration calibrate_internally(const TissueSamples& samples, const InternalOptions& options) {
  InternalCalibration result;
  result.samples = samples;
  Issues issues;
  result.used = usable(samples, options, issues);
  Used used;
  std::vector<double> se_hu;
  for (std::size_t i = 0; i < samples.size(); ++i)
    if (result.used[i]) {
      used.substances.push_back(substance[i]);
      used.hu.push_back(samples[i]->hu);
      se_hu.push_back(samples[i]->se_hu);
    }
  if (used.hu.size() < fewest_tissues) {
    issues.push_back(refused("CALIB-FEW-TISSUES", "calibration",
                             fmt::format("{} usable tissue samples (at least {} are needed) use another calibration",
                                         used.hu.size(), fewest_tissues)));
    throw Refusal(issues);
  }
  const Model model = fit(used, options.interpolation);
  check(model, options, issues);
  const auto [slope, intercept, curvature] = model.curve();
  result.effective_kev = model.kev;
  result.r2 = model.attenuation.r2;
  result.density_r2 = model.density.r2;
  result.attenuation_slope = model.attenuation.slope;
  result.attenuation_intercept = model.attenuation.intercept;
  result.density_slope = model.density.slope;
  result.density_intercept = model.density.intercept;
  Calibration& calibration = result.calibration;
  calibration.mode = Mode::Internal;
  calibration.name = "michalski-2020";
  calibration.material = Material::K2HPO4;
  calibration.slope = slope;
  calibration.intercept = intercept;
  calibration.curvature = curvature;
  calibration.r2 = result.r2;
  calibration.covariance = propagated(used, se_hu, options.interpolation);
  calibration.model_se_fraction = options.model_se_fraction;
  calibration.scanner.kvp_kv = options.kvp_kv;
  calibration.issues = std::move(issues);
  return result;
}

} // namespace osteocalc::calibration
