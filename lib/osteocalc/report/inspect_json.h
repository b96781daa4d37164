// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/study/inspection.h"

#include <string>

namespace osteocalc::report {

/// The text of `inspect --json` (schema osteocalc.inspect/1).
[[nodiscard]] std::string inspect_json(const study::Inspection& inspection);

/// The same for a reader at a terminal: a line a series, and below it why it is not plainly fit.
[[nodiscard]] std::string inspect_table(const study::Inspection& inspection);

} // namespace osteocalc::report
