// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/image/geometry.h"

#include <cstdint>
#include <string>

namespace osteocalc::io {

/// Refuses, before anything is allocated, a volume that does not fit into the budget: sizes come from headers, and a
/// damaged one may ask for anything. \param budget_bytes 0 = three quarters of the machine's memory
/// \throw Refusal (IO-MEMORY)
void require_memory(const VolumeGeometry& geometry, double bytes_per_voxel, std::uintmax_t budget_bytes,
                    const std::string& name);

} // namespace osteocalc::io
