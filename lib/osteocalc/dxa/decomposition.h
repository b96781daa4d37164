// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/issue.h"
#include "osteocalc/core/parallel.h"
#include "osteocalc/dxa/attenuation_model.h"
#include "osteocalc/image/volume.h"

#include <cstdint>

namespace osteocalc::dxa {

/// Bone mineral and the soft tissue around it, on the grid of the measured images (one slice).
struct BoneImage {
  Volume<float> bone_g_cm2;
  Volume<float> soft_tissue;    ///< the baseline: fat share by mass, or R; under bone interpolated
  Volume<std::uint8_t> is_bone; ///< where the baseline was interpolated, 3 mm around bone included
  double noise_g_cm2 = 0;       ///< SD of a pixel without bone
  Issues issues;
};

/// Decomposes dual-energy attenuation into bone and soft tissue: the soft tissue's kind is measured beside bone and
/// interpolated under it by the smoothest surface between. \pre low and high on one grid of one slice
/// \throw GeometryError when they are not; Refusal (DXA-NO-SOFT-TISSUE) when bone covers the image
[[nodiscard]] BoneImage decompose(const Volume<float>& low, const Volume<float>& high, const AttenuationModel& model,
                                  Parallel parallel);

} // namespace osteocalc::dxa
