// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/parallel.h"
#include "osteocalc/core/structure_names.h"
#include "osteocalc/image/ct_image.h"
#include "osteocalc/image/label_map.h"

#include <filesystem>
#include <string>

namespace osteocalc::app {

/// Another program that makes labels.
struct ExternalSegmenter {
  std::string command; ///< for the shell; {image} and {output} are put in, quoted
  double time_limit_s = 3600;
  std::filesystem::path log; ///< what it prints
};

/// \throw ConfigError when the command lacks {image} or {output}
void check_command(const std::string& command);

/// Hands the image over as NIfTI in a folder of its own, runs the program as a child process and reads the label map or
/// the folder of masks it leaves at {output}. When this process is interrupted, the program is stopped first.
/// \throw Error for each way it can fail (exit status, signal, time limit, no output, unreadable or empty output), with
/// the last lines of its log; ConfigError as check_command()
[[nodiscard]] LabelSet segment_with(const ExternalSegmenter& segmenter, const CtImage& image, LabelScheme scheme,
                                    Parallel parallel, Issues& issues);

} // namespace osteocalc::app
