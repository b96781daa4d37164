// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calibration/tissue_theory.h"

#include <array>
#include <cmath>

namespace osteocalc::calibration {
namespace {

struct Density {
  double g_cm3, sd_g_cm3;
};
// ICRU-44; adipose holds more or less water, cortical bone more or less mineral. In the order of Substance.
constexpr std::array<Density, 5> densities{
    {{0.95, 0.02}, {0.001205, 0.0005}, {1.06, 0.005}, {1.92, 0.06}, {1.05, 0.008}}};

double relative_attenuation(Substance tissue, double kev) {
  return mass_attenuation_cm2_g(tissue, kev) / mass_attenuation_cm2_g(Substance::Water, kev);
}

/// The line of the HU over theory at one energy, and the weighted squares it leaves.
struct Line {
  double gain = 1, offset_hu = 0, squares = 0;
};

Line line_at(std::span<const Substance> tissues, std::span<const double> hu, std::span<const double> sd_hu,
             double kev) {
  std::vector<double> theory;
  double w = 0, wx = 0, wy = 0, wxx = 0, wxy = 0;
  for (std::size_t i = 0; i < hu.size(); ++i) {
    const double x = tissue_hu(tissues[i], kev), weight = 1 / (sd_hu[i] * sd_hu[i]);
    theory.push_back(x);
    w += weight;
    wx += weight * x;
    wy += weight * hu[i];
    wxx += weight * x * x;
    wxy += weight * x * hu[i];
  }
  Line line;
  line.gain = (w * wxy - wx * wy) / (w * wxx - wx * wx);
  line.offset_hu = (wy - line.gain * wx) / w;
  for (std::size_t i = 0; i < hu.size(); ++i)
    line.squares += std::pow((hu[i] - line.gain * theory[i] - line.offset_hu) / sd_hu[i], 2);
  return line;
}

/// Where `cost` is least in 40 to 150 keV: on a grid of 0.5 keV, then by the parabola through its three lowest points.
template <class Cost>
double least_kev(const Cost& cost) {
  constexpr double first_kev = 40, step_kev = 0.5;
  constexpr int steps = 220;
  std::array<double, steps + 1> costs{};
  int best = 0;
  for (int i = 0; i <= steps; ++i) {
    costs[static_cast<std::size_t>(i)] = cost(first_kev + i * step_kev);
    if (costs[static_cast<std::size_t>(i)] < costs[static_cast<std::size_t>(best)])
      best = i;
  }
  const double kev = first_kev + best * step_kev;
  if (best == 0 || best == steps)
    return kev;
  const auto at = static_cast<std::size_t>(best);
  const double bend = costs[at - 1] - 2 * costs[at] + costs[at + 1];
  return bend > 0 ? kev + 0.5 * step_kev * (costs[at - 1] - costs[at + 1]) / bend : kev;
}

double r2_of(std::span<const double> hu, std::span<const double> residuals) {
  double mean = 0, about_mean = 0, left = 0;
  for (const double value : hu)
    mean += value / static_cast<double>(hu.size());
  for (std::size_t i = 0; i < hu.size(); ++i) {
    about_mean += (hu[i] - mean) * (hu[i] - mean);
    left += residuals[i] * residuals[i];
  }
  return 1 - left / about_mean;
}

} // namespace

double tissue_hu(Substance tissue, double kev) {
  return 1000 * (densities[static_cast<std::size_t>(tissue)].g_cm3 * relative_attenuation(tissue, kev) - 1);
}

double tissue_sd_hu(Substance tissue, double kev) {
  return 1000 * densities[static_cast<std::size_t>(tissue)].sd_g_cm3 * relative_attenuation(tissue, kev);
}

TheoryFit fit_theory(std::span<const Substance> tissues, std::span<const double> hu, std::span<const double> se_hu,
                     double expected_kev, double expected_sd_kev) {
  std::vector<double> sd_hu; // at the expected energy throughout: weights must not pull the energy
  for (std::size_t i = 0; i < hu.size(); ++i)
    sd_hu.push_back(std::hypot(tissue_sd_hu(tissues[i], expected_kev), se_hu[i]));
  TheoryFit fit;
  fit.effective_kev = least_kev([&](double kev) {
    return line_at(tissues, hu, sd_hu, kev).squares + std::pow((kev - expected_kev) / expected_sd_kev, 2);
  });
  const Line line = line_at(tissues, hu, sd_hu, fit.effective_kev);
  fit.gain = line.gain;
  fit.offset_hu = line.offset_hu;
  std::vector<double> residuals;
  for (std::size_t i = 0; i < hu.size(); ++i) {
    residuals.push_back(hu[i] - line.gain * tissue_hu(tissues[i], fit.effective_kev) - line.offset_hu);
    fit.standard_misfits.push_back(residuals[i] / sd_hu[i]);
  }
  fit.r2 = r2_of(hu, residuals);
  return fit;
}

} // namespace osteocalc::calibration
