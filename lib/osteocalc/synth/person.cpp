// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/synth/person.h"

#include "osteocalc/synth/random.h"

#include <algorithm>
#include <cmath>

namespace osteocalc::synth {

Person draw_person(std::uint32_t seed) {
  Random random(seed, 1);
  Person person{.seed = seed, .age_years = std::floor(random.uniform(40, 86))};
  const bool male = random.chance(0.5);
  person.sex = male ? Sex::Male : Sex::Female;
  person.height_cm = random.vary(male ? 176 : 163, 6.5);
  person.bmi_kg_m2 = std::max(17.5, random.vary(26.5, 4.5));
  // L1 falls by about 2.5 HU, that is 1.9 mg/cm3, a year; the spread at one age is about 30 mg/cm3. \cite jang2019
  person.trabecular_mg_cm3 = std::max(35.0, random.vary(170 - 1.9 * (person.age_years - 40), 28));
  return person;
}

std::vector<CalciumLoad> draw_calcium(const Person& person) {
  struct Usual {
    LabelId bed;
    double median_mg;
  };
  constexpr Usual beds[]{{label::coronary_lm, 4},        {label::coronary_lad, 25},      {label::coronary_lcx, 12},
                         {label::coronary_rca, 18},      {label::aortic_valve, 8},       {label::aorta_ascending, 10},
                         {label::aorta_arch, 60},        {label::aorta_descending, 50},  {label::aorta_abdominal, 250},
                         {label::iliac_artery_left, 60}, {label::iliac_artery_right, 60}};
  Random random(person.seed, 2);
  const double years = person.age_years - 65 - (person.sex == Sex::Female ? 8 : 0);
  const double shared = random.vary(0, 0.8);
  std::vector<CalciumLoad> loads;
  for (const auto& [bed, median_mg] : beds) {
    const double log_excess = 0.07 * years + shared + random.vary(0, 0.9);
    if (log_excess > -0.8)
      loads.push_back({bed, median_mg * std::exp(log_excess)});
  }
  return loads;
}

} // namespace osteocalc::synth
