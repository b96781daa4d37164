// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/io/dicom_file.h"

#include <cstdint>
#include <span>
#include <vector>

namespace osteocalc::io {

/// The stored values of one encapsulated frame, row by row, 8-bit ones widened, from its code stream.
/// \throw DicomError, whose message starts with a verb, when the stream is damaged or has another size than the header
[[nodiscard]] std::vector<std::uint16_t> decode_frame(const DicomHeader& header,
                                                      std::span<const std::uint8_t> code_stream);

} // namespace osteocalc::io
