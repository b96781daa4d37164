// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/dxa/dxa_result.h"
#include "osteocalc/image/dxa_image.h"
#include "osteocalc/study/dxa_study.h"

#include <optional>
#include <string>
#include <vector>

namespace osteocalc::report {

/// What `dxa --json` prints, schema "osteocalc.dxa/1": exam, sites, AAC with its walls, texture, issues.
[[nodiscard]] std::string dxa_result_json(const dxa::DxaResult& result, const std::optional<DxaExam>& exam);

/// The `dxa` part of a study's record: {"exams": [..], "sites": [..], "aac24": {..} | null}, every site with its exam;
/// null where the study holds no DXA.
[[nodiscard]] std::string dxa_parts_json(const std::vector<study::DxaPart>& parts);

/// The same of a scanner's report, schema "osteocalc.dxa/1" with the keys of dxa_parts_json().
[[nodiscard]] std::string dxa_person_json(const study::DxaPerson& person, const std::string& subject);

/// The text of `dxa --json` for a table of results, schema "osteocalc.dxa_people/1". \param subjects beside `people`
[[nodiscard]] std::string dxa_people_json(const std::vector<study::DxaPerson>& people,
                                          const std::vector<std::string>& subjects, const Issues& issues);

} // namespace osteocalc::report
