// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/dxa/precision.h"

#include "osteocalc/core/contract.h"
#include "osteocalc/core/error.h"

#include <array>
#include <cmath>
#include <numeric>

namespace osteocalc::dxa {

Precision precision_of(const std::vector<std::vector<double>>& repeats) {
  Precision out;
  double variances = 0, relative = 0;
  for (const std::vector<double>& values : repeats) {
    if (values.size() < 2)
      throw ConfigError("a person has fewer than two measurements (their SD is not defined) leave the person out");
    const auto n = static_cast<double>(values.size());
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
    double squares = 0;
    for (const double value : values)
      squares += (value - mean) * (value - mean);
    variances += squares / (n - 1);
    relative += squares / (n - 1) / (mean * mean);
    ++out.people;
    out.degrees_of_freedom += static_cast<int>(values.size()) - 1;
  }
  if (out.people == 0)
    throw ConfigError("no repeated measurements were given (there is no precision without them) give at least two for "
                      "each of 30 people");
  out.rms_sd = std::sqrt(variances / out.people);
  out.rms_cv_percent = 100 * std::sqrt(relative / out.people);
  out.lsc = 2.77 * out.rms_sd;
  out.enough = out.degrees_of_freedom >= 30;
  return out;
}

double lsc_factor(int vertebrae, RepeatDays days) {
  OSTEOCALC_EXPECT(vertebrae >= 1 && vertebrae <= 4);
  constexpr std::array same{1.65, 1.24, 1.07, 1.0}, different{2.12, 1.60, 1.39, 1.0};
  return (days == RepeatDays::Same ? same : different)[static_cast<std::size_t>(vertebrae) - 1];
}

} // namespace osteocalc::dxa
