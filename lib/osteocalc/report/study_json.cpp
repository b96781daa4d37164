// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/study_json.h"

#include "osteocalc/core/provenance.h"
#include "osteocalc/report/bone_json.h"
#include "osteocalc/report/calcium_json.h"
#include "osteocalc/report/csv_text.h"
#include "osteocalc/report/dxa_json.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace osteocalc::report {
namespace {

Json to_json(const study::StudyInfo& info) {
  return {{"subject", or_null(info.subject)},
          {"age_years", or_null(info.age_years)},
          {"sex", info.sex ? Json(to_string(*info.sex)) : Json()},
          {"modality", info.modality},
          {"kvp_kv", or_null(info.kvp_kv)},
          {"kernel", info.kernel.empty() ? Json() : Json(info.kernel)},
          {"increment_mm", info.slices > 0 ? Json(info.increment_mm) : Json()},
          {"slices", info.slices > 0 ? Json(info.slices) : Json()},
          {"contrast", to_string(info.contrast)}};
}

constexpr std::array loss_definitions{bone::HeightLoss::Genant, bone::HeightLoss::FrontOverBack,
                                      bone::HeightLoss::MinOverMax};

/// Hyphens would be minus signs to whoever reads the table with a formula.
std::string column_name(std::string_view name) {
  std::string column(name);
  std::ranges::replace(column, '-', '_');
  return column;
}

std::optional<double> height_loss_of(const bone::VertebraDensity& vertebra, bone::HeightLoss definition) {
  const auto found = std::ranges::find(vertebra.height_losses, definition, &bone::NamedLoss::definition);
  return found == vertebra.height_losses.end() ? std::nullopt : std::optional(found->loss);
}

void add_level_evidence(Json& vertebrae, const bone::BoneResult& bone,
                        const std::map<Vertebra, study::LevelEvidence>& levels) {
  for (std::size_t i = 0; i < bone.vertebrae.size(); ++i) {
    const auto found = levels.find(bone.vertebrae[i].level);
    const bool known = found != levels.end();
    vertebrae[i]["level_confidence"] = known ? Json(found->second.confidence) : Json();
    vertebrae[i]["level_alternatives"] = Json::array();
    if (known)
      for (const Vertebra other : found->second.alternatives)
        vertebrae[i]["level_alternatives"].push_back(to_string(other));
  }
}

} // namespace

std::string study_json(const study::StudyResult& result) {
  Json json{{"schema", "osteocalc.study/1"}, {"study", to_json(result.study)}};
  json["calcium"] = result.study.modality == "DXA" ? Json() : calcium_json(result);
  json["bone"] = result.bone ? to_json(*result.bone) : Json();
  if (result.bone)
    add_level_evidence(json["bone"]["vertebrae"], *result.bone, result.levels);
  json["dxa"] = Json::parse(dxa_parts_json(result.dxa));
  json["paradox"] = {{"high_calcium", or_null(result.paradox.high_calcium)},
                     {"low_bone", or_null(result.paradox.low_bone)},
                     {"quadrant", or_null(result.paradox.quadrant)}};
  json["issues"] = to_json(result.issues);
  json["provenance"] = {{"version", version()},
                        {"commit", commit()},
                        {"options", result.provenance.options},
                        {"tables", result.provenance.tables},
                        {"inputs_sha256", result.provenance.inputs_sha256}};
  return json_text(json);
}

std::string bone_result_json(const bone::BoneResult& result, const Issues& issues) {
  Json json{{"schema", "osteocalc.bone/1"}};
  json.update(to_json(result));
  json["issues"] = to_json(issues);
  return json_text(json);
}

std::string lesions_csv(const study::StudyResult& result) {
  std::string text = "bed,lesion,x_mm,y_mm,z_mm,agatston,volume_mm3,max_hu,mean_hu,first_slice,last_slice,integrated_"
                     "mass_mg,integrated_mass_se_mg\n";
  for (const study::BedScore& bed : result.beds)
    for (const study::BedLesion& lesion : bed.lesions)
      text += fmt::format("{},{},{:.2f},{:.2f},{:.2f},{},{},{},{:.2f},{},{},{},{}\n", csv_field(bed.bed), lesion.id,
                          lesion.centroid_mm[0], lesion.centroid_mm[1], lesion.centroid_mm[2], lesion.agatston,
                          lesion.volume_mm3, lesion.max_hu, lesion.mean_hu, lesion.first_slice, lesion.last_slice,
                          lesion.mass ? fmt::format("{}", lesion.mass->mass_mg) : "",
                          lesion.mass ? fmt::format("{}", lesion.mass->se_mg) : "");
  return text;
}

std::string vertebrae_csv(const study::StudyResult& result) {
  std::string text = "level,volume_of_interest,mean_hu,sd_hu,n,bmd_mg_cm3,bmd_se_mg_cm3,noise_se_hu,placement_se_hu,"
                     "integral_hu,integral_bmd_mg_cm3,shell_hu,shell_bmd_mg_cm3,anterior_mm,middle_mm,posterior_mm,"
                     "anterior_se_mm,middle_se_mm,posterior_se_mm";
  for (const bone::HeightLoss definition : loss_definitions)
    text += ",height_loss_" + column_name(to_string(definition));
  text += ",genant_height_only,l3_muscle_cm2,l3_fat_cm2,excluded\n";
  if (!result.bone)
    return text;
  for (const bone::VertebraDensity& v : result.bone->vertebrae) {
    text += fmt::format("{},{},", to_string(v.level), to_string(result.bone->definition));
    text +=
        v.trabecular ? fmt::format("{},{},{},", v.trabecular->mean_hu, v.trabecular->sd_hu, v.trabecular->n) : ",,,";
    text += fmt::format("{},{},", csv_number(v.bmd_mg_cm3), csv_number(v.bmd_se_mg_cm3));
    text += v.trabecular ? fmt::format("{},{},", v.uncertainty.noise_hu, v.uncertainty.placement_hu) : ",,";
    for (const auto& region : {v.integral, v.shell})
      text += region ? fmt::format("{},{},", region->hu.mean_hu, csv_number(region->bmd_mg_cm3)) : ",,";
    text += v.heights ? fmt::format("{},{},{},{},{},{},", v.heights->anterior_mm, v.heights->middle_mm,
                                    v.heights->posterior_mm, v.heights->anterior_se_mm, v.heights->middle_se_mm,
                                    v.heights->posterior_se_mm)
                      : ",,,,,,";
    for (const bone::HeightLoss definition : loss_definitions)
      text += csv_number(height_loss_of(v, definition)) + ",";
    text += (v.genant ? std::to_string(*v.genant) : "") + ",";
    const bool at_l3 = v.level == Vertebra::L3 && result.bone->soft_tissue;
    text += at_l3 ? fmt::format("{},{},", csv_number(result.bone->soft_tissue->muscle_cm2),
                                result.bone->soft_tissue->fat_cm2)
                  : ",,";
    text += csv_field(v.excluded.value_or("")) + "\n";
  }
  return text;
}

} // namespace osteocalc::report
