// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/anatomy.h"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace osteocalc::reference {

/// Scores at some percentiles of a population, by sex, age and perhaps group.
struct PercentileTable {
  struct Row {
    Sex sex = Sex::Female;
    std::string group;                      ///< empty where the table knows no groups
    double age_years = 0;                   ///< the exact age (knots) or the first year of a band
    std::optional<double> positive_percent; ///< share with a score above 0, where it was published
    std::vector<double> scores;             ///< at `percentiles`, rising
  };
  std::string name, source, edition;
  bool knots = false; ///< rows are exact ages to interpolate between, else bands
  double first_age_years = 0, last_age_years = 0;
  std::vector<double> percentiles; ///< rising, percent
  std::vector<Row> rows;
};

/// McClelland 2006: age 45 to 84, groups white, chinese, black, hispanic \cite mcclelland2006
[[nodiscard]] const PercentileTable& mesa_2006();
/// Hoff 2001: by age band and sex only \cite hoff2001
[[nodiscard]] const PercentileTable& hoff_2001();

/// A user's table of schema osteocalc.percentiles/1 (TOML).
/// \throw IoError unreadable; TableError a missing key, percentiles or scores that do not rise, an unknown sex
[[nodiscard]] PercentileTable read_percentile_table(const std::filesystem::path& file);

/// Where a score stands among people of one sex, age and group.
struct Percentile {
  double value = 0; ///< 0..100; with `below` or `above` the table's own first or last percentile
  bool below = false, above = false;
  std::string table;
  std::vector<double> scores; ///< the population's scores at the table's percentiles

  [[nodiscard]] std::string text() const; ///< "84", ">90", "<25"
};

/// The percentile, or why there is none.
struct PercentileAnswer {
  std::optional<Percentile> percentile;
  std::string reason; ///< when there is none
};

/// Linear in ln(score + 1) between percentiles, and for knots in age too. A score of 0 is percentile 0.
/// \pre score >= 0
[[nodiscard]] PercentileAnswer percentile_of(const PercentileTable& table, double score, Sex sex, double age_years,
                                             std::string_view group = {});

/// Age at which a person without other risk has this coronary score, years: 39.1 + 7.25 ln(score + 1)
/// \cite mcclelland2009
[[nodiscard]] double arterial_age_years(double agatston) noexcept;

} // namespace osteocalc::reference
