// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace osteocalc::io {

/// The pixels of one JPEG 2000 frame (raw code stream or JP2), row by row, as stored 16-bit values: signed components
/// in two's complement. \throw DicomError, whose message starts with a verb, when it cannot be decoded, or is no grey
/// image of this size: that is known before anything is allocated by it
[[nodiscard]] std::vector<std::uint16_t> decode_jpeg2000(std::span<const std::uint8_t> encoded, int columns, int rows);

} // namespace osteocalc::io
