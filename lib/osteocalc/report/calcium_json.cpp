// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/calcium_json.h"

#include <cmath>

namespace osteocalc::report {
namespace {

Json category_json(const reference::CalciumCategory& category) {
  return {{"scheme", category.scheme}, {"level", category.level}};
}

Json bed_json(const study::BedScore& bed) {
  const auto& score = bed.reference;
  Json json{{"bed", bed.bed},
            {"agatston", score ? Json(score->agatston) : Json()},
            {"volume_mm3", score ? Json(score->volume_mm3) : Json()},
            {"mass_mg", score ? or_null(score->mass_mg) : Json()},
            {"density_score", score ? or_null(score->density_score) : Json()},
            {"lesions", score ? Json(score->lesions) : Json()},
            {"max_hu", score ? or_null(score->max_hu) : Json()},
            {"category", bed.category ? category_json(*bed.category) : Json()},
            {"percentile", percentile_json(bed.percentile)},
            {"complete", bed.complete},
            {"incomplete_reason", bed.incomplete_reason.empty() ? Json() : Json(bed.incomplete_reason)},
            {"isotropic_volume_mm3", or_null(bed.isotropic_volume_mm3)},
            {"hu_volume_hu_mm3", score ? Json(score->hu_volume_hu_mm3) : Json()},
            {"integrated_mass_mg", or_null(bed.integrated_mass_mg)},
            {"spatially_weighted", or_null(bed.spatially_weighted)},
            {"expected_false_lesions", or_null(bed.expected_false_lesions)}};
  if (!bed.categories.empty()) {
    json["categories"] = Json::array();
    for (const reference::CalciumCategory& category : bed.categories)
      json["categories"].push_back(category_json(category));
  }
  if (bed.percentile)
    json["percentile_table"] = {{"name", bed.percentile->table}, {"scores", bed.percentile->scores}};
  if (bed.arterial_age_years)
    json["arterial_age_years"] = *bed.arterial_age_years;
  if (bed.valve_ratio)
    json["valve_ratio"] = *bed.valve_ratio;
  return json;
}

} // namespace

Json percentile_json(const std::optional<reference::Percentile>& percentile) {
  if (!percentile)
    return {};
  return percentile->above || percentile->below ? Json(percentile->text()) : Json(std::lround(percentile->value));
}

Json calcium_json(const study::StudyResult& result) {
  Json json{{"variant", "reference"}, {"beds", Json::array()}, {"variants", Json::array()}};
  json["vessels_with_calcium"] = or_null(result.vessels_with_calcium);
  for (const study::BedScore& bed : result.beds) {
    json["beds"].push_back(bed_json(bed));
    for (std::size_t i = 0; i < bed.variants.size(); ++i)
      json["variants"].push_back(
          {{"bed", bed.bed},
           {"variant", to_string(bed.variants[i].variant)},
           {"agatston", bed.variants[i].agatston},
           {"category", i < bed.variant_categories.size() ? Json(bed.variant_categories[i].level) : Json()}});
  }
  json["contact_guard"] = Json::array();
  for (const study::ContactGuard& guard : result.contact_guard)
    json["contact_guard"].push_back({{"bed", guard.bed},
                                     {"distance_mm", guard.distance_mm},
                                     {"agatston", guard.agatston},
                                     {"bone_hu", or_null(guard.bone_hu)}});
  json["noise"] = result.noise ? Json{{"blood_hu", result.noise->mean_hu},
                                      {"sd_hu", result.noise->sd_hu},
                                      {"fwhm_mm", result.noise->fwhm_mm}}
                               : Json();
  return json;
}

} // namespace osteocalc::report
