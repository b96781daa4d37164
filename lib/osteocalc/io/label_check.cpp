// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/label_check.h"

#include "osteocalc/core/contract.h"

#include <algorithm>

namespace osteocalc::io {
namespace {

constexpr std::int16_t lowest_calcium_hu = 130;

bool is_known_label(std::int16_t value) {
  return value <= 117 || (value >= 200 && value <= 214) || (value >= 260 && value <= 277);
}

} // namespace

bool looks_like_labels(std::span<const std::int16_t> values) noexcept {
  OSTEOCALC_EXPECT(!values.empty());
  bool all_below_calcium = true, all_known = true, all_0_or_255 = true;
  for (const std::int16_t value : values) {
    if (value < 0)
      return false;
    all_below_calcium = all_below_calcium && value < lowest_calcium_hu;
    all_known = all_known && is_known_label(value);
    all_0_or_255 = all_0_or_255 && (value == 0 || value == 255);
    if (!all_below_calcium && !all_known && !all_0_or_255)
      return false;
  }
  return true;
}

} // namespace osteocalc::io
