// SPDX-License-Identifier: Apache-2.0
#include "analyze_pipeline.h"

#include "dxa_run.h"
#include "find_anatomy.h"

#include "osteocalc/core/error.h"
#include "osteocalc/core/hashing.h"
#include "osteocalc/core/provenance.h"
#include "osteocalc/io/nifti.h"
#include "osteocalc/report/dxa_json.h"
#include "osteocalc/report/lesion_decisions.h"
#include "osteocalc/report/study_output.h"
#include "osteocalc/report/text_file.h"
#include "osteocalc/segmentation/label_doubts.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>
#include <unistd.h>

namespace osteocalc::app {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// A line of the log: should the program be killed, its last stage is known.
void enter_stage(const char* name) {
  spdlog::info("stage: {}", name);
}

void write_label_set(const LabelSet& labels, const std::filesystem::path& output) {
  io::write_labels(labels.wholes, output / "labels.nii.gz");
  const std::filesystem::path parts = output / "labels_parts.nii.gz";
  if (labels_present(labels.parts).empty()) { // an earlier run's must not pass for this one's
    std::filesystem::remove(parts);
    std::filesystem::remove(io::label_names_file(parts));
  } else {
    io::write_labels(labels.parts, parts);
  }
}

LabelMap read_all_labels(const PipelineRequest& request, CtImage& image) {
  LabelSet labels =
      labels_from(request.labels, image, request.output / "segmenter.log", request.options.parallel, image.issues);
  append(image.issues, segmentation::missing_classes(labels));
  write_label_set(labels, request.output);
  std::filesystem::remove(request.output / "lesion_decisions.csv");
  return merged(std::move(labels));
}

LabelMap find_all_labels(PipelineRequest& request, CtImage& image) {
  segmentation::Segmentation found = find_anatomy(image.hu, {request.level_hint, request.options.parallel});
  append(image.issues, found.issues);
  for (const segmentation::VertebraFinding& vertebra : found.vertebrae)
    request.options.levels[vertebra.level] = {vertebra.confidence, vertebra.alternatives};
  report::write_text_file(request.output / "lesion_decisions.csv", report::lesion_decisions_csv(found.lesions));
  LabelSet labels{std::move(found.wholes), std::move(found.parts)};
  write_label_set(labels, request.output);
  return merged(std::move(labels));
}

std::optional<std::string> subject_of(const std::string& id, const PipelineRequest& request, Issues& issues) {
  if (id.empty()) {
    issues.push_back(info("STUDY-NO-ID", "study", "the scan names no patient, so there is no subject to pair it by"));
    return std::nullopt;
  }
  if (request.keep_ids)
    return id;
  const std::filesystem::path key = request.key_file.empty() ? request.output / "subject.key" : request.key_file;
  return pseudonym(id, load_or_create_key(key));
}

nlohmann::ordered_json absolute_paths(const std::vector<std::filesystem::path>& paths) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const std::filesystem::path& path : paths)
    list.push_back(std::filesystem::absolute(path).string());
  return list;
}

void write_run_json(const PipelineRequest& request, double read_s, double analyze_s, double write_s) {
  char host[256] = "";
  ::gethostname(host, sizeof host - 1);
  const nlohmann::ordered_json run{{"schema", "osteocalc.run/1"},
                                   {"study", absolute_paths(request.study)},
                                   {"series", request.series.series},
                                   {"protocol", request.series.protocol},
                                   {"version", version()},
                                   {"commit", commit()},
                                   {"finished", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)))},
                                   {"host", host},
                                   {"threads", thread_count(request.options.parallel)},
                                   {"seconds", {{"read", read_s}, {"analyze", analyze_s}, {"write", write_s}}}};
  report::write_text_file(request.output / "run.json",
                          run.dump(2, ' ', false, decltype(run)::error_handler_t::replace) + "\n");
}

/// A scan that cannot be calibrated as asked is still measured: its HU stay, and the reason goes with them.
ScanCalibration calibration_or_raw(const PipelineRequest& request, CtImage& image, const LabelMap& labels) {
  try {
    return calibration_for(request.calibration, image, labels, request.options.parallel);
  } catch (const Refusal& refusal) {
    append(image.issues, refusal.issues());
    return {};
  }
}

/// The scan's anatomy, its calibration and all that is measured with both.
study::StudyResult analyze_scan(PipelineRequest& request, CtImage& image) {
  enter_stage("segment");
  const LabelMap labels = request.labels.given() ? read_all_labels(request, image) : find_all_labels(request, image);
  enter_stage("calibrate");
  ScanCalibration calibrated = calibration_or_raw(request, image, labels);
  request.options.calibration = std::move(calibrated.calibration);
  enter_stage("measure");
  study::StudyResult result = study::analyze(image, labels, request.options);
  result.calibration_evidence = std::move(calibrated.evidence);
  std::map<std::string, std::string>& options = result.provenance.options;
  options["labels"] = !request.labels.given()       ? "found"
                      : request.labels.with.empty() ? "given"
                                                    : "with " + request.labels.with;
  if (request.labels.given())
    options["label_scheme"] = request.labels.scheme;
  options["volume_of_interest"] = std::string(to_string(request.options.bone.voi.definition));
  options["calibration"] = std::string(to_string(request.options.calibration.mode));
  return result;
}

study::DxaStudy measure_dxa(PipelineRequest& request, const StudyScan& scan) {
  enter_stage("dxa");
  request.dxa.each.age_years = request.options.age_years;
  request.dxa.each.sex = request.options.sex;
  request.dxa.each.parallel = request.options.parallel;
  request.dxa.beside_ct = scan.image.has_value();
  if (scan.image)
    request.dxa.patient_id = scan.image->acquisition.patient_id;
  return study::measure_dxa_study(scan.dxa, request.dxa);
}

/// dxa/EXAM of every image, as `dxa -o` leaves it: osteocalc-viewer opens it and keeps the exam's review there.
void write_dxa_exams(const PipelineRequest& request, const study::DxaStudy& dxa) {
  for (std::size_t i = 0; i < dxa.parts.size(); ++i) {
    const study::DxaPart& part = dxa.parts[i];
    if (dxa.files[i].empty())
      continue;
    const std::filesystem::path folder = request.output / "dxa" / (part.exam ? to_string(*part.exam) : "dxa");
    report::write_text_file(folder / "dxa.json", report::dxa_result_json(part.result, part.exam));
    report::write_text_file(folder / "roi.json", dxa::regions_json(part.result.regions));
    const bool lateral = part.exam == DxaExam::LateralSpine; // the marks are of no other image
    const auto scan = std::ranges::find(dxa.scans, part.exam, [](const study::DxaScan& one) { return one.image.exam; });
    if (lateral && scan != dxa.scans.end())
      report::write_text_file(folder / "marks.json", dxa::marks_json(scan->measured.marks));
    write_dxa_run(folder, dxa.files[i], request.dxa.each, request.dxa_calibration, lateral ? request.dxa_marks : "");
  }
}

} // namespace

study::StudyResult run_pipeline(PipelineRequest request) {
  check_source(request.labels);
  std::filesystem::create_directories(request.output);
  const auto start = Clock::now();
  io::ReadOptions reading;
  reading.parallel = request.options.parallel;
  reading.hash_inputs = true;
  reading.memory_bytes = request.memory_bytes;
  enter_stage("read");
  StudyScan scan = read_study_scan(request.study, request.series, reading);
  request.options.measure_calcium = scan.fit_for_calcium;
  request.options.measure_bone = scan.fit_for_bone;
  const study::DxaStudy dxa = measure_dxa(request, scan);
  Issues& issues = scan.image ? scan.image->issues : scan.issues;
  request.options.subject =
      subject_of(scan.image ? scan.image->acquisition.patient_id : dxa.patient_id, request, issues);
  const double read_s = seconds_since(start);

  const auto analysis = Clock::now();
  study::StudyResult result;
  if (scan.image) {
    result = analyze_scan(request, *scan.image);
    if (!dxa.parts.empty() || !dxa.issues.empty())
      study::add_dxa(result, dxa, request.options);
  } else {
    result = study::analyze_dxa_alone(dxa, request.options);
    append(result.issues, scan.issues);
  }
  const double analyze_s = seconds_since(analysis);

  const auto writing = Clock::now();
  enter_stage("write");
  report::write_study_output(result, scan.image ? &*scan.image : nullptr, dxa.scans, request.output);
  write_dxa_exams(request, dxa);
  write_run_json(request, read_s, analyze_s, seconds_since(writing));
  return result;
}

} // namespace osteocalc::app
