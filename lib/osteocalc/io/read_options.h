// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/parallel.h"

#include <cstdint>
#include <string>

namespace osteocalc::io {

struct ReadOptions {
  Parallel parallel;
  /// The DICOM series to read: its UID or an ending that only it has; empty = there is only one.
  std::string series_uid;
  /// Fill CtImage::inputs_sha256. Of uncompressed files, hashing takes longer than all the rest of the reading.
  bool hash_inputs = false;
  /// The largest volume that is allocated; 0 = three quarters of the machine's memory.
  std::uintmax_t memory_bytes = 0;
};

} // namespace osteocalc::io
