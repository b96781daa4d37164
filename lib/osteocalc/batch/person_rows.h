// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/batch/state.h"

#include <map>
#include <string>
#include <vector>

namespace osteocalc::batch {

/// A DXA study that stands in the row of a CT of the same person.
struct JoinedStudy {
  JudgedStudy study;
  std::optional<int> days; ///< from the CT to the DXA
};

/// Which studies share a row of the results.
struct PersonRows {
  std::map<std::string, std::vector<JoinedStudy>> joined; ///< by the CT's key; the nearest in time first
  std::map<std::string, std::string> row_of;              ///< key of a joined DXA study -> key of its row
};

/// True for the columns that DXA fills: densities of sites, their scores, the AAC.
[[nodiscard]] bool is_dxa_column(std::string_view column);

/// Joins each study that holds DXA alone with the CT of the same subject: the only one, else the nearest in time. What
/// would bring a second value of one site stays a row of its own, and so does a study whose nearest CT cannot be known.
[[nodiscard]] PersonRows join_people(const State& state);

} // namespace osteocalc::batch
