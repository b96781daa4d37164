// SPDX-License-Identifier: Apache-2.0
#include "series_source.h"

#include "osteocalc/io/ct_reader.h"
#include "osteocalc/io/dicom_ct.h"
#include "osteocalc/io/nifti.h"

#include <CLI/CLI.hpp>

namespace osteocalc::app {

void add_series_options(CLI::App& app, SeriesSource& source) {
  app.add_option("--series", source.series, "end of the UID of the series to use, where there are several");
  app.add_option("--protocol", source.protocol,
                 "TOML of what a series must be and which is preferred, over the one that ships");
}

study::Protocol protocol_of(const SeriesSource& source) {
  return source.protocol.empty() ? study::default_protocol() : study::read_protocol(source.protocol);
}

CtImage read_scan(const std::filesystem::path& path, study::Use use, const SeriesSource& source,
                  const io::ReadOptions& options) {
  const study::Protocol protocol = protocol_of(source);
  if (io::is_nifti_name(path) && !std::filesystem::is_directory(path))
    return io::read_ct(path, options);
  const io::FileTree tree = io::find_files(std::vector{path}, options.parallel);
  const io::Inventory inventory = io::take_inventory(tree, options.parallel);
  const study::Choice choice = study::choose_series(inventory, use, protocol, source.series);
  CtImage image = io::read_series(inventory.series[choice.series], options);
  Issues issues = inventory.issues;
  append(issues, choice.issues);
  append(issues, image.issues);
  image.issues = std::move(issues);
  return image;
}

} // namespace osteocalc::app
