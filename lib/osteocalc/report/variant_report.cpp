// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/variant_report.h"

#include "osteocalc/report/csv_text.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

namespace osteocalc::report {
namespace {

struct Movement {
  int studies = 0, presence_changed = 0, judged = 0, category_changed = 0;
  std::vector<double> ratios;
};

/// Levels without what only the reference knows: "A2/N3" and "A2" are the same class.
std::string_view risk_level(std::string_view level) {
  return level.substr(0, level.find('/'));
}

void add_bed(const study::BedScore& bed, std::map<std::pair<std::string, std::string>, Movement>& movements) {
  for (std::size_t i = 0; i < bed.variants.size(); ++i) {
    const calcium::VariantScore& score = bed.variants[i];
    Movement& movement = movements[{bed.bed, std::string(to_string(score.variant))}];
    ++movement.studies;
    movement.presence_changed += (score.agatston > 0) != (bed.reference->agatston > 0) ? 1 : 0;
    if (bed.reference->agatston > 0)
      movement.ratios.push_back(score.agatston / bed.reference->agatston);
    if (bed.category && i < bed.variant_categories.size()) {
      ++movement.judged;
      movement.category_changed +=
          risk_level(bed.variant_categories[i].level) != risk_level(bed.category->level) ? 1 : 0;
    }
  }
}

std::string ratio_cells(std::vector<double> ratios) {
  if (ratios.empty())
    return ",,";
  std::ranges::sort(ratios);
  const std::size_t n = ratios.size();
  return fmt::format("{},{},{}", 0.5 * (ratios[(n - 1) / 2] + ratios[n / 2]), ratios.front(), ratios.back());
}

} // namespace

std::string variants_csv(const std::vector<CohortRow>& rows) {
  std::string text = "study,bed,variant,agatston,category\n";
  for (const CohortRow& row : rows)
    for (const study::BedScore& bed : row.result.beds)
      for (std::size_t i = 0; i < bed.variants.size(); ++i)
        text += fmt::format("{},{},{},{},{}\n", csv_field(row.study_key), csv_field(bed.bed),
                            to_string(bed.variants[i].variant), bed.variants[i].agatston,
                            i < bed.variant_categories.size() ? csv_field(bed.variant_categories[i].level) : "");
  return text;
}

std::string variant_summary_csv(const std::vector<CohortRow>& rows) {
  std::map<std::pair<std::string, std::string>, Movement> movements;
  for (const CohortRow& row : rows)
    for (const study::BedScore& bed : row.result.beds)
      if (bed.reference)
        add_bed(bed, movements);
  std::string text = "bed,variant,studies,ratio_median,ratio_lowest,ratio_highest,presence_changed,categories,"
                     "category_changed\n";
  for (const auto& [key, movement] : movements)
    text += fmt::format("{},{},{},{},{},{},{}\n", csv_field(key.first), key.second, movement.studies,
                        ratio_cells(movement.ratios), movement.presence_changed, movement.judged,
                        movement.category_changed);
  return text;
}

} // namespace osteocalc::report
