// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/calcium/score.h"
#include "osteocalc/image/geometry.h"

#include <optional>
#include <string>

namespace osteocalc::report {

/// What was scored, beside the scores.
struct ScoredImage {
  VolumeGeometry geometry;
  std::optional<double> nominal_thickness_mm, kvp_kv;
};

/// The text of `score --json` (schema osteocalc.score/1).
[[nodiscard]] std::string score_json(const calcium::ScoreResult& result, const ScoredImage& image);

/// The same for a reader at a terminal.
[[nodiscard]] std::string score_table(const calcium::ScoreResult& result, const ScoredImage& image);

} // namespace osteocalc::report
