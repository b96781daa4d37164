// SPDX-License-Identifier: Apache-2.0
#include "command.h"
#include "level_hint.h"

#include "osteocalc/io/ct_reader.h"
#include "osteocalc/io/nifti.h"
#include "osteocalc/report/segmentation_json.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <memory>

namespace osteocalc::app {
namespace {

struct SegmentArguments {
  std::string image, output, level_hint;
};

int run_segment(const SegmentArguments& arguments, const Context& context) {
  io::ReadOptions reading;
  reading.parallel = context.parallel;
  const CtImage image = io::read_ct(arguments.image, reading);
  const segmentation::Segmentation found =
      segmentation::segment(image.hu, {parse_level_hint(arguments.level_hint), context.parallel});
  io::write_labels(found.wholes, arguments.output);
  io::write_labels(found.parts, io::label_parts_file(arguments.output));
  Issues issues = image.issues;
  append(issues, found.issues);
  if (context.json)
    fmt::print("{}", report::segmentation_json(found, issues));
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
