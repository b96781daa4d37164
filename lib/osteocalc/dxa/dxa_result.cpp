// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/dxa/dxa_result.h"

#include "osteocalc/dxa/cross_calibration.h"

#include <algorithm>
#include <cmath>

namespace osteocalc::dxa {
namespace {

bool is_level(const std::string& site) {
  return site == "L1" || site == "L2" || site == "L3" || site == "L4";
}

/// The site whose norm a single level is compared with, and whose equations it goes by.
std::string norm_of(const std::string& site) {
  return is_level(site) ? "L1-L4" : site;
}

ScoredSite scored(const SiteDensity& density, const ScoringContext& context) {
  ScoredSite out = scored_site(density.site, density.abmd_g_cm2(), context);
  out.bmc_g = density.bmc_g;
  out.area_cm2 = density.area_cm2;
  return out;
}

/// A T of one level on the scale of L1-L4, only to compare neighbours.
std::optional<double> level_t(const SiteDensity& level, const ScoringContext& context) {
  return reference::dxa_scores(context.reference, "L1-L4", level.abmd_g_cm2(), context.person, context.manufacturer)
      .t_score;
}

void add_spine(DxaResult& result, const std::vector<SiteDensity>& levels, const std::vector<ExcludedLevel>& excluded,
               const ScoringContext& context) {
  const SpineSummary spine = summarise_spine(
      levels, [&](const SiteDensity& level) { return level_t(level, context); }, excluded);
  for (const ExcludedLevel& out : spine.excluded) {
    for (ScoredSite& site : result.sites)
      if (site.site == out.level)
        site.excluded = out.reason;
    result.issues.push_back(
        warning("DXA-LEVEL-EXCLUDED", out.level, out.reason + " (the summary is without it) look at the picture"));
  }
  if (spine.site) {
    result.sites.push_back(scored(*spine.site, context));
    return;
  }
  result.issues.push_back(refused("DXA-ONE-VERTEBRA", "spine",
                                  "fewer than two vertebrae can be used (one alone is not reported) measure the hip"));
}

} // namespace

ScoredSite scored_site(std::string site, double abmd_g_cm2, const ScoringContext& context) {
  ScoredSite out{.site = std::move(site), .abmd_g_cm2 = abmd_g_cm2};
  out.standardised_mg_cm2 = standardised_mg_cm2(norm_of(out.site), context.manufacturer, abmd_g_cm2);
  out.scores = reference::dxa_scores(context.reference, out.site, abmd_g_cm2, context.person, context.manufacturer);
  return out;
}

DxaResult score_sites(const std::vector<SiteDensity>& sites, const std::vector<ExcludedLevel>& excluded,
                      const ScoringContext& context) {
  DxaResult result;
  std::vector<SiteDensity> levels, hip;
  const auto has = [&](std::string_view name) {
    return std::ranges::find(sites, name, &SiteDensity::site) != sites.end();
  };
  for (const SiteDensity& site : sites) {
    result.sites.push_back(scored(site, context));
    if (is_level(site.site))
      levels.push_back(site);
    if (site.site == "neck" || site.site == "trochanter" || site.site == "intertrochanter")
      hip.push_back(site);
  }
  if (!levels.empty() && !has("L1-L4"))
    add_spine(result, levels, excluded, context);
  if (hip.size() == 3 && !has("total"))
    result.sites.push_back(scored(combined("total", hip), context));
  return result;
}

} // namespace osteocalc::dxa
