// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/bone_json.h"

namespace osteocalc::report {
namespace {

Json to_json(const calibration::Calibration& calibration) {
  return {{"mode", to_string(calibration.mode)},
          {"name", calibration.name.empty() ? Json() : Json(calibration.name)},
          {"material", calibration.material ? Json(to_string(*calibration.material)) : Json()},
          {"slope", or_null(calibration.slope)},
          {"intercept", or_null(calibration.intercept)},
          {"curvature", calibration.curvature},
          {"r2", or_null(calibration.r2)},
          {"model_se_fraction", calibration.model_se_fraction},
          {"se_mg_cm3", or_null(calibration.se_mg_cm3)}};
}

Json to_json(const std::optional<bone::RegionDensity>& region) {
  if (!region)
    return {};
  return {
      {"mean_hu", region->hu.mean_hu}, {"bmd_mg_cm3", or_null(region->bmd_mg_cm3)}, {"volume_cm3", region->volume_cm3}};
}

Json to_json(const std::vector<bone::NamedLoss>& losses) {
  Json json = Json::object();
  for (const bone::NamedLoss& loss : losses)
    json[std::string(to_string(loss.definition))] = loss.loss;
  return json;
}

Json to_json(const std::optional<reference::L1Normative>& normative) {
  if (!normative)
    return {};
  return {{"mean_hu", normative->mean_hu},
          {"sd_hu", normative->sd_hu},
          {"sd_from_mean", normative->sd_from_mean},
          {"table", normative->table}};
}

/// Level and table under two keys.
void set_category(Json& json, const std::string& key, const std::optional<reference::BoneCategory>& category) {
  json[key] = category ? Json(category->level) : Json();
  json[key + "_table"] = category ? Json(category->table) : Json();
}

Json to_json(const std::optional<bone::BoneSummary>& summary) {
  if (!summary)
    return {};
  Json levels = Json::array();
  for (const Vertebra level : summary->levels)
    levels.push_back(to_string(level));
  Json json{{"levels", levels},
            {"mean_hu", summary->mean_hu},
            {"bmd_mg_cm3", or_null(summary->bmd_mg_cm3)},
            {"bmd_se_mg_cm3", or_null(summary->bmd_se_mg_cm3)}};
  set_category(json, "category", summary->category);
  set_category(json, "l1_hu_category", summary->l1_hu_category);
  json["l1_hu_normative"] = to_json(summary->l1_hu_normative);
  return json;
}

Json to_json(const bone::VertebraDensity& vertebra) {
  Json json{{"level", to_string(vertebra.level)}};
  json["trabecular_hu"] = vertebra.trabecular ? Json{{"mean", vertebra.trabecular->mean_hu},
                                                     {"sd", vertebra.trabecular->sd_hu},
                                                     {"n", vertebra.trabecular->n}}
                                              : Json();
  json["bmd_mg_cm3"] = or_null(vertebra.bmd_mg_cm3);
  json["bmd_se_mg_cm3"] = or_null(vertebra.bmd_se_mg_cm3);
  json["heights_mm"] = vertebra.heights ? Json{{"anterior", vertebra.heights->anterior_mm},
                                               {"middle", vertebra.heights->middle_mm},
                                               {"posterior", vertebra.heights->posterior_mm}}
                                        : Json();
  json["heights_se_mm"] = vertebra.heights ? Json{{"anterior", vertebra.heights->anterior_se_mm},
                                                  {"middle", vertebra.heights->middle_se_mm},
                                                  {"posterior", vertebra.heights->posterior_se_mm}}
                                           : Json();
  json["height_loss"] = to_json(vertebra.height_losses);
  json["genant_height_only"] = or_null(vertebra.genant);
  json["uncertainty_hu"] = vertebra.trabecular ? Json{{"noise", vertebra.uncertainty.noise_hu},
                                                      {"placement", vertebra.uncertainty.placement_hu}}
                                               : Json();
  json["integral"] = to_json(vertebra.integral);
  json["cortical_shell"] = to_json(vertebra.shell);
  json["tilt_deg"] = or_null(vertebra.tilt_deg);
  json["excluded"] = or_null(vertebra.excluded);
  return json;
}

} // namespace

Json to_json(const bone::BoneResult& result) {
  Json json{{"calibration", to_json(result.calibration)},
            {"volume_of_interest", to_string(result.definition)},
            {"vertebrae", Json::array()}};
  for (const bone::VertebraDensity& vertebra : result.vertebrae)
    json["vertebrae"].push_back(to_json(vertebra));
  json["summary"] = to_json(result.summary);
  json["summary_l1_l3"] = to_json(result.l1_l3);
  json["soft_tissue_l3"] = result.soft_tissue ? Json{{"muscle_cm2", or_null(result.soft_tissue->muscle_cm2)},
                                                     {"fat_cm2", result.soft_tissue->fat_cm2}}
                                              : Json();
  return json;
}

} // namespace osteocalc::report
