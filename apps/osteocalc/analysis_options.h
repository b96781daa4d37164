// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "analyze_pipeline.h"
#include "bone_options.h"
#include "dxa_options.h"
#include "scoring_options.h"

namespace osteocalc::app {

/// What `analyze` and `batch` let their user decide of every study.
struct AnalysisArguments {
  CalibrationSource calibration;
  SeriesSource series;
  LabelSource labels; ///< scheme and segmenter; a label map is of one study
  ScoringArguments scoring;
  CalciumArguments calcium;
  BoneArguments bone;
  std::optional<double> high_abdominal;
  DxaArguments dxa;
};

void add_analysis_options(CLI::App& app, AnalysisArguments& arguments);

/// A request with everything but study, output and person. \throw ConfigError, TableError, CalibrationError, IoError
[[nodiscard]] PipelineRequest request_of(const AnalysisArguments& arguments);

} // namespace osteocalc::app
