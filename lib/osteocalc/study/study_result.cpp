// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/study/study_result.h"

#include <algorithm>

namespace osteocalc::study {

std::string_view to_string(Contrast contrast) noexcept {
  switch (contrast) {
  case Contrast::None:
    return "none";
  case Contrast::Present:
    return "present";
  case Contrast::Unknown:
    return "unknown";
  }
  return "unknown";
}

bool StudyResult::measured() const noexcept {
  const bool calcium = std::ranges::any_of(beds, [](const BedScore& bed) { return bed.reference.has_value(); });
  const bool density = bone && std::ranges::any_of(bone->vertebrae, [](const bone::VertebraDensity& vertebra) {
                         return vertebra.trabecular.has_value();
                       });
  const bool areal = std::ranges::any_of(dxa, [](const DxaPart& part) {
    return !part.result.sites.empty() || (part.result.aac && part.result.aac->aac24);
  });
  return calcium || density || areal;
}

} // namespace osteocalc::study
