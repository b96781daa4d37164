// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/segmentation/vertebra.h"

#include <optional>
#include <string>

namespace osteocalc::app {

/// "L1@-120.5" as a hint; nothing for an empty text. \throw ConfigError otherwise
[[nodiscard]] std::optional<segmentation::LevelHint> parse_level_hint(const std::string& text);

} // namespace osteocalc::app
