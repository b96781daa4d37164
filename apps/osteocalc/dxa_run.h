// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/study/dxa_measures.h"

#include <filesystem>
#include <string>
#include <vector>

namespace osteocalc::app {

/// run.json beside dxa.json: where the image lay and what `dxa` was told, so that osteocalc-viewer measures alike.
/// \param calibration, marks files; empty: none
void write_dxa_run(const std::filesystem::path& output, const std::vector<std::filesystem::path>& images,
                   const study::DxaOptions& options, const std::string& calibration, const std::string& marks);

} // namespace osteocalc::app
