// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/parallel.h"
#include "osteocalc/image/volume.h"

#include <cstdint>

namespace osteocalc {

/// True for the slices of a tilted gantry: their z axis is not their normal.
[[nodiscard]] bool is_sheared(const VolumeGeometry& geometry) noexcept;

/// The same slices, each shifted within its plane, so that z runs along their normal: what needs three dimensions works
/// on this. Values between pixels are linear, the grid is widened to hold every slice and -1024 HU where there is none.
[[nodiscard]] Volume<std::int16_t> upright(const Volume<std::int16_t>& hu, Parallel parallel);

} // namespace osteocalc
