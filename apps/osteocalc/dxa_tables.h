// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/study/dxa_study.h"

#include <filesystem>
#include <string>
#include <vector>

namespace osteocalc::app {

/// People of some tables of scanners' results.
struct DxaPeople {
  std::vector<study::DxaPerson> people;
  Issues issues; ///< of the tables
};

/// By its ending: csv, tsv, txt, xpt, sav, zsav, dta, or "file.sqlite:table".
[[nodiscard]] bool is_dxa_table(const std::string& file);

/// Reads all tables as one, people joined by their id, checks and scores them. \throw IoError, TableError
[[nodiscard]] DxaPeople read_dxa_tables(const std::vector<std::string>& files, const study::DxaOptions& options);

} // namespace osteocalc::app
