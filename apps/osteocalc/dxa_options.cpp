// SPDX-License-Identifier: Apache-2.0
#include "dxa_options.h"

#include "osteocalc/core/error.h"
#include "osteocalc/dxa/calibration_file.h"

#include <CLI/CLI.hpp>
#include <array>
#include <fstream>
#include <sstream>

namespace osteocalc::app {
namespace {

DxaExam exam_named(const std::string& name) {
  for (const DxaExam exam : {DxaExam::Spine, DxaExam::LateralSpine, DxaExam::FemurLeft, DxaExam::FemurRight,
                             DxaExam::KneeLeft, DxaExam::KneeRight, DxaExam::WholeBody})
    if (name == to_string(exam))
      return exam;
  throw ConfigError("there is no DXA exam named '" + name +
                    "' (regions are of one exam); write e.g. --dxa-roi spine=FILE or femur_left=FILE");
}

} // namespace

std::string option_file_text(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf()))
    throw IoError(file + " cannot be read (it was named as an option) check the path");
  return text.str();
}

void add_dxa_options(CLI::App& app, const std::string& prefix, DxaArguments& arguments) {
  app.add_option(prefix + "reference", arguments.reference, "population of the DXA's T and Z, by name");
  app.add_option(prefix + "calibration", arguments.calibration,
                 "of dual-energy images: mass attenuation or step wedge (JSON), not the file's own");
  app.add_option(prefix + "manufacturer", arguments.manufacturer, "of the densitometer, instead of the header's");
  app.add_option(prefix + "race", arguments.race, "where a reference is by race");
  app.add_option(prefix + "postmenopausal", arguments.postmenopausal, "true or false; default: from 50 years on");
}

study::DxaOptions dxa_options_of(const DxaArguments& arguments) {
  static_cast<void>(reference::dxa_reference_source(arguments.reference)); // an unknown name is told before reading
  study::DxaOptions options;
  options.reference = arguments.reference;
  if (!arguments.manufacturer.empty())
    options.manufacturer = arguments.manufacturer;
  if (!arguments.calibration.empty())
    options.calibration = parsed_option_file(arguments.calibration, dxa::parse_calibration);
  options.race = arguments.race;
  options.postmenopausal = arguments.postmenopausal;
  return options;
}

void read_image_files(const DxaImageArguments& arguments, study::DxaStudyOptions& options) {
  for (const std::string& word : arguments.regions) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos)
      throw ConfigError("--dxa-roi " + word + " does not say which exam it is of; write EXAM=FILE, e.g. spine=" + word);
    options.regions[exam_named(word.substr(0, equals))] =
        parsed_option_file(word.substr(equals + 1), dxa::parse_regions);
  }
  if (!arguments.marks.empty())
    options.each.marks = parsed_option_file(arguments.marks, dxa::parse_marks);
}

} // namespace osteocalc::app
