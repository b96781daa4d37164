// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/bone/densitometry.h"
#include "osteocalc/image/ct_image.h"
#include "osteocalc/image/label_map.h"

namespace osteocalc::study {

/// Bone and the soft tissue at L3, with the bodies found on the labels' grid. Slices of a tilted gantry are measured on
/// their upright copy: volumes of interest have three dimensions.
[[nodiscard]] bone::BoneResult measure_spine(const CtImage& image, const LabelMap& labels,
                                             const std::vector<bone::BodyFinding>& bodies,
                                             const calibration::Calibration& calibration,
                                             const bone::BoneOptions& options);

} // namespace osteocalc::study
