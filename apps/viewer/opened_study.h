// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/review/machine_record.h"
#include "osteocalc/review/review_file.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

namespace osteocalc::viewer {

/// What is to be opened, as the command line or the queue names it.
struct OpenRequest {
  std::filesystem::path study;  ///< a folder with result.json, a folder of DICOM, a DICOM file or a NIfTI
  std::filesystem::path labels; ///< of a scan without result.json; empty: labels.nii.gz beside it, if there is one
  std::filesystem::path scan;   ///< where a study's images are now; empty: where run.json says
  std::string image;            ///< of a study with DXA: "ct" or the exam; empty: the scan, else the first exam
  std::string series;           ///< the end of a series UID, where there are several; empty: as the study says
  std::string blind_reader;     ///< review.READER.json instead of review.json
  std::vector<std::filesystem::path> adjudicate; ///< two readers' files: what they share is taken over
  Parallel parallel;
};

/// A scan as read, before anything is measured.
struct OpenedStudy {
  std::shared_ptr<const CtImage> image;
  LabelMap labels; ///< no voxels where there are no labels
  review::MachineRecord record;
  std::filesystem::path review_file; ///< where edits go; empty: nowhere, there is no folder of results
  std::optional<review::ReviewFile> review;
  std::string title;
  Issues issues;
};

[[nodiscard]] bool is_study_output(const std::filesystem::path& path);
[[nodiscard]] bool is_batch_output(const std::filesystem::path& path);

/// The image alone comes first: `image_ready` is called as soon as a picture can be shown.
/// \throw Error whatever is missing, damaged or does not belong together, in words for the reader
[[nodiscard]] OpenedStudy open_study(const OpenRequest& request,
                                     const std::function<void(std::shared_ptr<const CtImage>)>& image_ready);

/// The review with the file's edits done again. Takes seconds. An edit that no longer fits is an Issue.
[[nodiscard]] std::unique_ptr<review::Review> begin_review(const OpenedStudy& opened, Parallel parallel,
                                                           Issues& issues);

} // namespace osteocalc::viewer
