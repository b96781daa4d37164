// SPDX-License-Identifier: Apache-2.0
#include "command.h"
#include "dxa_run.h"

#include "osteocalc/core/error.h"
#include "osteocalc/dxa/calibration_file.h"
#include "osteocalc/io/dxa_image.h"
#include "osteocalc/report/dxa_json.h"
#include "osteocalc/report/dxa_picture.h"
#include "osteocalc/report/text_file.h"
#include "osteocalc/study/dxa_measures.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fstream>
#include <memory>
#include <sstream>

namespace osteocalc::app {
namespace {

struct DxaArguments {
  std::vector<std::string> images;
  std::string roi, marks, calibration, reference{reference::default_dxa_reference}, manufacturer, sex, race, output;
  std::optional<double> age_years;
  std::optional<bool> postmenopausal;
};

std::string file_text(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf()))
    throw IoError(file + " cannot be read (it was named as an option) check the path");
  return text.str();
}

study::DxaOptions options_of(const DxaArguments& arguments, const Context& context) {
  static_cast<void>(reference::dxa_reference_source(arguments.reference)); // an unknown name is told before reading
  study::DxaOptions options;
  options.reference = arguments.reference;
  if (!arguments.manufacturer.empty())
    options.manufacturer = arguments.manufacturer;
  if (!arguments.calibration.empty())
    options.calibration = dxa::parse_calibration(file_text(arguments.calibration));
  if (!arguments.roi.empty())
    options.regions = dxa::parse_regions(file_text(arguments.roi));
  if (!arguments.marks.empty())
    options.marks = dxa::parse_marks(file_text(arguments.marks));
  options.age_years = arguments.age_years;
  options.sex = sex_from_string(arguments.sex);
  options.race = arguments.race;
  options.postmenopausal = arguments.postmenopausal;
  options.parallel = context.parallel;
  return options;
}

void print_table(const dxa::DxaResult& result) {
  if (!result.sites.empty())
    fmt::print("{:<16} {:>8} {:>8} {:>8} {:>6} {:>6}  {}\n", "site", "BMC g", "cm2", "g/cm2", "T", "Z", "");
  const auto shown = [](const std::optional<double>& value) { return value ? fmt::format("{:+.1f}", *value) : "-"; };
  for (const dxa::ScoredSite& site : result.sites)
    fmt::print("{:<16} {:>8.2f} {:>8.2f} {:>8.3f} {:>6} {:>6}  {}\n", site.density.site, site.density.bmc_g,
               site.density.area_cm2, site.density.abmd_g_cm2(), shown(site.scores.t_score), shown(site.scores.z_score),
               site.excluded ? "left out: " + *site.excluded : site.scores.category.value_or(""));
  if (!result.aac)
    return;
  for (const dxa::WallCalcium& wall : result.aac->walls)
    fmt::print("{} {:<10} {:>5.1f} of {:>5.1f} mm  {}\n", to_string(wall.level), to_string(wall.wall),
               wall.calcified_mm, wall.segment_mm, dxa::wall_grade(wall.share()));
  if (result.aac->aac24)
    fmt::print("AAC-24 {}, AAC-8 {}, {} ({})\n", *result.aac->aac24, *result.aac->aac8, result.aac->severity[0].level,
               result.aac->severity[0].scheme);
}

int run_dxa(const DxaArguments& arguments, const Context& context) {
  const study::DxaOptions options = options_of(arguments, context);
  const DxaImage image =
      io::read_dxa_image(std::vector<std::filesystem::path>(arguments.images.begin(), arguments.images.end()));
  const study::DxaMeasured measured = study::measure_dxa(image, options);
  const dxa::DxaResult& result = measured.result;
  if (!arguments.output.empty()) {
    const std::filesystem::path output(arguments.output);
    report::write_text_file(output / "dxa.json", report::dxa_result_json(result, image.exam));
    report::write_text_file(output / "roi.json", dxa::regions_json(result.regions));
    write_dxa_run(output, arguments.images, options, arguments.calibration, arguments.marks);
    const Volume<float>* seen = measured.bone_g_cm2    ? &*measured.bone_g_cm2
                                : image.frames.empty() ? nullptr
                                                       : &image.frames.front();
    if (seen != nullptr)
      report::write_dxa_picture(*seen, result, options.marks ? options.marks->marks : std::vector<dxa::SixPointMark>{},
                                image.exam, output / "qc" / "dxa.png");
  }
  if (context.json)
    fmt::print("{}", report::dxa_result_json(result, image.exam));
  else {
    print_table(result);
    print_issues(result.issues);
  }
  const bool scored = result.aac && result.aac->aac24;
  return result.sites.empty() && !scored ? Refused : Done;
}

} // namespace

std::function<int(const Context&)> declare_dxa(CLI::App& app) {
  auto arguments = std::make_shared<DxaArguments>();
  app.add_option("image", arguments->images, "one DXA image (DICOM), or its low and its high energy file")
      ->required()
      ->expected(1, 2);
  app.add_option("--roi", arguments->roi, "regions (JSON, as written to OUT/roi.json) instead of those that are found");
  app.add_option("--reference", arguments->reference, "population of T and Z, by name");
  app.add_option("--marks", arguments->marks, "six points of each vertebra of a lateral image (JSON)");
  app.add_option("--calibration", arguments->calibration, "mass attenuation or step wedge (JSON), not the file's own");
  app.add_option("--manufacturer", arguments->manufacturer, "of the scanner, instead of the header's");
  app.add_option("--age", arguments->age_years, "age in years, instead of the header's")->check(CLI::Range(0.0, 130.0));
  app.add_option("--sex", arguments->sex, "F or M, instead of the header's")->check(CLI::IsMember({"F", "M"}));
  app.add_option("--race", arguments->race, "where a reference is by race");
  app.add_option("--postmenopausal", arguments->postmenopausal, "true or false; default: from 50 years on");
  app.add_option("-o,--output", arguments->output, "folder for dxa.json, roi.json and qc/dxa.png");
  return [arguments](const Context& context) { return run_dxa(*arguments, context); };
}

} // namespace osteocalc::app
