// SPDX-License-Identifier: Apache-2.0
#include "calibration_source.h"

#include "osteocalc/calibration/internal.h"
#include "osteocalc/calibration/store.h"
#include "osteocalc/core/error.h"
#include "osteocalc/io/technical_text.h"
#include "osteocalc/segmentation/body.h"

#include <CLI/CLI.hpp>
#include <algorithm>

namespace osteocalc::app {
namespace {

constexpr std::string_view internal_name = "internal", phantom_prefix = "phantom:", store_prefix = "store:";

std::optional<double> kvp_of(const CalibrationSource& source, const CtImage& image) {
  return source.kvp_kv ? source.kvp_kv : image.acquisition.kvp_kv;
}

calibration::ScannerKey key_of(const CalibrationSource& source, const CtImage& image) {
  calibration::ScannerKey key = scanner_key(image);
  key.kvp_kv = kvp_of(source, image);
  return key;
}

/// "internal" or "internal:METHOD".
calibration::InternalMethod method_of(std::string_view text) {
  if (text == internal_name)
    return calibration::InternalOptions{}.method;
  const auto method = calibration::internal_method_from_string(text.substr(internal_name.size() + 1));
  if (!method)
    throw ConfigError("--calibration " + std::string(text) +
                      " names no internal method (each gives other densities) known: theory, michalski2020");
  return *method;
}

bool is_internal(const CalibrationSource& source) {
  return source.text == internal_name || source.text.starts_with(std::string(internal_name) + ":");
}

std::vector<calibration::PhantomModel> candidates(const CalibrationSource& source) {
  const std::string name = source.text.substr(phantom_prefix.size());
  if (name == "auto")
    return calibration::recognisable_phantoms();
  return {calibration::phantom_named(name)};
}

ScanCalibration phantom(const CalibrationSource& source, const CtImage& image, Parallel parallel) {
  calibration::IdentifyOptions options;
  options.rods.parallel = parallel;
  options.kvp_kv = kvp_of(source, image);
  ScanCalibration made;
  made.evidence.phantom = calibration::find_phantom(image.hu, candidates(source), options);
  made.calibration = made.evidence.phantom->calibration;
  made.calibration.scanner = key_of(source, image);
  made.calibration.date = image.acquisition.scan_date;
  return made;
}

ScanCalibration internal(const CalibrationSource& source, const CtImage& image, const LabelMap& labels,
                         Parallel parallel) {
  const segmentation::Body body = segmentation::find_body(image.hu, parallel);
  Volume<std::uint8_t> trunk(body.space.geometry());
  std::ranges::transform(body.space.voxels(), trunk.voxels().begin(), [](segmentation::Space space) {
    return static_cast<std::uint8_t>(space == segmentation::Space::Tissue);
  });
  ScanCalibration made;
  made.evidence.tissues = calibration::sample_tissues(image.hu, labels.voxels, trunk, parallel);
  calibration::InternalOptions options;
  options.method = method_of(source.text);
  options.kvp_kv = kvp_of(source, image);
  made.calibration = calibrate_internally(made.evidence.tissues->samples, options).calibration;
  made.calibration.scanner = key_of(source, image);
  return made;
}

} // namespace

void add_calibration_options(CLI::App& app, CalibrationSource& source) {
  app.add_option(
      "--calibration", source.text,
      "raw, internal (or internal:theory, internal:michalski2020), phantom:auto or phantom:NAME (rods in this "
      "scan), store:FILE (phantom scans of this scanner), published:NAME (buenger-2021, "
      "buenger-2022-contrast) or a calibration.json");
  app.add_option("--scan-date", source.date, "YYYY-MM-DD, for a store, where the header states none");
}

void check_calibration(const CalibrationSource& source) {
  if (is_internal(source))
    (void)method_of(source.text);
  else if (source.text.starts_with(phantom_prefix))
    (void)candidates(source);
  else if (source.text.starts_with(store_prefix))
    (void)calibration::read_store(source.text.substr(store_prefix.size()));
  else
    (void)calibration::calibration_from(source.text);
}

calibration::ScannerKey scanner_key(const CtImage& image) {
  const CtAcquisition& a = image.acquisition;
  const VolumeGeometry& g = image.hu.geometry();
  // A calibration file leaves the house: texts of a maker that is not known may be anything.
  const bool known = io::shown_maker(a.manufacturer) == a.manufacturer;
  return {io::shown_maker(a.manufacturer),
          known ? a.model : io::device_code(a.model),
          io::device_code(a.scanner_serial),
          a.kernel,
          known ? a.filter : io::device_code(a.filter),
          a.kvp_kv,
          a.field_of_view_mm ? a.field_of_view_mm : g.size[0] * g.spacing_mm[0],
          a.table_height_mm};
}

ScanCalibration calibration_for(const CalibrationSource& source, const CtImage& image, const LabelMap& labels,
                                Parallel parallel) {
  if (is_internal(source))
    return internal(source, image, labels, parallel);
  if (source.text.starts_with(phantom_prefix))
    return phantom(source, image, parallel);
  if (!source.text.starts_with(store_prefix))
    return {calibration::calibration_from(source.text), {}};
  return {calibration::asynchronous_calibration(calibration::read_store(source.text.substr(store_prefix.size())),
                                                key_of(source, image),
                                                source.date.empty() ? image.acquisition.scan_date : source.date),
          {}};
}

} // namespace osteocalc::app
