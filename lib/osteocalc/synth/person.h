// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/anatomy.h"

#include <cstdint>
#include <vector>

namespace osteocalc::synth {

/// Who is scanned. The seed decides everything that is not stated here: sizes, curvature, organs, noise.
struct Person {
  std::uint32_t seed = 1;
  double age_years = 65;
  Sex sex = Sex::Female;
  double height_cm = 163;
  double bmi_kg_m2 = 26;
  double trabecular_mg_cm3 = 120; ///< of L1, HA; the other levels follow it
};

/// Someone between 40 and 85 years with a plausible build and bone.
[[nodiscard]] Person draw_person(std::uint32_t seed);

/// HA that an artery is to hold. `bed` is one of label::coronary_lm ... coronary_rca, aortic_valve, aorta_ascending ...
/// aorta_abdominal, iliac_artery_left or _right.
struct CalciumLoad {
  LabelId bed = 0;
  double mass_mg = 0;
};

/// Loads of all beds that a person of this age and sex might have; some have none.
[[nodiscard]] std::vector<CalciumLoad> draw_calcium(const Person& person);

/// Trabecular density in place of the person's at one level, e.g. of a European Spine Phantom.
struct LevelDensity {
  Vertebra level = Vertebra::L1;
  double trabecular_mg_cm3 = 100;
};

} // namespace osteocalc::synth
