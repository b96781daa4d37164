// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/image/volume.h"

namespace osteocalc {

/// What is shown black and white, in the image's unit.
struct DisplayRange {
  double low = 0, high = 1;
};

/// The 0.5 and 99.5 percentiles: a few bright pixels do not darken all others. \pre the image is not empty
[[nodiscard]] DisplayRange usual_range(const Volume<float>& image);

} // namespace osteocalc
