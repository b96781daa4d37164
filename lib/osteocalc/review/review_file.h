// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/review/review.h"

#include <filesystem>
#include <string>
#include <vector>

namespace osteocalc::review {

/// review.json beside result.json: a reader's edits, in their order, and the values they lead to. The machine's result
/// is never touched. docs/user/review.md names the keys.
struct ReviewFile {
  std::string inputs_sha256; ///< of the scan it was made on; empty: unknown
  std::array<int, 3> size{}; ///< of its grid
  std::vector<Edit> edits;
  std::string result_sha256; ///< of the machine's result.json that was reviewed; empty: unknown
  std::string values_json;   ///< beds, vertebrae, summary and flag as they stand after the last edit
};

/// OUT/review.json, or OUT/review.READER.json of a reader who is blind to the others.
[[nodiscard]] std::filesystem::path review_path(const std::filesystem::path& study, const std::string& blind_reader);

/// The file of a review as it stands, of the machine's result with this hash.
[[nodiscard]] ReviewFile file_of(const Review& review, std::string result_sha256 = {});

/// Written beside, brought to disk, then renamed: after a crash there is the old file or the new one, never half of
/// one. \throw IoError when it cannot be written
void write_review(const ReviewFile& review, const std::filesystem::path& file);

/// \throw IoError when there is no such file, it is damaged (where), or of another schema
[[nodiscard]] ReviewFile read_review(const std::filesystem::path& file);

/// \throw Refusal (REVIEW-OTHER-SCAN) when the review was made on another scan or grid
void check_fits(const ReviewFile& review, const CtImage& image);

/// Edits that two readers share, and those of one only; shared means the same action, whoever why and when.
struct EditComparison {
  std::vector<Edit> both, only_first, only_second;
};
[[nodiscard]] EditComparison compare_edits(const ReviewFile& first, const ReviewFile& second);

/// The numbers of a file's values by the names of numbers_of().
[[nodiscard]] std::map<std::string, std::optional<double>> numbers_of(const ReviewFile& review);

} // namespace osteocalc::review
