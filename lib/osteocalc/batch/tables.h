// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/batch/reviews.h"
#include "osteocalc/batch/state.h"

#include <filesystem>

namespace osteocalc::batch {

/// Writes results.csv, failures.csv and results.sqlite (tables studies, failures, issues) of all judged studies into a
/// folder, sorted by key: the same bytes whatever order they came in. A study's review stands in place of the machine's
/// row. \throw IoError
void write_tables(const State& state, const Reviews& reviews, const std::filesystem::path& folder);

/// Writes inputs.csv, mode 0600: every file below the root with the key of its line in the results or the failures.
/// Paths may name people, so this file stays with who has the archive. \throw IoError
void write_inputs(const State& state, const std::filesystem::path& folder);

} // namespace osteocalc::batch
