// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

namespace osteocalc::io {

/// True when the values can only be those of a label map or mask, so that scoring them as HU would silently give 0:
/// none below 0, and either all below 130, or each 0 or an id this project knows (1-117, 200-214, 260-277), or exactly
/// {0, 255}. Real scans hold air and fat, whose HU are negative, and end the test at once. \pre values is not empty
[[nodiscard]] bool looks_like_labels(std::span<const std::int16_t> values) noexcept;

} // namespace osteocalc::io
