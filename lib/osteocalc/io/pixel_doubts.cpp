// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/pixel_doubts.h"

#include <algorithm>

namespace osteocalc::io {

Issues pixel_doubts(std::span<const DicomHeader> slices) {
  Issues issues;
  const auto doubt = [&](const char* rule, const auto& applies, const std::string& text) {
    const auto count = std::ranges::count_if(slices, applies);
    if (count > 0)
      issues.push_back(
          warning(rule, "series", std::to_string(count) + " of " + std::to_string(slices.size()) + " slices " + text));
  };
  doubt(
      "IO-LOSSY", [](const DicomHeader& slice) { return slice.lossy; },
      "were compressed with loss (small lesions and the noise have changed) measure the original if it exists");
  doubt(
      "IO-FEW-BITS", [](const DicomHeader& slice) { return slice.pixels.bits_stored <= 8; },
      "are stored in 8 bits or fewer (the HU are coarse or cut off) measure the original if it exists");
  // The photometric interpretation says how to show stored values, not what they mean: rescaling them gives HU as ever.
  doubt(
      "IO-MONOCHROME1", [](const DicomHeader& slice) { return slice.photometric == "MONOCHROME1"; },
      "are meant to be shown inverted (their HU follow from the stored values all the same; a tool that inverted those "
      "too would have made air dense) look at the picture");
  return issues;
}

} // namespace osteocalc::io
