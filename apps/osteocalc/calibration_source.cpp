// SPDX-License-Identifier: Apache-2.0
#include "calibration_source.h"

#include "osteocalc/calibration/store.h"
#include "osteocalc/calibration/tissue_samples.h"
#include "osteocalc/segmentation/body.h"

#include <CLI/CLI.hpp>
#include <algorithm>

namespace osteocalc::app {
namespace {

constexpr std::string_view store_prefix = "store:";

calibration::Calibration internal(const CtImage& image, const LabelMap& labels, Parallel parallel) {
  const segmentation::Body body = segmentation::find_body(image.hu, parallel);
  Volume<std::uint8_t> trunk(body.space.geometry());
  std::ranges::transform(body.space.voxels(), trunk.voxels().begin(), [](segmentation::Space space) {
    return static_cast<std::uint8_t>(space == segmentation::Space::Tissue);
  });
  const calibration::SampledTissues tissues = calibration::sample_tissues(image.hu, labels.voxels, trunk, parallel);
  calibration::InternalOptions options;
  options.kvp_kv = image.acquisition.kvp_kv;
  calibration::Calibration result = calibrate_internally(tissues.samples, options).calibration;
  result.scanner = scanner_key(image);
  return result;
}

} // namespace

void add_calibration_options(CLI::App& app, CalibrationSource& source) {
  app.add_option("--calibration", source.text,
                 "raw, internal, store:FILE (phantom scans of this scanner), published:NAME (buenger-2021, "
                 "buenger-2022-contrast) or a calibration.json");
  app.add_option("--scan-date", source.date, "YYYY-MM-DD, for a store, where the header states none");
}

void check_calibration(const CalibrationSource& source) {
  if (source.text.starts_with(store_prefix))
    (void)calibration::read_store(source.text.substr(store_prefix.size()));
  else if (source.text != "internal")
    (void)calibration::calibration_from(source.text);
}

calibration::ScannerKey scanner_key(const CtImage& image) {
  const CtAcquisition& a = image.acquisition;
  const VolumeGeometry& g = image.hu.geometry();
  return {a.manufacturer,
          a.model,
          a.scanner_serial,
          a.kernel,
          a.filter,
          a.kvp_kv,
          a.field_of_view_mm ? a.field_of_view_mm : g.size[0] * g.spacing_mm[0],
          a.table_height_mm};
}

calibration::Calibration calibration_for(const CalibrationSource& source, const CtImage& image, const LabelMap& labels,
                                         Parallel parallel) {
  if (source.text == "internal")
    return internal(image, labels, parallel);
  if (source.text.starts_with(store_prefix))
    return calibration::asynchronous_calibration(calibration::read_store(source.text.substr(store_prefix.size())),
                                                 scanner_key(image),
                                                 source.date.empty() ? image.acquisition.scan_date : source.date);
  return calibration::calibration_from(source.text);
}

} // namespace osteocalc::app
