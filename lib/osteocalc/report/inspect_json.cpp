// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/inspect_json.h"

#include "osteocalc/report/json_values.h"

#include <fmt/format.h>
#include <map>

namespace osteocalc::report {
namespace {

using study::SeriesRecord;

Json fitness_json(const study::FitnessRecord& fitness) {
  return {{"ok", fitness.ok}, {"verdict", to_string(fitness.verdict)}, {"reasons", fitness.reasons}};
}

Json steps_json(const SeriesRecord& series) {
  Json steps = Json::array();
  for (const io::StepCount& step : series.steps)
    steps.push_back({{"step_mm", step.step_mm}, {"count", step.count}});
  return steps;
}

Json series_json(const SeriesRecord& series) {
  Json json{{"path", series.path},
            {"series", series.series},
            {"modality", series.modality},
            {"exam", or_null(series.exam)},
            {"images", series.images},
            {"slices", series.slices},
            {"size", series.size},
            {"pixel_spacing_mm", or_null(series.pixel_spacing_mm)},
            {"increment_mm", or_null(series.increment_mm)},
            {"steps", steps_json(series)},
            {"thickness_mm", or_null(series.thickness_mm)},
            {"coverage_mm", or_null(series.coverage_mm)},
            {"tilt_deg", or_null(series.tilt_deg)},
            {"kvp_kv", or_null(series.kvp_kv)},
            {"kernel", series.kernel.empty() ? Json() : Json(series.kernel)},
            {"contrast", to_string(series.contrast)},
            {"contrast_hint", series.contrast_hint},
            {"transfer_syntax", series.transfer_syntax}};
  Json& fit = json["fit"];
  for (const study::Use use : study::all_uses)
    fit[std::string(to_string(use))] = fitness_json(series.fit_for(use));
  fit["dxa"] = fitness_json(series.dxa);
  json["issues"] = to_json(series.findings);
  return json;
}

std::string number(const std::optional<double>& value) {
  return value ? fmt::format("{:g}", *value) : "-";
}

/// Reasons with the uses they hold for, each once.
std::string reasons_text(const SeriesRecord& series) {
  std::map<std::string, std::string> uses_by_reason;
  for (const study::Use use : study::all_uses)
    for (const std::string& reason : series.fit_for(use).reasons) {
      std::string& uses = uses_by_reason[reason];
      uses += fmt::format("{}{}", uses.empty() ? "" : ", ", to_string(use));
    }
  std::string text;
  for (const std::string& reason : series.exam ? series.dxa.reasons : std::vector<std::string>{})
    text += fmt::format("    {}: {} [dxa]\n", *series.exam, reason);
  for (const auto& [reason, uses] : uses_by_reason)
    text += fmt::format("    {} [{}]\n", reason, uses);
  return text;
}

} // namespace

std::string inspect_json(const study::Inspection& inspection) {
  Json json{{"schema", "osteocalc.inspect/1"}, {"series", Json::array()}};
  for (const SeriesRecord& series : inspection.series)
    json["series"].push_back(series_json(series));
  json["issues"] = to_json(inspection.issues);
  return json_text(json);
}

std::string inspect_table(const study::Inspection& inspection) {
  std::string text =
      fmt::format("{:<10} {:>7} {:>7} {:>9} {:>6} {:<10} {:<8} {:<8} {:<8} {:<11} {:<13} {}\n", "modality", "slices",
                  "mm", "thick mm", "kV", "kernel", "contrast", "calcium", "bone", "calibration", "dxa", "series");
  for (const SeriesRecord& series : inspection.series) {
    const auto verdict = [&](study::Use use) { return to_string(series.fit_for(use).verdict); };
    text += fmt::format(
        "{:<10} {:>7} {:>7} {:>9} {:>6} {:<10} {:<8} {:<8} {:<8} {:<11} {:<13} {} in {}\n", series.modality,
        series.slices > 0 ? series.slices : series.images, number(series.increment_mm), number(series.thickness_mm),
        number(series.kvp_kv), series.kernel.empty() ? "-" : series.kernel,
        series.contrast == study::Contrast::Unknown && series.contrast_hint ? "hinted" : to_string(series.contrast),
        verdict(study::Use::Calcium), verdict(study::Use::Bone), verdict(study::Use::Calibration),
        series.exam.value_or("-"), series.series, series.path);
    text += reasons_text(series);
  }
  return text;
}

} // namespace osteocalc::report
