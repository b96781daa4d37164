// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/image/dxa_image.h"

#include <optional>
#include <string>
#include <vector>

namespace osteocalc {

/// A number as it was printed. The step is one unit of its last digit: how far rounding may have moved it.
struct Printed {
  double value = 0, step = 0;
};

/// What a scanner's own results say of one site; what they do not say is absent.
struct ReportedSite {
  std::string site; ///< "L1" ... "L4", "L1-L4", "L2-L4", "neck", "trochanter", "intertrochanter", "wards", "total" ...
  std::optional<Printed> bmc_g{}, area_cm2{}, abmd_g_cm2{};
  std::optional<double> t_score{}, z_score{};
};

/// One exam of a person in a scanner's results.
struct ReportedExam {
  std::optional<DxaExam> exam{}; ///< absent: a hip whose side is not told
  std::vector<ReportedSite> sites{};
  std::optional<int> aac24{}, aac8{};
  std::optional<int> day{}; ///< since 1970: for use in memory only
};

/// A person in a scanner's results: one structured report, or all rows of a table that name the person.
struct DxaReport {
  std::string patient_id; ///< for use in memory only; "" = not told
  std::string manufacturer, race;
  std::optional<double> age_years{};
  std::optional<Sex> sex{};
  std::vector<ReportedExam> exams{};
  Issues issues{};
};

} // namespace osteocalc
