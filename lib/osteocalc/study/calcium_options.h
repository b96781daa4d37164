// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/calcium/score.h"
#include "osteocalc/reference/percentile_table.h"

#include <optional>
#include <string>
#include <vector>

namespace osteocalc::study {

/// How the arteries' calcium is measured and judged.
struct CalciumOptions {
  std::vector<calcium::Variant> variants; ///< besides the reference
  calcium::RuleOptions custom_rule;       ///< what Variant::Custom means
  calcium::KvpOptions kvp;
  std::optional<double> combine_slices_mm; ///< thin slices are averaged to this thickness first
  bool strict_slices = false;              ///< thick, overlapping or gapped slices refuse rather than warn
  std::string category_scheme = "cac-drs"; ///< which scheme stands as the bed's category
  std::string mesa_group;                  ///< white, chinese, black, hispanic; empty: Hoff's table
  std::optional<reference::PercentileTable> abdominal_percentiles; ///< the user's: none is published
  double contrast_above_hu = 100;                                  ///< median of the aorta's blood
  double gated_increment_mm = 3.1; ///< a coronary score of coarser slices is a lower bound
  double noisy_sd_hu = 30;         ///< blood this noisy is flagged
  double metal_hu = 1500;          ///< a lesion this bright is flagged
  double beam_hardening_hu = 15;   ///< blood of a slice this far from the others is flagged
};

} // namespace osteocalc::study
