// SPDX-License-Identifier: Apache-2.0
#include "analyze_pipeline.h"

#include "osteocalc/core/error.h"
#include "osteocalc/core/hashing.h"
#include "osteocalc/core/provenance.h"
#include "osteocalc/image/label_alignment.h"
#include "osteocalc/io/ct_reader.h"
#include "osteocalc/io/nifti.h"
#include "osteocalc/report/study_output.h"
#include "osteocalc/report/text_file.h"

#include <chrono>
#include <ctime>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace osteocalc::app {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Keeps the ids on one side of the border between TotalSegmentator's and our own.
LabelMap only(const LabelMap& labels, bool parts) {
  LabelMap kept{labels.voxels.clone(), {}};
  for (LabelId& id : kept.voxels.voxels())
    if ((id >= label::coronary_territory) != parts)
      id = 0;
  for (const auto& [id, name] : labels.names)
    if ((id >= label::coronary_territory) == parts)
      kept.names[id] = name;
  return kept;
}

LabelMap read_all_labels(const PipelineRequest& request, const VolumeGeometry& image, Issues& issues) {
  const Parallel parallel = request.options.parallel;
  LabelMap labels = aligned_labels(io::read_labels(request.labels), image, parallel, issues);
  io::write_labels(only(labels, false), request.output / "labels.nii.gz");
  const std::filesystem::path parts_file = io::label_parts_file(request.labels);
  if (std::filesystem::exists(parts_file)) {
    issues.push_back(info("LABEL-PARTS", "labels", "the finer parts beside the label map were read too"));
    draw_over(labels, aligned_labels(io::read_labels(parts_file), image, parallel, issues));
  }
  const LabelMap parts = only(labels, true);
  if (!labels_present(parts).empty())
    io::write_labels(parts, request.output / "labels_parts.nii.gz");
  return labels;
}

LabelMap find_all_labels(PipelineRequest& request, CtImage& image) {
  segmentation::Segmentation found = segmentation::segment(image.hu, {request.level_hint, request.options.parallel});
  append(image.issues, found.issues);
  for (const segmentation::VertebraFinding& vertebra : found.vertebrae)
    request.options.levels[vertebra.level] = {vertebra.confidence, vertebra.alternatives};
  io::write_labels(found.wholes, request.output / "labels.nii.gz");
  io::write_labels(found.parts, request.output / "labels_parts.nii.gz");
  draw_over(found.wholes, found.parts);
  return std::move(found.wholes);
}

std::optional<std::string> subject_of(const CtImage& image, const PipelineRequest& request, Issues& issues) {
  const std::string& id = image.acquisition.patient_id;
  if (id.empty()) {
    issues.push_back(info("STUDY-NO-ID", "study", "the scan names no patient, so there is no subject to pair it by"));
    return std::nullopt;
  }
  if (request.keep_ids)
    return id;
  const std::filesystem::path key = request.key_file.empty() ? request.output / "subject.key" : request.key_file;
  return pseudonym(id, load_or_create_key(key));
}

void write_run_json(const PipelineRequest& request, double read_s, double analyze_s, double write_s) {
  char host[256] = "";
  ::gethostname(host, sizeof host - 1);
  const nlohmann::ordered_json run{{"schema", "osteocalc.run/1"},
                                   {"version", version()},
                                   {"commit", commit()},
                                   {"finished", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)))},
                                   {"host", host},
                                   {"threads", thread_count(request.options.parallel)},
                                   {"seconds", {{"read", read_s}, {"analyze", analyze_s}, {"write", write_s}}}};
  report::write_text_file(request.output / "run.json", run.dump(2) + "\n");
}

} // namespace

study::StudyResult run_pipeline(PipelineRequest request) {
  std::filesystem::create_directories(request.output);
  const auto start = Clock::now();
  io::ReadOptions reading;
  reading.parallel = request.options.parallel;
  reading.hash_inputs = true;
  CtImage image = io::read_ct(request.study, reading);
  request.options.subject = subject_of(image, request, image.issues);
  const LabelMap labels = request.labels.empty() ? find_all_labels(request, image)
                                                 : read_all_labels(request, image.hu.geometry(), image.issues);
  const double read_s = seconds_since(start);

  const auto analysis = Clock::now();
  study::StudyResult result = study::analyze(image, labels, request.options);
  result.provenance.options["labels"] = request.labels.empty() ? "found" : "given";
  result.provenance.options["calibration"] = std::string(to_string(request.options.calibration.mode));
  const double analyze_s = seconds_since(analysis);

  const auto writing = Clock::now();
  report::write_study_output(result, image, request.output);
  write_run_json(request, read_s, analyze_s, seconds_since(writing));
  return result;
}

} // namespace osteocalc::app
