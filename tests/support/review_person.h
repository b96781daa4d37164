// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/review/subject.h"
#include "support/synthetic_person.h"

namespace osteocalc::test {

/// The synthetic person under review.
[[nodiscard]] inline review::Subject review_person(synth::SyntheticCt ct) {
  draw_over(ct.labels, ct.parts);
  review::Subject subject;
  subject.info.kvp_kv = 120;
  subject.info.increment_mm = ct.image.hu.geometry().spacing_mm[2];
  subject.labels = std::move(ct.labels);
  subject.image = std::make_shared<const CtImage>(std::move(ct.image));
  return subject;
}

} // namespace osteocalc::test
