// SPDX-License-Identifier: Apache-2.0
#include "analysis_options.h"
#include "command.h"
#include "level_hint.h"

#include "osteocalc/core/error.h"
#include "osteocalc/report/study_json.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>

namespace osteocalc::app {
namespace {

struct AnalyzeArguments {
  std::string study, files, output, key_file, sex, level_hint, labels;
  bool keep_ids = false;
  std::optional<double> age_years;
  AnalysisArguments analysis;
  DxaImageArguments dxa_files;
};

/// Paths from a list, one a line; where it holds zero bytes, each path ends with one.
std::vector<std::filesystem::path> listed_files(const std::string& list) {
  std::ifstream file;
  if (list != "-")
    file.open(list, std::ios::binary);
  std::istream& in = list == "-" ? std::cin : file;
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const char end = text.find('\0') == std::string::npos ? '\n' : '\0';
  std::vector<std::filesystem::path> paths;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t stop = std::min(text.find(end, begin), text.size());
    if (stop > begin)
      paths.emplace_back(text.substr(begin, stop - begin));
    begin = stop + 1;
  }
  if (paths.empty())
    throw IoError(list + " lists no file (there is nothing to analyse) write one path a line");
  return paths;
}

PipelineRequest request_of(const AnalyzeArguments& arguments, const Context& context) {
  if (arguments.study.empty() == arguments.files.empty())
    throw ConfigError("either a study or --files is needed, not both (what to analyse is unclear); give one of them");
  AnalysisArguments analysis = arguments.analysis;
  analysis.labels.labels = arguments.labels;
  PipelineRequest request = request_of(analysis);
  request.study =
      arguments.files.empty() ? std::vector<std::filesystem::path>{arguments.study} : listed_files(arguments.files);
  request.output = arguments.output;
  request.key_file = arguments.key_file;
  request.keep_ids = arguments.keep_ids;
  request.memory_bytes = context.memory_bytes;
  request.level_hint = parse_level_hint(arguments.level_hint);
  request.options.age_years = arguments.age_years;
  request.options.sex = sex_from_string(arguments.sex);
  request.options.parallel = context.parallel;
  read_image_files(arguments.dxa_files, request.dxa);
  request.dxa_marks = arguments.dxa_files.marks;
  return request;
}

int run_analyze(const AnalyzeArguments& arguments, const Context& context) {
  const study::StudyResult result = run_pipeline(request_of(arguments, context));
  if (context.json)
    fmt::print("{}", report::study_json(result));
  else
    print_issues(result.issues);
  progress(context, fmt::format("{}/report.html", arguments.output));
  return result.measured() ? Done : Refused;
}

} // namespace

std::function<int(const Context&)> declare_analyze(CLI::App& app) {
  auto arguments = std::make_shared<AnalyzeArguments>();
  app.add_option("study", arguments->study, "a folder of DICOM (CT, DXA or both), one DICOM file or a NIfTI");
  app.add_option("--files", arguments->files,
                 "instead of STUDY: a text file that lists the files of one study, one a line or each ended by a zero "
                 "byte (- for standard input)");
  app.add_option("-o,--output", arguments->output, "folder for result.json, report.html and the rest")->required();
  app.add_option("--labels", arguments->labels,
                 "label map (NIfTI; *_parts beside it is read too) or folder of one NIfTI a structure, in "
                 "TotalSegmentator's numbers or names; without it the anatomy is found");
  app.add_option("--level-hint", arguments->level_hint, "LEVEL@Z, e.g. L1@-120: the level at that height in LPS mm");
  app.add_option("--age", arguments->age_years, "age in years, instead of the header's")->check(CLI::Range(0.0, 130.0));
  app.add_option("--sex", arguments->sex, "F or M, instead of the header's")->check(CLI::IsMember({"F", "M"}));
  app.add_option("--key-file", arguments->key_file,
                 "key of the subject's pseudonym; default: made in the output folder");
  app.add_flag("--keep-ids", arguments->keep_ids, "write the patient id itself as subject");
  app.add_option("--dxa-roi", arguments->dxa_files.regions,
                 "EXAM=FILE: regions of a DXA image (JSON, as written to OUT/dxa), e.g. spine=FILE, femur_left=FILE");
  app.add_option("--dxa-marks", arguments->dxa_files.marks,
                 "six points of each vertebra of the lateral DXA image (JSON)");
  add_analysis_options(app, arguments->analysis);
  return [arguments](const Context& context) { return run_analyze(*arguments, context); };
}

} // namespace osteocalc::app
