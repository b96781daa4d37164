// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/dxa_json.h"

#include "osteocalc/report/json_values.h"

#include <cmath>

namespace osteocalc::report {
namespace {

/// Six digits are more than any scanner has, and keep the last bits of a sum out of files.
double tidy(double value) {
  return std::round(value * 1e6) / 1e6;
}
Json tidy(const std::optional<double>& value) {
  return value ? Json(tidy(*value)) : Json();
}
Json or_text(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

Json site_json(const dxa::ScoredSite& site) {
  const reference::DxaScores& scores = site.scores;
  return {{"site", site.density.site},
          {"bmc_g", tidy(site.density.bmc_g)},
          {"area_cm2", tidy(site.density.area_cm2)},
          {"abmd_g_cm2", tidy(site.density.abmd_g_cm2())},
          {"t_score", tidy(scores.t_score)},
          {"z_score", tidy(scores.z_score)},
          {"category", or_null(scores.category)},
          {"reference", scores.reference},
          {"t_reason", or_text(scores.t_reason)},
          {"z_reason", or_text(scores.z_reason)},
          {"category_reason", or_text(scores.category_reason)},
          {"sbmd_mg_cm2", tidy(site.standardised_mg_cm2)},
          {"excluded", or_null(site.excluded)}};
}

Json aac_json(const dxa::AacScore& aac, const std::vector<dxa::WallSpan>& spans) {
  Json json{{"total", or_null(aac.aac24)}, {"levels", Json::object()}, {"aac8", or_null(aac.aac8)}};
  for (const Vertebra level : {Vertebra::L1, Vertebra::L2, Vertebra::L3, Vertebra::L4})
    json["levels"][std::string(to_string(level))] = or_null(aac.level_score(level));
  json["walls"] = Json::array();
  for (const dxa::WallCalcium& wall : aac.walls)
    json["walls"].push_back({{"level", to_string(wall.level)},
                             {"wall", to_string(wall.wall)},
                             {"calcified_mm", tidy(wall.calcified_mm)},
                             {"segment_mm", tidy(wall.segment_mm)},
                             {"grade", dxa::wall_grade(wall.share())}});
  json["severity"] = Json::array();
  for (const dxa::AacSeverity& severity : aac.severity)
    json["severity"].push_back({{"scheme", severity.scheme}, {"level", severity.level}});
  json["proposed"] = Json::array();
  for (const dxa::WallSpan& span : spans)
    json["proposed"].push_back({{"level", to_string(span.level)},
                                {"wall", to_string(span.wall)},
                                {"top_mm", {tidy(span.top[0]), tidy(span.top[1])}},
                                {"bottom_mm", {tidy(span.bottom[0]), tidy(span.bottom[1])}}});
  return json;
}

Json part(const dxa::DxaResult& result) {
  Json json{{"sites", Json::array()}};
  for (const dxa::ScoredSite& site : result.sites)
    json["sites"].push_back(site_json(site));
  json["aac24"] = result.aac ? aac_json(*result.aac, result.aac_spans) : Json();
  json["level_confidence"] = tidy(result.level_confidence);
  json["texture_tbs_like"] = result.texture ? Json{{"slope", tidy(result.texture->slope)},
                                                   {"from_mm", result.texture->v_first_mm},
                                                   {"to_mm", result.texture->v_last_mm}}
                                            : Json();
  return json;
}

} // namespace

std::string dxa_part_json(const dxa::DxaResult& result) {
  return part(result).dump();
}

std::string dxa_result_json(const dxa::DxaResult& result, const std::optional<DxaExam>& exam) {
  Json json{{"schema", "osteocalc.dxa/1"}, {"exam", exam ? Json(to_string(*exam)) : Json()}};
  json.update(part(result));
  json["issues"] = to_json(result.issues);
  return json.dump(2) + "\n";
}

} // namespace osteocalc::report
