// SPDX-License-Identifier: Apache-2.0
#include "analyze_pipeline.h"
#include "bone_options.h"
#include "command.h"
#include "level_hint.h"
#include "scoring_options.h"

#include "osteocalc/core/error.h"
#include "osteocalc/report/study_json.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <memory>

namespace osteocalc::app {
namespace {

struct AnalyzeArguments {
  std::string study, output, key_file, sex, level_hint;
  CalibrationSource calibration;
  LabelSource labels;
  SeriesSource series;
  bool keep_ids = false;
  ScoringArguments scoring;
  CalciumArguments calcium;
  BoneArguments bone;
  std::optional<double> age_years, high_abdominal;
};

PipelineRequest request_of(const AnalyzeArguments& arguments, const Context& context) {
  PipelineRequest request;
  request.study = arguments.study;
  request.output = arguments.output;
  request.calibration = arguments.calibration;
  request.calibration.kvp_kv = arguments.scoring.kvp_kv;
  request.labels = arguments.labels;
  request.series = arguments.series;
  request.key_file = arguments.key_file;
  request.keep_ids = arguments.keep_ids;
  request.memory_bytes = context.memory_bytes;
  request.level_hint = parse_level_hint(arguments.level_hint);
  study::AnalyzeOptions& options = request.options;
  options.calcium = calcium_options_of(arguments.scoring, arguments.calcium);
  options.bone = bone_options_of(arguments.bone);
  options.kvp_kv = arguments.scoring.kvp_kv;
  options.age_years = arguments.age_years;
  options.sex = sex_from_string(arguments.sex);
  options.paradox.high_abdominal_agatston = arguments.high_abdominal;
  options.parallel = context.parallel;
  return request;
}

int run_analyze(const AnalyzeArguments& arguments, const Context& context) {
  check_calibration(arguments.calibration);
  const study::StudyResult result = run_pipeline(request_of(arguments, context));
  if (context.json)
    fmt::print("{}", report::study_json(result));
  else
    print_issues(result.issues);
  progress(context, fmt::format("{}/report.html", arguments.output));
  return result.measured() ? Done : Refused;
}

} // namespace

std::function<int(const Context&)> declare_analyze(CLI::App& app) {
  auto arguments = std::make_shared<AnalyzeArguments>();
  app.add_option("study", arguments->study, "a folder of DICOM, one DICOM file or a NIfTI")->required();
  app.add_option("-o,--output", arguments->output, "folder for result.json, report.html and the rest")->required();
  app.add_option("--labels", arguments->labels.labels,
                 "label map (NIfTI; *_parts beside it is read too) or folder of one NIfTI a structure, in "
                 "TotalSegmentator's numbers or names; without it the anatomy is found");
  add_scheme_option(app, arguments->labels);
  add_with_options(app, arguments->labels);
  add_series_options(app, arguments->series);
  app.add_option("--level-hint", arguments->level_hint, "LEVEL@Z, e.g. L1@-120: the level at that height in LPS mm");
  app.add_option("--age", arguments->age_years, "age in years, instead of the header's")->check(CLI::Range(0.0, 130.0));
  app.add_option("--sex", arguments->sex, "F or M, instead of the header's")->check(CLI::IsMember({"F", "M"}));
  app.add_option("--key-file", arguments->key_file,
                 "key of the subject's pseudonym; default: made in the output folder");
  app.add_flag("--keep-ids", arguments->keep_ids, "write the patient id itself as subject");
  add_calibration_options(app, arguments->calibration);
  add_bone_options(app, arguments->bone);
  app.add_option("--high-abdominal-agatston", arguments->high_abdominal,
                 "abdominal aortic score that counts as high where there is no coronary score");
  add_scoring_options(app, arguments->scoring);
  add_calcium_options(app, arguments->calcium);
  return [arguments](const Context& context) { return run_analyze(*arguments, context); };
}

} // namespace osteocalc::app
