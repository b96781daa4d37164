// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/issue.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace osteocalc::review {

/// What a study's folder holds of reviews.
enum class ReviewState {
  None,      ///< the machine's values stand
  Reviewed,  ///< review.json, or one blind reader's file alone
  Unresolved ///< several blind readers and no review.json: the machine's values stand until they are adjudicated
};
[[nodiscard]] std::string_view to_string(ReviewState state) noexcept; ///< "none", "reviewed", "unresolved"

/// What can be reviewed of a study: its own folder (the scan), then dxa/EXAM of each DXA image, by name.
[[nodiscard]] std::vector<std::filesystem::path> review_folders(const std::filesystem::path& study);
/// The files that readers left in all of them: review.json and those of blind readers, by name.
[[nodiscard]] std::vector<std::filesystem::path> review_files(const std::filesystem::path& study);

struct ReviewedResult {
  std::string result_json; ///< of the schema osteocalc.study/1, as before
  ReviewState state = ReviewState::None;
  std::vector<std::string> readers; ///< whose edits it holds
  Issues issues;                    ///< REVIEW-USED, REVIEW-UNRESOLVED, REVIEW-UNUSABLE; in result_json too
};

/// The machine's result with a study's reviewed values laid over it: for whoever collects or tabulates studies. Beds,
/// vertebrae, summary, DXA sites, AAC and flag become the reviewer's; what no review holds (variants, heights) stays.
/// The key "review" says state, readers, the count of edits and the last one's time. A damaged review is an Issue, and
/// the machine's values stand. \param study the folder of result.json \throw IoError when result.json cannot be read
[[nodiscard]] ReviewedResult reviewed_result(const std::filesystem::path& study);

} // namespace osteocalc::review
