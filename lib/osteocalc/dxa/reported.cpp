// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/dxa/reported.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace osteocalc::dxa {
namespace {

/// How far rounding may have moved BMD x area / BMC from 1.
double rounding(const ReportedSite& site) {
  const auto relative = [](const Printed& number) { return 0.5 * number.step / number.value; };
  return relative(*site.bmc_g) + relative(*site.area_cm2) + relative(*site.abmd_g_cm2);
}

bool contradicts_itself(const ReportedSite& site) {
  if (!site.bmc_g || !site.area_cm2 || !site.abmd_g_cm2)
    return false;
  const double off = site.abmd_g_cm2->value * site.area_cm2->value / site.bmc_g->value - 1;
  return std::abs(off) > std::max(identity_tolerance, rounding(site));
}

/// BMC and area, from two of the three numbers.
std::optional<SiteDensity> whole(const ReportedSite& site) {
  if (site.bmc_g && site.area_cm2)
    return SiteDensity{site.site, site.bmc_g->value, site.area_cm2->value};
  if (site.bmc_g && site.abmd_g_cm2)
    return SiteDensity{site.site, site.bmc_g->value, site.bmc_g->value / site.abmd_g_cm2->value};
  if (site.area_cm2 && site.abmd_g_cm2)
    return SiteDensity{site.site, site.area_cm2->value * site.abmd_g_cm2->value, site.area_cm2->value};
  return std::nullopt;
}

std::optional<ScoredSite> scored(const ReportedSite& site, const ScoringContext& context) {
  const auto density = whole(site);
  if (!density && !site.abmd_g_cm2)
    return std::nullopt;
  // The printed density, where there is one: BMC / area has the rounding of both.
  ScoredSite out = scored_site(site.site, site.abmd_g_cm2 ? site.abmd_g_cm2->value : density->abmd_g_cm2(), context);
  if (density) {
    out.bmc_g = density->bmc_g;
    out.area_cm2 = density->area_cm2;
  }
  out.reported_t_score = site.t_score;
  out.reported_z_score = site.z_score;
  return out;
}

bool is_level(std::string_view site) {
  return site.size() == 2 && site[0] == 'L';
}

/// The spine's summary where the results hold none: the ratio of sums over the levels that have both.
void add_summary(DxaResult& result, const std::vector<SiteDensity>& levels, const ScoringContext& context) {
  const bool has_summary = std::ranges::any_of(
      result.sites, [](const ScoredSite& site) { return site.site.size() > 2 && site.site[0] == 'L'; });
  if (levels.empty() || has_summary)
    return;
  DxaResult summed = score_sites(levels, {}, context);
  for (ScoredSite& site : summed.sites)
    if (!is_level(site.site))
      result.sites.push_back(std::move(site));
    else if (site.excluded)
      std::ranges::find(result.sites, site.site, &ScoredSite::site)->excluded = site.excluded;
  append(result.issues, summed.issues);
}

} // namespace

DxaResult score_reported(const ReportedExam& exam, const ScoringContext& context) {
  DxaResult result;
  std::vector<SiteDensity> levels;
  for (const ReportedSite& site : exam.sites) {
    if (contradicts_itself(site)) {
      result.issues.push_back(refused(
          "DXA-IDENTITY", site.site,
          fmt::format("BMD {:g} g/cm2 times area {:g} cm2 is not BMC {:g} g (one of the three is wrong, and which is "
                      "not known) look the exam up",
                      site.abmd_g_cm2->value, site.area_cm2->value, site.bmc_g->value)));
      continue;
    }
    if (auto found = scored(site, context))
      result.sites.push_back(std::move(*found));
    else
      result.issues.push_back(warning("DXA-SCORE-ALONE", site.site,
                                      "a score is given without its density (its reference cannot be checked, it is "
                                      "not used) export BMD too"));
    if (const auto density = whole(site); density && is_level(site.site))
      levels.push_back(*density);
  }
  add_summary(result, levels, context);
  if (exam.aac24)
    result.aac = reported_aac(*exam.aac24, exam.aac8);
  return result;
}

} // namespace osteocalc::dxa
