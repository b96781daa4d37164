// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/image/dxa_report.h"

#include <optional>
#include <string>
#include <string_view>

namespace osteocalc::io {

enum class DxaQuantity { Bmc, Area, Abmd, TScore, ZScore, Aac24, Aac8 };
enum class BodySide { Left, Right };

/// What a column of an export, a concept of a structured report or a line of text speaks of.
struct DxaWords {
  std::optional<DxaQuantity> quantity;
  std::string site; ///< as ReportedSite; "?" for a total that may be the spine's or the hip's; "" = not named
  std::optional<BodySide> side;
  double factor = 1; ///< from the unit that is named to g, cm2 or g/cm2
};

/// Hologic's ("HTOT_BMD"), GE's ("L1-L4 BMD (g/cm2)", "Neck Left T-score") and NHANES' ("DXXNKBMD") names and plain
/// words. What is derived from a quantity (standardised density, percent of the young, change, standard deviation) or
/// of another part of the body has no quantity.
[[nodiscard]] DxaWords dxa_words(std::string_view text);

/// An exam of one site with one number: what a cell of a table or an item of a report comes to.
/// \pre words.quantity, and words.site names one site unless the quantity is an AAC
[[nodiscard]] ReportedExam reported_exam(const DxaWords& words, const Printed& number);

/// Lower case words without punctuation, with " bmd " and the like set apart: for headers and lines.
[[nodiscard]] std::string plain_words(std::string_view text);

/// A number as it was printed, with a point or a comma; "" , "NA", "-" and other words are none.
[[nodiscard]] std::optional<Printed> printed_number(std::string_view text);

} // namespace osteocalc::io
