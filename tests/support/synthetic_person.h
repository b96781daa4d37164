// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/image/label_alignment.h"
#include "osteocalc/synth/ct.h"

namespace osteocalc::test {

/// Chest and abdomen of a person of 75 years with calcium in every bed, always the same. `scanner.increment_mm` is the
/// slices' thickness too.
[[nodiscard]] inline synth::SyntheticCt synthetic_person(int matrix, double pixel_mm, double increment_mm = 3) {
  synth::CtRequest request;
  request.person.seed = 7;
  request.person.age_years = 75;
  request.calcium = synth::draw_calcium(request.person);
  request.scanner.matrix = matrix;
  request.scanner.pixel_mm = pixel_mm;
  request.scanner.increment_mm = request.scanner.nominal_thickness_mm = increment_mm;
  synth::SyntheticCt ct = synth::make_ct(request, {});
  ct.image.acquisition.kvp_kv = 120;
  return ct;
}

} // namespace osteocalc::test
