// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/study/study_result.h"

#include <string>

namespace osteocalc::report {

/// The text of result.json (schema osteocalc.study/1): the same bytes for the same inputs and options.
[[nodiscard]] std::string study_json(const study::StudyResult& result);

/// The text of `bmd --json`: the "bone" object of a study with its issues (schema osteocalc.bone/1).
[[nodiscard]] std::string bone_result_json(const bone::BoneResult& result, const Issues& issues);

/// lesions.csv: one row a lesion of the reference variant, by bed.
[[nodiscard]] std::string lesions_csv(const study::StudyResult& result);

/// vertebrae.csv: one row a level.
[[nodiscard]] std::string vertebrae_csv(const study::StudyResult& result);

} // namespace osteocalc::report
