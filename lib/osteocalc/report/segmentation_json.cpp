// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/segmentation_json.h"

#include "osteocalc/report/json_values.h"
#include "osteocalc/report/lesion_decisions.h"

namespace osteocalc::report {
namespace {

Json lesion_json(const segmentation::LesionDecision& lesion) {
  Json evidence = Json::object();
  for (const segmentation::Evidence& item : lesion.evidence)
    evidence[std::string(item.name)] = item.value;
  return {{"decision", to_string(lesion.kind)},
          {"artery", lesion.artery ? Json(artery_name(*lesion.artery)) : Json()},
          {"probability", lesion.probability},
          {"reason", lesion.reason},
          {"center_mm", lesion.centre_mm},
          {"slices", lesion.slices},
          {"volume_mm3", lesion.volume_mm3},
          {"max_hu", lesion.peak_hu},
          {"evidence", evidence}};
}

} // namespace

std::string segmentation_json(const segmentation::Segmentation& found, const Issues& issues) {
  Json json{{"schema", "osteocalc.segment/1"}, {"vertebrae", Json::array()}};
  for (const segmentation::VertebraFinding& vertebra : found.vertebrae) {
    Json alternatives = Json::array();
    for (const Vertebra other : vertebra.alternatives)
      alternatives.push_back(to_string(other));
    json["vertebrae"].push_back({{"level", to_string(vertebra.level)},
                                 {"level_confidence", vertebra.confidence},
                                 {"level_alternatives", alternatives},
                                 {"center_mm", vertebra.center_mm},
                                 {"cut_by_field_of_view", vertebra.cut_by_field_of_view}});
  }
  json["lesions"] = Json::array();
  for (const segmentation::LesionDecision& lesion : found.lesions)
    json["lesions"].push_back(lesion_json(lesion));
  json["issues"] = to_json(issues);
  return json_text(json);
}

std::string refusal_json(const Issues& reasons) {
  return json_text({{"schema", "osteocalc.refusal/1"}, {"issues", to_json(reasons)}});
}

} // namespace osteocalc::report
