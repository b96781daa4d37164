// SPDX-License-Identifier: Apache-2.0
#include "calibration_source.h"
#include "command.h"

#include "osteocalc/calibration/calibration_file.h"
#include "osteocalc/calibration/identify.h"
#include "osteocalc/calibration/store.h"
#include "osteocalc/core/error.h"
#include "osteocalc/image/resample.h"
#include "osteocalc/io/ct_reader.h"
#include "osteocalc/report/canvas.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/format.h>
#include <memory>
#include <numbers>

namespace osteocalc::app {
namespace {

struct CalibrateArguments {
  std::string image, phantom = "auto", certificate, output, store, date, picture;
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

/// The middle slice of the rods with what was measured drawn on it.
void draw_rods(const CtImage& image, const calibration::FoundPhantom& found, const std::filesystem::path& file) {
  constexpr double low_hu = -250, high_hu = 950, inner = 0.65;
  const VolumeGeometry& g = image.hu.geometry();
  const calibration::Rod& middle = found.rods[found.rods.size() / 2];
  const Vec3 shown = point_to_index(g, middle.point_mm);
  const int z = std::clamp(static_cast<int>(std::lround(shown[2])), 0, g.size[2] - 1);
  report::Canvas canvas(g.size[0], g.size[1]);
  for (int y = 0; y < g.size[1]; ++y)
    for (int x = 0; x < g.size[0]; ++x)
      canvas.set_gray(x, y, std::clamp((image.hu(x, y, z) - low_hu) / (high_hu - low_hu), 0.0, 1.0));
  constexpr report::Rgb yellow{0.94, 0.89, 0.26};
  const Vec3 slice_mm = index_to_point(g, {0, 0, double(z)}), normal = cross(g.axes[0], g.axes[1]);
  for (std::size_t i = 0; i < found.rods.size(); ++i) {
    const calibration::Rod& rod = found.rods[i];
    const double t = dot(slice_mm - rod.point_mm, normal) / dot(rod.direction, normal);
    const Vec3 c = point_to_index(g, rod.point_mm + t * rod.direction);
    const double r = inner * rod.radius_mm / g.spacing_mm[0];
    constexpr int sides = 40;
    for (int k = 0; k < sides; ++k) {
      const double a = 2 * std::numbers::pi * k / sides, b = 2 * std::numbers::pi * (k + 1) / sides;
      canvas.line(c[0] + r * std::cos(a), c[1] + r * std::sin(a), c[0] + r * std::cos(b), c[1] + r * std::sin(b),
                  yellow, 1);
    }
    const calibration::CalibrationRod& value = found.calibration.rods[i];
    canvas.text(c[0] - 1.6 * r, c[1] - 2.0 * r, fmt::format("{:g}", value.density_mg_cm3), 11, yellow);
    canvas.text(c[0] - 1.6 * r, c[1] + 2.6 * r, fmt::format("{:.0f} HU", value.hu), 11);
  }
  canvas.write_png(file);
}

int run_calibrate(const CalibrateArguments& arguments, const Context& context) {
  io::ReadOptions reading;
  reading.parallel = context.parallel;
  const CtImage image = io::read_ct(arguments.image, reading);
  calibration::IdentifyOptions options;
  options.rods.parallel = context.parallel;
  options.kvp_kv = image.acquisition.kvp_kv;
  calibration::FoundPhantom found = calibration::find_phantom(image.hu, candidates(arguments), options);
  found.calibration.scanner = scanner_key(image);
  found.calibration.date = arguments.date.empty() ? image.acquisition.scan_date : arguments.date;
  if (!arguments.output.empty())
    calibration::write_calibration(found.calibration, arguments.output);
  if (!arguments.picture.empty())
    draw_rods(image, found, arguments.picture);
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
