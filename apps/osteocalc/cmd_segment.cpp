// SPDX-License-Identifier: Apache-2.0
#include "command.h"
#include "find_anatomy.h"
#include "label_source.h"
#include "level_hint.h"
#include "series_source.h"
#include "structures.h"

#include "osteocalc/io/nifti.h"
#include "osteocalc/report/segmentation_json.h"
#include "osteocalc/segmentation/label_doubts.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <memory>

namespace osteocalc::app {
namespace {

struct SegmentArguments {
  std::string image, output, level_hint;
  std::vector<std::string> structures{"aorta", "vertebrae", "heart", "coronaries"};
  LabelSource source;
  SeriesSource series;
};

/// labels.log beside labels.nii.gz.
std::filesystem::path log_file(const std::filesystem::path& output) {
  return io::label_names_file(output).replace_extension(".log");
}

segmentation::Segmentation segment_image(const SegmentArguments& arguments, const CtImage& image,
                                         const Context& context) {
  if (!arguments.source.given())
    return find_anatomy(image.hu, {parse_level_hint(arguments.level_hint), context.parallel});
  segmentation::Segmentation found;
  LabelSet labels = labels_from(arguments.source, image, log_file(arguments.output), context.parallel, found.issues);
  append(found.issues, segmentation::missing_classes(labels));
  found.wholes = std::move(labels.wholes);
  found.parts = std::move(labels.parts);
  return found;
}

int run_segment(const SegmentArguments& arguments, const Context& context) {
  const std::set<StructureGroup> groups = structure_groups_of(arguments.structures);
  check_source(arguments.source);
  const CtImage image = read_scan(arguments.image, study::Use::Calcium, arguments.series, reading_options(context));
  segmentation::Segmentation found = segment_image(arguments, image, context);
  keep_only(found, groups);
  io::write_labels(found.wholes, arguments.output);
  io::write_labels(found.parts, io::label_parts_file(arguments.output));
  Issues issues = image.issues;
  append(issues, found.issues);
  if (context.json)
    fmt::print("{}", report::segmentation_json(found, issues));
  else
    print_issues(issues);
  return labels_present(found.wholes).empty() && labels_present(found.parts).empty() ? Refused : Done;
}

} // namespace

std::function<int(const Context&)> declare_segment(CLI::App& app) {
  auto arguments = std::make_shared<SegmentArguments>();
  app.add_option("image", arguments->image, "a folder of DICOM, one DICOM file or a NIfTI")->required();
  app.add_option("-o,--output", arguments->output, "label map to write (.nii.gz); *_parts and *.json go beside it")
      ->required();
  app.add_option("--level-hint", arguments->level_hint, "LEVEL@Z, e.g. L1@-120: the level at that height in LPS mm");
  app.add_option("--structures", arguments->structures, "which to keep: aorta, vertebrae, heart, coronaries")
      ->delimiter(',');
  add_series_options(app, arguments->series);
  add_with_options(app, arguments->source);
  add_scheme_option(app, arguments->source);
  return [arguments](const Context& context) { return run_segment(*arguments, context); };
}

} // namespace osteocalc::app
