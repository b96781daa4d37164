// SPDX-License-Identifier: Apache-2.0
#include "calibration_source.h"
#include "command.h"
#include "series_source.h"

#include "osteocalc/calibration/calibration_file.h"
#include "osteocalc/calibration/identify.h"
#include "osteocalc/calibration/store.h"
#include "osteocalc/core/error.h"
#include "osteocalc/report/qc_calibration.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <memory>

namespace osteocalc::app {
namespace {

struct CalibrateArguments {
  std::string image, phantom = "auto", certificate, output, store, date, picture;
  SeriesSource series;
};

std::vector<calibration::PhantomModel> candidates(const CalibrateArguments& arguments) {
  if (!arguments.certificate.empty()) // a phantom's own certificate goes before the built-in densities
    return {calibration::read_certificate(arguments.certificate)};
  if (arguments.phantom == "auto")
    return calibration::recognisable_phantoms();
  return {calibration::phantom_named(arguments.phantom)};
}

void print_fit(const calibration::FoundPhantom& found) {
  const calibration::Calibration& c = found.calibration;
  fmt::print("{} ({}){}, {} rods, {:.1f} mm apart\n{}\n", c.name, to_string(*c.material),
             found.reversed ? ", first rod on the patient's left" : "", c.rods.size(), found.row.pitch_mm,
             found.phantom.source);
  fmt::print("{:>10} {:>8} {:>10} {:>10}\n", "HU", "SE", "mg/cm3", "residual");
  for (const calibration::CalibrationRod& rod : c.rods)
    fmt::print("{:>10.2f} {:>8.2f} {:>10.2f} {:>10.2f}\n", rod.hu, rod.hu_se, rod.density_mg_cm3, rod.residual_mg_cm3);
  fmt::print("BMD = {:.5f} HU {:+.3f} mg/cm3, r2 {:.6f}, residual SE {:.2f} mg/cm3\n", *c.slope, *c.intercept, *c.r2,
             *c.se_mg_cm3);
}

int run_calibrate(const CalibrateArguments& arguments, const Context& context) {
  const CtImage image = read_scan(arguments.image, study::Use::Calibration, arguments.series, reading_options(context));
  calibration::IdentifyOptions options;
  options.rods.parallel = context.parallel;
  options.kvp_kv = image.acquisition.kvp_kv;
  calibration::FoundPhantom found = calibration::find_phantom(image.hu, candidates(arguments), options);
  found.calibration.scanner = scanner_key(image);
  found.calibration.date = arguments.date.empty() ? image.acquisition.scan_date : arguments.date;
  if (!arguments.output.empty())
    calibration::write_calibration(found.calibration, arguments.output);
  if (!arguments.picture.empty())
    report::draw_rods(image, found).write_png(arguments.picture);
  if (!arguments.store.empty()) {
    calibration::CalibrationStore store = calibration::read_store(arguments.store);
    calibration::add_fit(store, found.calibration);
    calibration::write_store(store, arguments.store);
  }
  if (context.json)
    fmt::print("{}", calibration::calibration_json(found.calibration));
  else
    print_fit(found);
  Issues issues = image.issues;
  append(issues, found.calibration.issues);
  print_issues(issues);
  return Done;
}

} // namespace

std::function<int(const Context&)> declare_calibrate(CLI::App& app) {
  auto arguments = std::make_shared<CalibrateArguments>();
  app.add_option("image", arguments->image, "a folder of DICOM, one DICOM file or a NIfTI")->required();
  add_series_options(app, arguments->series);
  app.add_option("--phantom", arguments->phantom, "a phantom's name, or auto to recognise it");
  app.add_option("--certificate", arguments->certificate,
                 "the phantom's own densities (JSON), instead of built-in ones");
  app.add_option("-o,--output", arguments->output, "calibration.json to write");
  app.add_option("--store", arguments->store, "store of phantom scans (JSON) to add this one to");
  app.add_option("--scan-date", arguments->date, "YYYY-MM-DD, where the header states none");
  app.add_option("--picture", arguments->picture, "PNG of the slice with the rods as measured");
  return [arguments](const Context& context) { return run_calibrate(*arguments, context); };
}

} // namespace osteocalc::app
