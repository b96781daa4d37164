// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/review/machine_record.h"

#include "osteocalc/core/error.h"
#include "osteocalc/core/hashing.h"

#include <array>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace osteocalc::review {
namespace {

using Json = nlohmann::json;

Json read_json(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return stream ? Json::parse(text.str(), nullptr, false) : Json();
}

template <class T>
std::optional<T> value_in(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found == json.end() || found->is_null() ? std::nullopt : std::optional(found->get<T>());
}

study::StudyInfo info_from(const Json& json) {
  study::StudyInfo info;
  info.subject = value_in<std::string>(json, "subject");
  info.age_years = value_in<double>(json, "age_years");
  if (const auto sex = value_in<std::string>(json, "sex"))
    info.sex = sex_from_string(*sex);
  info.kvp_kv = value_in<double>(json, "kvp_kv");
  info.kernel = value_in<std::string>(json, "kernel").value_or("");
  info.increment_mm = value_in<double>(json, "increment_mm").value_or(0); // null without a CT
  info.slices = value_in<int>(json, "slices").value_or(0);
  for (const study::Contrast contrast : {study::Contrast::None, study::Contrast::Present})
    if (json.at("contrast") == to_string(contrast))
      info.contrast = contrast;
  return info;
}

calibration::Calibration calibration_from(const Json& json) {
  calibration::Calibration calibration;
  calibration.mode = calibration::mode_from_string(json.at("mode").get<std::string>()).value_or(calibration::Mode::Raw);
  calibration.name = value_in<std::string>(json, "name").value_or("");
  if (const auto material = value_in<std::string>(json, "material"))
    calibration.material = calibration::material_from_string(*material);
  calibration.slope = value_in<double>(json, "slope");
  calibration.intercept = value_in<double>(json, "intercept");
  calibration.curvature = value_in<double>(json, "curvature").value_or(0);
  return calibration;
}

/// How calcium was scored where it was not by default.
void read_scoring(const Json& options, study::CalciumOptions& calcium) {
  if (const auto policy = value_in<std::string>(options, "kvp_policy"))
    calcium.kvp.policy = calcium::kvp_policy_from_string(*policy).value_or(calcium::KvpPolicy::Standard);
  if (const auto bounds = value_in<std::string>(options, "kvp_bounds_hu")) {
    std::istringstream text(*bounds);
    char comma = ',';
    for (int& bound : calcium.kvp.custom_hu)
      text >> bound >> comma;
  }
  if (const auto thickness_mm = value_in<std::string>(options, "combine_slices_mm"))
    calcium.combine_slices_mm = std::stod(*thickness_mm);
}

} // namespace

MachineRecord read_machine_record(const std::filesystem::path& study) {
  const std::filesystem::path file = study / "result.json";
  try {
    const Json json = read_json(file);
    if (json.is_null() || json.is_discarded() || json.at("schema") != "osteocalc.study/1")
      throw Error("it is missing, damaged or of another schema");
    MachineRecord record;
    record.info = info_from(json.at("study"));
    record.options.kvp_kv = record.info.kvp_kv;
    record.options.age_years = record.info.age_years;
    record.options.sex = record.info.sex;
    if (const Json& bone = json.at("bone"); bone.is_object()) {
      record.options.calibration = calibration_from(bone.at("calibration"));
      if (const auto name = value_in<std::string>(bone, "volume_of_interest"))
        record.options.bone.voi.definition =
            bone::voi_definition_from_string(*name).value_or(bone::VoiDefinition::EllipseSlab);
    }
    for (const Json& issue : json.at("issues")) {
      const std::string level = issue.at("level");
      record.issues.push_back({level == "refused"   ? IssueLevel::Refused
                               : level == "warning" ? IssueLevel::Warning
                                                    : IssueLevel::Info,
                               issue.at("rule"), issue.at("where"), issue.at("text")});
    }
    record.result_sha256 = sha256_hex_of_file(file);
    const Json& provenance = json.at("provenance");
    record.inputs_sha256 = provenance.at("inputs_sha256");
    read_scoring(provenance.value("options", Json::object()), record.options.calcium);
    if (const Json run = read_json(study / "run.json"); run.is_object()) {
      for (const Json& path : run.value("study", Json::array()))
        record.scan.emplace_back(path.get<std::string>());
      record.series = run.value("series", "");
      record.protocol = run.value("protocol", "");
    }
    return record;
  } catch (const std::exception& error) { // JSON's own too
    throw IoError(file.string() + " is no result of a study: " + error.what() + "; analyze it again");
  }
}

} // namespace osteocalc::review
