// SPDX-License-Identifier: Apache-2.0
#include "analysis_options.h"

#include <CLI/CLI.hpp>

namespace osteocalc::app {

void add_analysis_options(CLI::App& app, AnalysisArguments& arguments) {
  add_scheme_option(app, arguments.labels);
  add_with_options(app, arguments.labels);
  add_series_options(app, arguments.series);
  add_calibration_options(app, arguments.calibration);
  add_bone_options(app, arguments.bone);
  app.add_option("--high-abdominal-agatston", arguments.high_abdominal,
                 "abdominal aortic score that counts as high where there is no coronary score");
  add_scoring_options(app, arguments.scoring);
  add_calcium_options(app, arguments.calcium);
  add_dxa_options(app, "--dxa-", arguments.dxa);
}

PipelineRequest request_of(const AnalysisArguments& arguments) {
  check_calibration(arguments.calibration);
  check_source(arguments.labels);
  PipelineRequest request;
  request.calibration = arguments.calibration;
  request.calibration.kvp_kv = arguments.scoring.kvp_kv;
  request.labels = arguments.labels;
  request.series = arguments.series;
  study::AnalyzeOptions& options = request.options;
  options.calcium = calcium_options_of(arguments.scoring, arguments.calcium);
  options.bone = bone_options_of(arguments.bone);
  options.kvp_kv = arguments.scoring.kvp_kv;
  options.paradox.high_abdominal_agatston = arguments.high_abdominal;
  request.dxa.each = dxa_options_of(arguments.dxa);
  request.dxa_calibration = arguments.dxa.calibration;
  return request;
}

} // namespace osteocalc::app
