// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/dxa/dxa_result.h"
#include "osteocalc/image/dxa_image.h"

#include <optional>
#include <string>

namespace osteocalc::report {

/// What `dxa --json` prints, schema "osteocalc.dxa/1": exam, sites, AAC with its walls, texture, issues.
[[nodiscard]] std::string dxa_result_json(const dxa::DxaResult& result, const std::optional<DxaExam>& exam);

/// The `dxa` part of a study's record: {"sites": [..], "aac24": {..} | null}.
[[nodiscard]] std::string dxa_part_json(const dxa::DxaResult& result);

} // namespace osteocalc::report
