// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/cohort/table.h"

#include <cmath>
#include <cstdint>
#include <numbers>
#include <random>

namespace osteocalc::cohort::testing {

/// Normal numbers that are the same on every platform (std::normal_distribution is not).
class Normals {
 public:
  explicit Normals(std::uint32_t seed) : engine_(seed) {}
  double operator()() { return std::sqrt(-2 * std::log(uniform())) * std::cos(2 * std::numbers::pi * uniform()); }
  double uniform() { return (static_cast<double>(engine_()) + 0.5) / 4294967296.0; }

 private:
  std::mt19937 engine_;
};

struct Truth {
  std::size_t n = 400;
  double bone_slope = 0;    ///< of ln(score + 1) on bmd, given age
  double age_slope = 0.05;  ///< of ln(score + 1) on age, given bmd
  double bone_loss = -1.5;  ///< of bmd on age
  double spread_by_age = 0; ///< how much the residual SD (0.5) grows from 40 to 80 years, relatively
};

/// People of 40 to 80 years with columns age_years, sex, bmd and score (expm1 of a line far enough above 0).
inline Table simulated_people(const Truth& truth, std::uint32_t seed) {
  Normals normal(seed);
  Numbers age, bmd, score;
  Texts sex;
  for (std::size_t i = 0; i < truth.n; ++i) {
    const double years = 40 + 40 * normal.uniform();
    const double density = 220 + truth.bone_loss * years + 25 * normal();
    const double sd = 0.5 * (1 + truth.spread_by_age * (years - 40) / 40);
    const double log_score = 6 + truth.bone_slope * (density - 130) + truth.age_slope * (years - 60) + sd * normal();
    age.emplace_back(years);
    bmd.emplace_back(density);
    score.emplace_back(std::expm1(std::fmax(log_score, 0)));
    sex.emplace_back(normal.uniform() < 0.5 ? "F" : "M");
  }
  Table table("simulated", truth.n);
  table.add({"age_years", age});
  table.add({"sex", sex});
  table.add({"bmd", bmd});
  table.add({"score", score});
  return table;
}

} // namespace osteocalc::cohort::testing
