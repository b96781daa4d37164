// SPDX-License-Identifier: Apache-2.0
#include "opened_study.h"

#include "series_source.h"

#include "osteocalc/core/error.h"
#include "osteocalc/image/label_alignment.h"
#include "osteocalc/io/ct_reader.h"
#include "osteocalc/io/dicom_ct.h"
#include "osteocalc/io/file_tree.h"
#include "osteocalc/io/nifti.h"

namespace osteocalc::viewer {
namespace {

namespace fs = std::filesystem;

fs::path labels_beside(const fs::path& scan) {
  const fs::path folder = fs::is_directory(scan) ? scan : scan.parent_path();
  const fs::path labels = folder / "labels.nii.gz";
  return fs::exists(labels) ? labels : fs::path();
}

LabelMap read_labels(const fs::path& file, const VolumeGeometry& image, Parallel parallel, Issues& issues) {
  if (file.empty())
    return {};
  LabelMap labels = aligned_labels(io::read_labels(file), image, parallel, issues);
  if (const fs::path parts = io::label_parts_file(file); fs::exists(parts))
    draw_over(labels, aligned_labels(io::read_labels(parts), image, parallel, issues));
  return labels;
}

std::optional<review::ReviewFile> read_own_review(const OpenRequest& request, const fs::path& file) {
  if (fs::exists(file))
    return review::read_review(file);
  if (request.adjudicate.size() != 2)
    return std::nullopt;
  const review::ReviewFile first = review::read_review(request.adjudicate[0]),
                           second = review::read_review(request.adjudicate[1]);
  review::ReviewFile shared = first;
  shared.edits = review::compare_edits(first, second).both;
  return shared;
}

std::vector<fs::path> scan_of(const OpenRequest& request, const review::MachineRecord& record) {
  const std::vector<fs::path> scan = request.scan.empty() ? record.scan : std::vector{request.scan};
  if (scan.empty())
    throw ConfigError("run.json of " + request.study.string() +
                      " does not say where the images are; give them by --scan");
  for (const fs::path& path : scan)
    if (!io::is_there(path))
      throw IoError("the images of " + request.study.string() + " were in " + path.string() +
                    " and are not there any more; say by --scan where they are now");
  return scan;
}

/// The series that `analyze` measured or would measure; a scan that is fit for nothing can still be looked at.
CtImage read_chosen(const OpenRequest& request, const review::MachineRecord& record,
                    const std::vector<fs::path>& scan) {
  io::ReadOptions reading;
  reading.parallel = request.parallel;
  const app::SeriesSource source{record.protocol, request.series.empty() ? record.series : request.series};
  try {
    if (auto chosen = app::read_study_scan(scan, source, reading).image)
      return std::move(*chosen);
  } catch (const Refusal&) {
    reading.series_uid = source.series;
  }
  return scan.size() == 1 ? io::read_ct(scan.front(), reading)
                          : io::read_dicom_ct(io::find_files(scan, reading.parallel), reading);
}

} // namespace

bool is_study_output(const fs::path& path) {
  return fs::exists(path / "result.json");
}

bool is_batch_output(const fs::path& path) {
  return fs::is_directory(path / "studies");
}

OpenedStudy open_study(const OpenRequest& request,
                       const std::function<void(std::shared_ptr<const CtImage>)>& image_ready) {
  if (!fs::exists(request.study))
    throw IoError(request.study.string() + " is not there; check the path");
  OpenedStudy opened;
  std::vector<fs::path> scan{request.study};
  fs::path labels = request.labels;
  const bool output = is_study_output(request.study);
  if (output) {
    opened.record = review::read_machine_record(request.study);
    scan = scan_of(request, opened.record);
    if (labels.empty())
      labels = labels_beside(request.study);
    opened.review_file = review::review_path(request.study, request.blind_reader);
  } else if (labels.empty()) {
    labels = labels_beside(request.study);
  }
  opened.title = fs::weakly_canonical(request.study).filename().string();
  CtImage image = read_chosen(request, opened.record, scan);
  if (output) {
    image.inputs_sha256 = opened.record.inputs_sha256; // hashing the files again would take longer than reading them
  } else {
    opened.record.info.kvp_kv = opened.record.options.kvp_kv = image.acquisition.kvp_kv;
    opened.record.info.age_years = image.acquisition.age_years;
    opened.record.info.sex = image.acquisition.sex;
    opened.record.info.increment_mm = image.hu.geometry().spacing_mm[2];
    opened.record.info.slices = image.hu.size(2);
    opened.record.issues = image.issues;
  }
  opened.image = std::make_shared<const CtImage>(std::move(image));
  for (const Issue& issue : opened.image->issues)
    if (issue.rule == "STUDY-SERIES-CHOSEN" || issue.rule == "STUDY-SERIES-TIE")
      opened.issues.push_back(warning(issue.rule, issue.where, issue.text)); // the reader must see which it is
  if (image_ready)
    image_ready(opened.image);
  opened.labels = read_labels(labels, opened.image->hu.geometry(), request.parallel, opened.issues);
  if (!opened.review_file.empty())
    opened.review = read_own_review(request, opened.review_file);
  if (opened.review)
    review::check_fits(*opened.review, *opened.image);
  return opened;
}

std::unique_ptr<review::Review> begin_review(const OpenedStudy& opened, Parallel parallel, Issues& issues) {
  if (opened.labels.voxels.empty())
    return nullptr; // nothing is labelled: there is nothing to measure
  review::Subject subject{opened.image,
                          {opened.labels.voxels.clone(), opened.labels.names},
                          opened.record.options,
                          opened.record.info,
                          opened.record.issues};
  subject.options.parallel = parallel;
  auto review = std::make_unique<review::Review>(std::move(subject));
  if (opened.review)
    for (const review::Edit& edit : opened.review->edits)
      try {
        review->replay({&edit, 1});
      } catch (const Error& error) {
        issues.push_back(warning("REVIEW-EDIT-LOST", std::string(kind_of(edit.action)),
                                 std::string("an edit of the file could not be done again: ") + error.what()));
      }
  return review;
}

} // namespace osteocalc::viewer
