// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "main_window.h"

#include <filesystem>
#include <string>

namespace osteocalc::viewer {

/// Waits until the study is read and measured, or cannot be.
void wait_until_ready(MainWindow& window);

/// The window as it is, tables and all.
/// \throw IoError when the file cannot be written
void save_screenshot(MainWindow& window, const std::filesystem::path& file);

/// Does what a file of commands says, a line each, by the events and functions that mouse, keys and buttons use;
/// docs/user/viewer.md lists them. \throw Error with the line's number when one cannot be done or an expectation fails
void run_script(MainWindow& window, const std::filesystem::path& file);
/// One such line.
void run_command(MainWindow& window, const std::string& line);

} // namespace osteocalc::viewer
