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
          {"se_mg_cm3", or_null(calibration.se_mg_cm3)}};
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
  json["tilt_deg"] = or_null(vertebra.tilt_deg);
  json["excluded"] = or_null(vertebra.excluded);
  return json;
}

} // namespace

Json to_json(const bone::BoneResult& result) {
  Json json{{"calibration", to_json(result.calibration)}, {"vertebrae", Json::array()}};
  for (const bone::VertebraDensity& vertebra : result.vertebrae)
    json["vertebrae"].push_back(to_json(vertebra));
  if (!result.summary) {
    json["summary"] = nullptr;
    return json;
  }
  Json levels = Json::array();
  for (const Vertebra level : result.summary->levels)
    levels.push_back(to_string(level));
  json["summary"] = {{"levels", levels},
                     {"mean_hu", result.summary->mean_hu},
                     {"bmd_mg_cm3", or_null(result.summary->bmd_mg_cm3)},
                     {"category", or_null(result.summary->category)}};
  return json;
}

} // namespace osteocalc::report
