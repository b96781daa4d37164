// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/study/analyze.h"

#include <filesystem>

namespace osteocalc::review {

/// How the machine measured a study, as its result.json and run.json say: what a review needs to measure alike.
struct MachineRecord {
  study::StudyInfo info;
  study::AnalyzeOptions options;           ///< voltage, age, sex, calibration, volume of interest
  std::vector<std::filesystem::path> scan; ///< what it read; empty: not on record
  std::string series, protocol;            ///< which series of it, as `analyze` was told
  std::string inputs_sha256;
  std::string result_sha256; ///< of result.json itself
  Issues issues;
};

/// \param study the folder of result.json \throw IoError when it cannot be read
[[nodiscard]] MachineRecord read_machine_record(const std::filesystem::path& study);

} // namespace osteocalc::review
