// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/error.h"
#include "osteocalc/study/dxa_study.h"

#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace osteocalc::app {

/// How DXA is measured and scored, whichever study it is of.
struct DxaArguments {
  std::string reference{reference::default_dxa_reference};
  std::string calibration, manufacturer, race;
  std::optional<bool> postmenopausal;
};

/// `--reference` and so on, or `--dxa-reference` beside a CT's options.
void add_dxa_options(CLI::App& app, const std::string& prefix, DxaArguments& arguments);

/// \throw ConfigError for an unknown reference or a wrong calibration; IoError
[[nodiscard]] study::DxaOptions dxa_options_of(const DxaArguments& arguments);

/// Files of one study's images: regions as EXAM=FILE, marks of its lateral image.
struct DxaImageArguments {
  std::vector<std::string> regions;
  std::string marks;
};
/// \throw ConfigError, IoError
void read_image_files(const DxaImageArguments& arguments, study::DxaStudyOptions& options);

/// \throw IoError when it cannot be read
[[nodiscard]] std::string option_file_text(const std::string& file);

/// What `parse` makes of a file's text; its complaints name the file. \throw ConfigError, IoError
template <class Parse>
[[nodiscard]] auto parsed_option_file(const std::string& file, const Parse& parse) {
  try {
    return parse(option_file_text(file));
  } catch (const ConfigError& error) {
    throw ConfigError(file + ": " + error.what());
  }
}

} // namespace osteocalc::app
