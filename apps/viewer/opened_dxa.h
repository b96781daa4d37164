// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "opened_study.h"

#include "osteocalc/review/dxa_review.h"

namespace osteocalc::viewer {

/// A DXA image as opened, with its review's edits done again.
struct OpenedDxa {
  std::unique_ptr<review::DxaReview> review;
  std::filesystem::path review_file; ///< where edits go; empty: nowhere, there is no folder of results
  std::string inputs_sha256, title;
  std::string result_sha256; ///< of dxa.json; empty: there is none
  Issues issues;
};

/// What a study's output can show, by name: "ct" where it measured a scan, then its DXA exams. Empty: it is no output
/// of `analyze`.
[[nodiscard]] std::vector<std::string> images_of(const std::filesystem::path& study);

/// The image files behind a request: those of the folder that `dxa` or `analyze` wrote, a DXA file, or the DXA images
/// of a small folder that holds no scan. Empty: it is no DXA. \throw IoError where they are gone
[[nodiscard]] std::vector<std::filesystem::path> dxa_files(const OpenRequest& request);

/// \throw Error whatever is missing or damaged, in words for the reader
[[nodiscard]] OpenedDxa open_dxa(const OpenRequest& request, const std::vector<std::filesystem::path>& files);

} // namespace osteocalc::viewer
