// SPDX-License-Identifier: Apache-2.0
#include "command.h"
#include "dxa_options.h"
#include "dxa_run.h"
#include "dxa_tables.h"

#include "osteocalc/core/error.h"
#include "osteocalc/core/hashing.h"
#include "osteocalc/io/dxa_image.h"
#include "osteocalc/io/dxa_results.h"
#include "osteocalc/report/dxa_json.h"
#include "osteocalc/report/dxa_picture.h"
#include "osteocalc/report/results_csv.h"
#include "osteocalc/report/text_file.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <memory>

namespace osteocalc::app {
namespace {

struct DxaCommand {
  std::vector<std::string> files;
  std::string roi, marks, sex, output, key_file;
  bool keep_ids = false;
  std::optional<double> age_years;
  DxaArguments scoring;
};

study::DxaOptions options_of(const DxaCommand& command, const Context& context) {
  study::DxaOptions options = dxa_options_of(command.scoring);
  if (!command.roi.empty())
    options.regions = parsed_option_file(command.roi, dxa::parse_regions);
  if (!command.marks.empty())
    options.marks = parsed_option_file(command.marks, dxa::parse_marks);
  options.age_years = command.age_years;
  options.sex = sex_from_string(command.sex);
  options.parallel = context.parallel;
  return options;
}

std::string shown(const std::optional<double>& value, const char* format) {
  return value ? fmt::format(fmt::runtime(format), *value) : "-";
}

void print_table(const dxa::DxaResult& result) {
  if (!result.sites.empty())
    fmt::print("{:<16} {:>8} {:>8} {:>8} {:>6} {:>6}  {}\n", "site", "BMC g", "cm2", "g/cm2", "T", "Z", "");
  for (const dxa::ScoredSite& site : result.sites)
    fmt::print("{:<16} {:>8} {:>8} {:>8.3f} {:>6} {:>6}  {}\n", site.site, shown(site.bmc_g, "{:.2f}"),
               shown(site.area_cm2, "{:.2f}"), site.abmd_g_cm2, shown(site.scores.t_score, "{:+.1f}"),
               shown(site.scores.z_score, "{:+.1f}"),
               site.excluded ? "left out: " + *site.excluded : site.scores.category.value_or(""));
  std::map<std::string, std::string> sites_without; // by the reason why they have no T
  for (const dxa::ScoredSite& site : result.sites)
    if (!site.scores.t_score && !site.scores.t_reason.empty()) {
      std::string& sites = sites_without[site.scores.t_reason];
      sites += (sites.empty() ? "" : ", ") + site.site;
    }
  for (const auto& [reason, sites] : sites_without)
    fmt::print("no T of {}: {}\n", sites, reason);
  if (!result.aac)
    return;
  for (const dxa::WallCalcium& wall : result.aac->walls)
    fmt::print("{} {:<10} {:>5.1f} of {:>5.1f} mm  {}\n", to_string(wall.level), to_string(wall.wall),
               wall.calcified_mm, wall.segment_mm, dxa::wall_grade(wall.share()));
  if (result.aac->aac24)
    fmt::print("AAC-24 {}, AAC-8 {}, {} ({})\n", *result.aac->aac24,
               result.aac->aac8 ? std::to_string(*result.aac->aac8) : "-", result.aac->severity[0].level,
               result.aac->severity[0].scheme);
}

bool has_numbers(const dxa::DxaResult& result) {
  return !result.sites.empty() || (result.aac && result.aac->aac24);
}

bool has_numbers(const study::DxaPerson& person) {
  return std::ranges::any_of(person.parts, [](const study::DxaPart& part) { return has_numbers(part.result); });
}

int run_image(const DxaCommand& command, const study::DxaOptions& options, const Context& context) {
  const std::vector<std::filesystem::path> files(command.files.begin(), command.files.end());
  const DxaImage image = io::read_dxa_image(files);
  const study::DxaMeasured measured = study::measure_dxa(image, options);
  const dxa::DxaResult& result = measured.result;
  if (!command.output.empty()) {
    const std::filesystem::path output(command.output);
    report::write_text_file(output / "dxa.json", report::dxa_result_json(result, image.exam));
    report::write_text_file(output / "roi.json", dxa::regions_json(result.regions));
    if (!measured.marks.empty())
      report::write_text_file(output / "marks.json", dxa::marks_json(measured.marks));
    write_dxa_run(output, files, options, command.scoring.calibration, command.marks);
    const Volume<float>* seen = measured.bone_g_cm2                              ? &*measured.bone_g_cm2
                                : measured.marks.empty() || image.frames.empty() ? nullptr
                                                                                 : &image.frames.front();
    if (seen != nullptr) // a picture in which nothing was measured may show a name, and shows nothing else of use
      report::write_dxa_picture(*seen, result, measured.marks, image.exam, output / "qc" / "dxa.png");
  }
  if (context.json)
    fmt::print("{}", report::dxa_result_json(result, image.exam));
  else {
    print_table(result);
    print_issues(result.issues);
  }
  return has_numbers(result) ? Done : Refused;
}

/// The key is needed only where something names people.
std::vector<std::string> subjects_of(const std::vector<study::DxaPerson>& people, const DxaCommand& command) {
  if (!command.output.empty())
    std::filesystem::create_directories(command.output);
  std::string key;
  if (!command.keep_ids && !(command.key_file.empty() && command.output.empty()))
    key = load_or_create_key(command.key_file.empty() ? std::filesystem::path(command.output) / "subject.key"
                                                      : std::filesystem::path(command.key_file));
  std::vector<std::string> subjects;
  for (const study::DxaPerson& person : people)
    subjects.push_back(person.patient_id.empty() ? ""
                       : command.keep_ids        ? person.patient_id
                       : key.empty()             ? ""
                                                 : pseudonym(person.patient_id, key));
  return subjects;
}

/// A structured report.
int run_report(const study::DxaPerson& person, const DxaCommand& command, const Context& context) {
  const std::string json = report::dxa_person_json(person, subjects_of({person}, command).front());
  if (!command.output.empty())
    report::write_text_file(std::filesystem::path(command.output) / "dxa.json", json);
  if (context.json) {
    fmt::print("{}", json);
  } else {
    for (const study::DxaPart& part : person.parts)
      print_table(part.result);
    print_issues(person.issues);
  }
  return has_numbers(person) ? Done : Refused;
}

int run_tables(const DxaPeople& all, const DxaCommand& command, const Context& context) {
  const std::vector<std::string> subjects = subjects_of(all.people, command);
  const std::string json = report::dxa_people_json(all.people, subjects, all.issues);
  if (!command.output.empty()) {
    report::write_text_file(std::filesystem::path(command.output) / "dxa.json", json);
    report::write_text_file(std::filesystem::path(command.output) / "dxa.csv",
                            report::dxa_people_csv(all.people, subjects));
  }
  std::size_t measured = 0, doubted = 0;
  for (const study::DxaPerson& person : all.people) {
    measured += has_numbers(person) ? 1 : 0;
    doubted += has_rule(person.issues, "DXA-IDENTITY") ? 1 : 0;
  }
  if (context.json)
    fmt::print("{}", json);
  else
    print_issues(all.issues);
  progress(context, fmt::format("{} people, {} with results, {} with numbers that contradict each other",
                                all.people.size(), measured, doubted));
  return measured > 0 ? Done : Refused;
}

int run_dxa(const DxaCommand& command, const Context& context) {
  const study::DxaOptions options = options_of(command, context);
  const auto tables = std::ranges::count_if(command.files, is_dxa_table);
  if (tables == std::ssize(command.files))
    return run_tables(read_dxa_tables(command.files, options), command, context);
  if (tables > 0)
    throw ConfigError("tables and images are given together (they are read in different ways) name one kind at a time");
  for (const std::string& file : command.files)
    if (const auto report = io::read_dxa_sr(file)) {
      if (command.files.size() > 1)
        throw ConfigError("a structured report stands among other files (each report is a result of its own) name one "
                          "report at a time, or analyze its study");
      return run_report(study::score_report(*report, options), command, context);
    }
  return run_image(command, options, context);
}

} // namespace

std::function<int(const Context&)> declare_dxa(CLI::App& app) {
  auto command = std::make_shared<DxaCommand>();
  app.add_option("file", command->files,
                 "one DXA image (DICOM), or its low and its high energy file; or a scanner's own results: one "
                 "structured report, or tables (csv, tsv, txt, xpt, sav, dta, FILE.sqlite:TABLE)")
      ->required();
  app.add_option("--roi", command->roi, "regions (JSON, as written to OUT/roi.json) instead of those that are found");
  app.add_option("--marks", command->marks,
                 "six points of each vertebra of a lateral image (JSON, as written to OUT/marks.json) instead of those "
                 "that are found");
  app.add_option("--age", command->age_years, "age in years, instead of the header's")->check(CLI::Range(0.0, 130.0));
  app.add_option("--sex", command->sex, "F or M, instead of the header's")->check(CLI::IsMember({"F", "M"}));
  add_dxa_options(app, "--", command->scoring);
  app.add_option("--key-file", command->key_file, "key of subjects' pseudonyms; default: made in the output folder");
  app.add_flag("--keep-ids", command->keep_ids, "write patient ids themselves as subjects");
  app.add_option("-o,--output", command->output,
                 "folder for dxa.json, and roi.json and qc/dxa.png of an image, or dxa.csv of results");
  return [command](const Context& context) { return run_dxa(*command, context); };
}

} // namespace osteocalc::app
