// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/issue.h"
#include "osteocalc/io/series_inventory.h"
#include "osteocalc/study/protocol.h"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace osteocalc::study {

/// What a protocol may ask of a series; what its headers do not say is absent.
struct SeriesProperties {
  std::map<std::string, std::optional<double>, std::less<>> numbers; ///< by number key
  std::map<std::string, std::string, std::less<>> words; ///< kernel: soft, sharp, unknown; contrast: hinted, unknown
};

[[nodiscard]] SeriesProperties properties_of(const io::Series& series);

/// A series judged for one use.
struct Fitness {
  Verdict verdict = Verdict::Accept;
  std::vector<std::string> reasons; ///< for what is not plain Accept, worst first
  std::size_t alternative = 0;      ///< which of the protocol's alternatives holds; their number when none does
};

[[nodiscard]] Fitness judge(const io::Series& series, Use use, const Protocol& protocol);

/// The series that a use is measured in, and what is to be said about the choice.
struct Choice {
  std::size_t series = 0; ///< index into the inventory
  Issues issues;          ///< STUDY-SERIES-CHOSEN, STUDY-SERIES-TIE, STUDY-PROTOCOL, IO-SEVERAL-PEOPLE
};

/// The best series for a use: by verdict, then by the alternative that holds, then by the protocol's preferences, then
/// by more slices. `wanted`: only series whose UID or label ends so. \throw Refusal (STUDY-NO-SERIES) with every reason
/// when none is fit; DicomError when there is no series at all
[[nodiscard]] Choice choose_series(const io::Inventory& inventory, Use use, const Protocol& protocol,
                                   const std::string& wanted = {});

} // namespace osteocalc::study
