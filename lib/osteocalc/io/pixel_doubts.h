// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/issue.h"
#include "osteocalc/io/dicom_file.h"

#include <span>

namespace osteocalc::io {

/// What a reader of the result must know of how these slices' pixels are stored: lossy compression (IO-LOSSY), 8 bits
/// or fewer (IO-FEW-BITS), an inverted display (IO-MONOCHROME1).
[[nodiscard]] Issues pixel_doubts(std::span<const DicomHeader> slices);

} // namespace osteocalc::io
