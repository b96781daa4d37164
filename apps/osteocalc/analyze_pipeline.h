// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "calibration_source.h"
#include "label_source.h"
#include "series_source.h"

#include "osteocalc/core/parallel.h"
#include "osteocalc/segmentation/segment.h"
#include "osteocalc/study/analyze.h"
#include "osteocalc/study/dxa_study.h"

#include <filesystem>
#include <string>
#include <vector>

namespace osteocalc::app {

/// One study from disk to disk: what `analyze` does and `demo` does for each person.
struct PipelineRequest {
  std::vector<std::filesystem::path> study; ///< a folder or a file, or the files that make it up
  std::filesystem::path output;
  CalibrationSource calibration;
  SeriesSource series;            ///< which series, where there are several
  LabelSource labels;             ///< not given: the anatomy is found in the image
  std::filesystem::path key_file; ///< for the subject's pseudonym; empty: OUT/subject.key
  bool keep_ids = false;
  std::uint64_t memory_bytes = 0; ///< the largest volume that is read; 0 = most of what the machine has
  std::optional<segmentation::LevelHint> level_hint;
  study::AnalyzeOptions options;
  study::DxaStudyOptions dxa;
  std::string dxa_calibration, dxa_marks; ///< files that `dxa` was read from; empty: none
};

/// Reads, analyses and writes everything the contract names below `output`.
study::StudyResult run_pipeline(PipelineRequest request);

} // namespace osteocalc::app
