// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/bone/densitometry.h"

#include <vector>

namespace osteocalc::bone {

/// What the levels of one spine say of each other: the losses of height, and which levels are excluded from means, in
/// this order: labels that hold a part of a body, bodies that lie too close to be two, loss of height, uneven bone, a
/// density unlike the neighbours'. An exclusion that stands already stays, and `BoneOptions::kept` overrules all.
/// \param vertebrae cranial to caudal
void judge_levels(std::vector<VertebraDensity>& vertebrae, const BoneOptions& options);

} // namespace osteocalc::bone
