// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/dxa/attenuation_model.h"

#include "osteocalc/core/error.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <functional>

namespace osteocalc::dxa {
namespace {

/// Newton's method for two unknowns; the functions are nearly linear, so a few steps are enough.
std::array<double, 2> solve(const std::function<RayAttenuation(double, double)>& reading, const RayAttenuation& wanted,
                            std::array<double, 2> at) {
  constexpr double step = 1e-4;
  for (int i = 0; i < 8; ++i) {
    const RayAttenuation here = reading(at[0], at[1]);
    const RayAttenuation first = reading(at[0] + step, at[1]), second = reading(at[0], at[1] + step);
    const double a = (first.low - here.low) / step, b = (second.low - here.low) / step;
    const double c = (first.high - here.high) / step, d = (second.high - here.high) / step;
    const double det = a * d - b * c;
    if (det == 0)
      break;
    const double dl = wanted.low - here.low, dh = wanted.high - here.high;
    const double move0 = (d * dl - b * dh) / det, move1 = (a * dh - c * dl) / det;
    at = {at[0] + move0, at[1] + move1};
    if (std::abs(move0) + std::abs(move1) < 1e-9)
      break;
  }
  return at;
}

void check(const std::vector<CalibrationStep>& steps) {
  for (const auto& [masses, attenuation] : steps)
    if (!(masses.lean_g_cm2 >= 0 && masses.fat_g_cm2 >= 0 && masses.bone_g_cm2 >= 0 && attenuation.low >= 0 &&
          attenuation.high >= 0))
      throw CalibrationError("a calibration step has a negative mass or attenuation, or none (no model can be fitted "
                             "to it) correct the step");
}

} // namespace

AttenuationModel::Terms AttenuationModel::terms_of(const RayMasses& m) {
  const double l = m.lean_g_cm2, f = m.fat_g_cm2, b = m.bone_g_cm2;
  Terms terms{l, f, b};
  // Each order is the one before it times l, then its part without l times f, then its part of b alone times b.
  std::size_t begin = 0, end = 3;
  for (std::size_t order = 2; order <= 4; ++order) {
    std::size_t next = end;
    for (std::size_t i = begin; i < end; ++i)
      terms[next++] = l * terms[i];
    for (std::size_t i = end - order; i < end; ++i)
      terms[next++] = f * terms[i];
    terms[next++] = b * terms[end - 1];
    begin = end;
    end = next;
  }
  terms.back() = 1; // the curve of a hardening beam is followed where bodies are, not down to nothing
  return terms;
}

AttenuationModel AttenuationModel::from_coefficients(const MassAttenuation& bone,
                                                     const std::optional<MassAttenuation>& lean,
                                                     const std::optional<MassAttenuation>& fat) {
  AttenuationModel model;
  model.knows_fat_ = lean && fat;
  const MassAttenuation none{};
  const auto& l = lean.value_or(none);
  const auto& f = fat.value_or(none);
  model.coefficients_[0] = {l.low_cm2_g, f.low_cm2_g, bone.low_cm2_g};
  model.coefficients_[1] = {l.high_cm2_g, f.high_cm2_g, bone.high_cm2_g};
  return model;
}

AttenuationModel AttenuationModel::from_steps(const std::vector<CalibrationStep>& steps) {
  check(steps);
  const auto n = static_cast<Eigen::Index>(steps.size());
  // Twice as many steps as terms, so that an order is a fit and not an interpolation; three references fix a line.
  constexpr std::array<Eigen::Index, 4> orders{3, 9, 19, 34};
  std::size_t order = 4;
  Eigen::MatrixXd design(n, orders.back() + 1);
  Eigen::MatrixXd readings(n, 2);
  for (Eigen::Index i = 0; i < n; ++i) {
    const CalibrationStep& step = steps[static_cast<std::size_t>(i)];
    const Terms row = terms_of(step.masses);
    for (Eigen::Index k = 0; k <= orders.back(); ++k)
      design(i, k) = row[static_cast<std::size_t>(k)];
    readings.row(i) << step.attenuation.low, step.attenuation.high;
  }
  while (order-- > 0) {
    const Eigen::Index terms = orders[order];
    // A straight line goes through the origin; a curve has its own constant.
    Eigen::MatrixXd columns = design.leftCols(terms + (order > 0 ? 1 : 0));
    if (order > 0)
      columns.rightCols<1>().setOnes();
    const Eigen::ColPivHouseholderQR<Eigen::MatrixXd> fit(columns);
    if (n < (order == 0 ? terms : 2 * terms) || fit.rank() < columns.cols())
      continue;
    AttenuationModel model;
    const Eigen::MatrixXd solution = fit.solve(readings);
    for (std::size_t channel = 0; channel < 2; ++channel)
      for (Eigen::Index k = 0; k < terms; ++k)
        model.coefficients_[channel][static_cast<std::size_t>(k)] = solution(k, static_cast<Eigen::Index>(channel));
    if (order > 0)
      for (std::size_t channel = 0; channel < 2; ++channel)
        model.coefficients_[channel].back() = solution(terms, static_cast<Eigen::Index>(channel));
    for (const auto& [m, reading] : steps) {
      const double soft = m.lean_g_cm2 + m.fat_g_cm2;
      if (soft > 0)
        model.worst_step_ =
            std::max(model.worst_step_, std::abs(model.bone_g_cm2(reading, m.fat_g_cm2 / soft) - m.bone_g_cm2));
    }
    return model;
  }
  throw CalibrationError("the calibration steps do not tell lean, fat and bone apart (density cannot be computed) give "
                         "steps of all three");
}

RayAttenuation AttenuationModel::attenuation(const RayMasses& masses) const {
  const Terms terms = terms_of(masses);
  RayAttenuation out;
  for (std::size_t k = 0; k < terms.size(); ++k) {
    out.low += coefficients_[0][k] * terms[k];
    out.high += coefficients_[1][k] * terms[k];
  }
  return out;
}

double AttenuationModel::soft_tissue(const RayAttenuation& ray) const {
  if (!knows_fat_)
    return ray.low / ray.high;
  const auto reading = [this](double mass, double fat_share) {
    return attenuation({(1 - fat_share) * mass, fat_share * mass, 0});
  };
  return solve(reading, ray, {ray.high / coefficients_[1][0], 0.3})[1];
}

double AttenuationModel::bone_g_cm2(const RayAttenuation& ray, double soft_tissue) const {
  if (!knows_fat_)
    return (ray.low - soft_tissue * ray.high) / (coefficients_[0][2] - soft_tissue * coefficients_[1][2]);
  const auto reading = [this, soft_tissue](double mass, double bone) {
    return attenuation({(1 - soft_tissue) * mass, soft_tissue * mass, bone});
  };
  return solve(reading, ray, {ray.high / coefficients_[1][0], 0.5})[1];
}

} // namespace osteocalc::dxa
