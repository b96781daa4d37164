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
  return {{"site", site.site},
          {"bmc_g", tidy(site.bmc_g)},
          {"area_cm2", tidy(site.area_cm2)},
          {"abmd_g_cm2", tidy(site.abmd_g_cm2)},
          {"t_score", tidy(scores.t_score)},
          {"z_score", tidy(scores.z_score)},
          {"category", or_null(scores.category)},
          {"reference", scores.reference},
          {"t_reason", or_text(scores.t_reason)},
          {"z_reason", or_text(scores.z_reason)},
          {"category_reason", or_text(scores.category_reason)},
          {"sbmd_mg_cm2", tidy(site.standardised_mg_cm2)},
          {"reported_t_score", or_null(site.reported_t_score)},
          {"reported_z_score", or_null(site.reported_z_score)},
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

Json exam_name(const std::optional<DxaExam>& exam) {
  return exam ? Json(to_string(*exam)) : Json();
}

Json texture_json(const std::optional<dxa::VariogramTexture>& texture) {
  return texture
             ? Json{{"slope", tidy(texture->slope)}, {"from_mm", texture->v_first_mm}, {"to_mm", texture->v_last_mm}}
             : Json();
}

} // namespace

std::string dxa_parts_json(const std::vector<study::DxaPart>& parts) {
  if (parts.empty())
    return "null";
  Json json{{"exams", Json::array()}, {"sites", Json::array()}, {"aac24", nullptr}};
  for (const study::DxaPart& part : parts) {
    json["exams"].push_back({{"exam", exam_name(part.exam)},
                             {"source", part.reported ? "report" : "image"},
                             {"level_confidence", tidy(part.result.level_confidence)},
                             {"texture_tbs_like", texture_json(part.result.texture)}});
    for (const dxa::ScoredSite& site : part.result.sites) {
      json["sites"].push_back(site_json(site));
      json["sites"].back()["exam"] = exam_name(part.exam);
    }
    if (part.result.aac && json["aac24"].is_null())
      json["aac24"] = aac_json(*part.result.aac, part.result.aac_spans);
  }
  return json.dump();
}

std::string dxa_result_json(const dxa::DxaResult& result, const std::optional<DxaExam>& exam) {
  Json json{{"schema", "osteocalc.dxa/1"}, {"exam", exam_name(exam)}, {"sites", Json::array()}};
  for (const dxa::ScoredSite& site : result.sites)
    json["sites"].push_back(site_json(site));
  json["aac24"] = result.aac ? aac_json(*result.aac, result.aac_spans) : Json();
  json["level_confidence"] = tidy(result.level_confidence);
  json["texture_tbs_like"] = texture_json(result.texture);
  json["issues"] = to_json(result.issues);
  return json_text(json);
}

std::string dxa_person_json(const study::DxaPerson& person, const std::string& subject) {
  Json json{{"schema", "osteocalc.dxa/1"},
            {"subject", or_text(subject)},
            {"exam", person.parts.size() == 1 ? exam_name(person.parts[0].exam) : Json()},
            {"sites", Json::array()},
            {"aac24", nullptr}};
  if (!person.parts.empty())
    json.update(Json::parse(dxa_parts_json(person.parts)));
  json["issues"] = to_json(person.issues);
  return json_text(json);
}

std::string dxa_people_json(const std::vector<study::DxaPerson>& people, const std::vector<std::string>& subjects,
                            const Issues& issues) {
  Json json{{"schema", "osteocalc.dxa_people/1"}, {"people", Json::array()}};
  for (std::size_t i = 0; i < people.size(); ++i)
    json["people"].push_back({{"subject", or_text(subjects[i])},
                              {"age_years", or_null(people[i].age_years)},
                              {"sex", people[i].sex ? Json(to_string(*people[i].sex)) : Json()},
                              {"dxa", Json::parse(dxa_parts_json(people[i].parts))},
                              {"issues", to_json(people[i].issues)}});
  json["issues"] = to_json(issues);
  return json_text(json);
}

} // namespace osteocalc::report
