// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/score_json.h"

#include "osteocalc/report/json_values.h"

#include <fmt/format.h>

namespace osteocalc::report {
namespace {

Json to_json(const calcium::VariantScore& score) {
  return {{"variant", to_string(score.variant)},
          {"agatston", score.agatston},
          {"area_mm2", score.area_mm2},
          {"volume_mm3", score.volume_mm3},
          {"mass_mg", or_null(score.mass_mg)},
          {"density_score", or_null(score.density_score)},
          {"hu_volume_hu_mm3", score.hu_volume_hu_mm3},
          {"lesions", score.lesions},
          {"max_hu", or_null(score.max_hu)}};
}

Json to_json(const calcium::Lesion& lesion) {
  return {{"id", lesion.id},
          {"centroid_mm", lesion.centroid_mm},
          {"agatston", lesion.agatston},
          {"volume_mm3", lesion.volume_mm3},
          {"max_hu", lesion.max_hu},
          {"mean_hu", lesion.mean_hu},
          {"slices", {lesion.first_slice, lesion.last_slice}}};
}

} // namespace

std::string score_json(const calcium::ScoreResult& result, const ScoredImage& image) {
  Json json{{"schema", "osteocalc.score/1"}};
  json["image"] = {{"size", image.geometry.size},
                   {"spacing_mm", image.geometry.spacing_mm},
                   {"increment_mm", image.geometry.spacing_mm[2]},
                   {"nominal_thickness_mm", or_null(image.nominal_thickness_mm)},
                   {"kvp_kv", or_null(image.kvp_kv)}};
  json["regions"] = Json::array();
  for (const calcium::RegionScores& region : result.regions) {
    Json scores = Json::array(), lesions = Json::array();
    for (const calcium::VariantScore& score : region.scores)
      scores.push_back(to_json(score));
    for (const calcium::Lesion& lesion : region.lesions)
      lesions.push_back(to_json(lesion));
    json["regions"].push_back({{"region", region.region}, {"scores", scores}, {"lesions", lesions}});
  }
  json["issues"] = to_json(result.issues);
  return json_text(json);
}

std::string score_table(const calcium::ScoreResult& result, const ScoredImage& image) {
  std::string text = fmt::format("{} x {} x {} voxels of {:.3f} x {:.3f} mm, {:g} mm apart\n\n", image.geometry.size[0],
                                 image.geometry.size[1], image.geometry.size[2], image.geometry.spacing_mm[0],
                                 image.geometry.spacing_mm[1], image.geometry.spacing_mm[2]);
  text += fmt::format("{:<24} {:<18} {:>10} {:>12} {:>8} {:>8} {:>7}\n", "region", "variant", "Agatston", "volume mm3",
                      "density", "lesions", "max HU");
  for (const calcium::RegionScores& region : result.regions) {
    if (region.scores.empty())
      text += fmt::format("{:<24} not scored\n", region.region);
    for (const calcium::VariantScore& score : region.scores)
      text += fmt::format("{:<24} {:<18} {:>10.2f} {:>12.2f} {:>8} {:>8} {:>7}\n", region.region,
                          to_string(score.variant), score.agatston, score.volume_mm3,
                          score.density_score ? fmt::format("{:.2f}", *score.density_score) : "-", score.lesions,
                          score.max_hu ? fmt::format("{}", *score.max_hu) : "-");
  }
  return text;
}

} // namespace osteocalc::report
