// SPDX-License-Identifier: Apache-2.0
#include "command.h"
#include "level_hint.h"

#include "osteocalc/io/ct_reader.h"
#include "osteocalc/io/nifti.h"
#include "osteocalc/segmentation/segment.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <memory>
#include <nlohmann/json.hpp>

namespace osteocalc::app {
namespace {

struct SegmentArguments {
  std::string image, output, level_hint;
};

using Json = nlohmann::ordered_json;

Json summary(const segmentation::Segmentation& found, const Issues& issues) {
  Json json{{"schema", "osteocalc.segment/1"}, {"vertebrae", Json::array()}, {"issues", Json::array()}};
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
  for (const Issue& issue : issues)
    json["issues"].push_back(
        {{"level", to_string(issue.level)}, {"rule", issue.rule}, {"where", issue.where}, {"text", issue.text}});
  return json;
}

/// "x/labels.nii.gz" -> "x/labels_parts.nii.gz".
std::filesystem::path parts_file_of(const std::filesystem::path& labels) {
  std::string name = labels.filename().string();
  const std::size_t dot = name.find(".nii");
  return labels.parent_path() / name.insert(dot == std::string::npos ? name.size() : dot, "_parts");
}

int run_segment(const SegmentArguments& arguments, const Context& context) {
  io::ReadOptions reading;
  reading.parallel = context.parallel;
  const CtImage image = io::read_ct(arguments.image, reading);
  const segmentation::Segmentation found =
      segmentation::segment(image.hu, {parse_level_hint(arguments.level_hint), context.parallel});
  io::write_labels(found.wholes, arguments.output);
  io::write_labels(found.parts, parts_file_of(arguments.output));
  Issues issues = image.issues;
  append(issues, found.issues);
  if (context.json)
    fmt::print("{}\n", summary(found, issues).dump(2));
  else
    print_issues(issues);
  return labels_present(found.wholes).empty() ? Refused : Done;
}

} // namespace

std::function<int(const Context&)> declare_segment(CLI::App& app) {
  auto arguments = std::make_shared<SegmentArguments>();
  app.add_option("image", arguments->image, "a folder of DICOM, one DICOM file or a NIfTI")->required();
  app.add_option("-o,--output", arguments->output, "label map to write (.nii.gz); *_parts and *.json go beside it")
      ->required();
  app.add_option("--level-hint", arguments->level_hint, "LEVEL@Z, e.g. L1@-120: the level at that height in LPS mm");
  return [arguments](const Context& context) { return run_segment(*arguments, context); };
}

} // namespace osteocalc::app
