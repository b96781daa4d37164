// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/issue.h"
#include "osteocalc/dxa/aac_lateral.h"
#include "osteocalc/dxa/spine_summary.h"
#include "osteocalc/dxa/texture.h"
#include "osteocalc/reference/dxa_reference.h"

#include <optional>
#include <string>
#include <vector>

namespace osteocalc::dxa {

/// One site of a result with its scores.
struct ScoredSite {
  std::string site;
  double abmd_g_cm2 = 0;
  std::optional<double> bmc_g{}, area_cm2{}; ///< absent where a scanner's results give the density alone
  reference::DxaScores scores{};
  std::optional<double> standardised_mg_cm2{};                  ///< sBMD
  std::optional<std::string> excluded{};                        ///< from the summary, and why
  std::optional<double> reported_t_score{}, reported_z_score{}; ///< as the scanner printed them
};

/// What DXA says of one person: from images, or from a scanner's own results.
struct DxaResult {
  std::vector<ScoredSite> sites; ///< single levels and regions, then summaries
  std::vector<Region> regions;   ///< where the densities were measured; empty for a scanner's results
  std::optional<double> level_confidence;
  std::optional<VariogramTexture> texture; ///< TBS-like, of L1 to L4
  std::optional<AacScore> aac;
  std::vector<WallSpan> aac_spans;
  Issues issues;

  [[nodiscard]] const ScoredSite* site(std::string_view name) const {
    for (const ScoredSite& candidate : sites)
      if (candidate.site == name)
        return &candidate;
    return nullptr;
  }
};

/// Who was measured on what, for the scores.
struct ScoringContext {
  reference::DxaPerson person;
  std::string manufacturer; ///< reference::dxa_manufacturer(), "" = not known
  std::string reference{reference::default_dxa_reference};
};

/// One density with T, Z and sBMD, as far as tables and equations hold them.
[[nodiscard]] ScoredSite scored_site(std::string site, double abmd_g_cm2, const ScoringContext& context);

/// Scores sites, adds the spine's summary by ISCD's rule and the hip's total; levels keep their scores for review.
/// \param sites "L1" ... "L4", "neck", "trochanter", "intertrochanter", "total", "wards" ... in any order
[[nodiscard]] DxaResult score_sites(const std::vector<SiteDensity>& sites, const std::vector<ExcludedLevel>& excluded,
                                    const ScoringContext& context);

} // namespace osteocalc::dxa
