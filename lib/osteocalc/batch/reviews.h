// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/batch/state.h"
#include "osteocalc/core/issue.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace osteocalc::batch {

/// What readers left of the studies of some batches: rows for the tables in place of the machine's.
struct Reviews {
  std::map<std::string, Verdict> verdicts; ///< by study's key; done
  Issues issues;                           ///< COLLECT-REVIEWED, COLLECT-UNRESOLVED, COLLECT-REVIEW-UNUSABLE
};

/// Reads the reviews beside the results in OUT/studies/<key> of each output. A study that lies in several outputs is
/// taken from the first that holds a review of it. \throw IoError when a folder cannot be listed
[[nodiscard]] Reviews read_reviews(const std::vector<std::filesystem::path>& outputs);

/// The verdict of a study that was measured, from the text of its result.json.
[[nodiscard]] Verdict done_verdict(const std::string& key, const std::string& result_json);

/// Takes the readers' files of a study's folder along into another one, which may be missing. Nothing where there are
/// none.
void keep_reviews(const std::filesystem::path& from, const std::filesystem::path& to);

} // namespace osteocalc::batch
