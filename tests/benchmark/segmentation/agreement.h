// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/image/label_map.h"

#include <functional>
#include <optional>

namespace osteocalc::benchmark {

/// How far a found structure agrees with the true one.
struct Agreement {
  double dice = 0;                  ///< 2 |A and B| / (|A| + |B|)
  std::optional<double> surface_mm; ///< mean distance between the two surfaces, both ways; absent when one is empty
  double center_error_mm = 0;
};

using Member = std::function<bool(LabelId)>;

/// Nothing when the true structure does not occur. \pre the same grid
[[nodiscard]] std::optional<Agreement> agreement(const Volume<LabelId>& found, const Member& in_found,
                                                 const Volume<LabelId>& truth, const Member& in_truth);

} // namespace osteocalc::benchmark
