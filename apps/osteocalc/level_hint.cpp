// SPDX-License-Identifier: Apache-2.0
#include "level_hint.h"

#include "osteocalc/core/error.h"

#include <sstream>

namespace osteocalc::app {

std::optional<segmentation::LevelHint> parse_level_hint(const std::string& text) {
  if (text.empty())
    return std::nullopt;
  const std::size_t at = text.find('@');
  const std::optional<Vertebra> level = vertebra_from_string(text.substr(0, at));
  double z_mm = 0;
  std::istringstream height(at == std::string::npos ? "" : text.substr(at + 1));
  if (!level || !(height >> z_mm) || !(height >> std::ws).eof())
    throw ConfigError("'" + text + "' is no level hint; write LEVEL@Z with Z in LPS mm, e.g. --level-hint L1@-120.5");
  return segmentation::LevelHint{*level, z_mm};
}

} // namespace osteocalc::app
