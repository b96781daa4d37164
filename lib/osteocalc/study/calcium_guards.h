// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/image/ct_image.h"
#include "osteocalc/study/blood_pool.h"
#include "osteocalc/study/calcium_options.h"
#include "osteocalc/study/study_result.h"

namespace osteocalc::study {

/// Thickness, overlap and gaps between slices. Under `strict` each is a refusal, else the score is scaled by the
/// increment and a warning says so.
[[nodiscard]] Issues check_slices(const CtImage& image, const CalciumOptions& options);

/// Noise of the blood, a sharp kernel, and slices whose blood is darkened or brightened by dense bone beside it.
[[nodiscard]] Issues check_image_quality(const CtImage& image, const BloodPool& blood, const CalciumOptions& options);

/// Lesions as bright as metal in the beds.
[[nodiscard]] Issues check_metal(const std::vector<BedScore>& beds, const CalciumOptions& options);

/// A kernel that sharpens edges, by the makers' names; noise and overshoot then pass 130 HU without calcium.
[[nodiscard]] bool is_sharp_kernel(const std::string& kernel);

} // namespace osteocalc::study
