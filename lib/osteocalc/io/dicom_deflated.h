// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/io/dicom_fragments.h"

#include <istream>

namespace osteocalc::io {

/// Where the data set of a Part 10 file begins, as its meta information says.
[[nodiscard]] std::uintmax_t data_set_begin(std::istream& in);

/// Bytes of the inflated data set of a deflated file, without holding what lies before them. Empty when there are fewer
/// or the file is damaged.
[[nodiscard]] std::optional<std::vector<std::uint8_t>> inflated_range(std::istream& in, const ByteRange& range);

} // namespace osteocalc::io
