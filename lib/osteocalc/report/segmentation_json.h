// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/issue.h"
#include "osteocalc/segmentation/segment.h"

#include <string>

namespace osteocalc::report {

/// The text of `segment --json` (schema osteocalc.segment/1): the vertebrae with their level evidence, every
/// bright lesion of the chest with what it was taken for and why, and all issues.
[[nodiscard]] std::string segmentation_json(const segmentation::Segmentation& found, const Issues& issues);

/// What a verb prints with --json when it refuses (schema osteocalc.refusal/1).
[[nodiscard]] std::string refusal_json(const Issues& reasons);

} // namespace osteocalc::report
