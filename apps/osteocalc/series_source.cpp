// SPDX-License-Identifier: Apache-2.0
#include "series_source.h"

#include "osteocalc/core/error.h"
#include "osteocalc/io/ct_reader.h"
#include "osteocalc/io/dicom_ct.h"
#include "osteocalc/io/nifti.h"

#include <CLI/CLI.hpp>
#include <algorithm>

namespace osteocalc::app {

void add_series_options(CLI::App& app, SeriesSource& source) {
  app.add_option("--series", source.series, "end of the UID of the series to use, where there are several");
  app.add_option("--protocol", source.protocol,
                 "TOML of what a series must be and which is preferred, over the one that ships");
}

study::Protocol protocol_of(const SeriesSource& source) {
  return source.protocol.empty() ? study::default_protocol() : study::read_protocol(source.protocol);
}

namespace {

CtImage read_chosen(const io::Inventory& inventory, const study::Choice& choice, const io::ReadOptions& options) {
  CtImage image = io::read_series(inventory.series[choice.series], options);
  Issues issues = inventory.issues;
  append(issues, choice.issues);
  append(issues, image.issues);
  image.issues = std::move(issues);
  return image;
}

/// For calcium if any series is fit for it, else for bone.
study::Choice choose_for_study(const io::Inventory& inventory, const study::Protocol& protocol,
                               const std::string& wanted) {
  try {
    return study::choose_series(inventory, study::Use::Calcium, protocol, wanted);
  } catch (const Refusal& refusal) {
    try {
      return study::choose_series(inventory, study::Use::Bone, protocol, wanted);
    } catch (const Refusal&) {
      throw refusal;
    }
  }
}

bool is_fit(const io::Series& series, study::Use use, const study::Protocol& protocol, Issues& issues) {
  const study::Fitness fitness = study::judge(series, use, protocol);
  if (fitness.verdict != study::Verdict::Refuse)
    return true;
  for (const std::string& reason : fitness.reasons)
    issues.push_back(refused("STUDY-PROTOCOL", std::string(to_string(use)),
                             reason + " (the protocol refuses it) pass another scan or another protocol"));
  return false;
}

bool is_nifti_file(const std::filesystem::path& path) {
  return io::is_nifti_name(path) && !std::filesystem::is_directory(path);
}

} // namespace

CtImage read_scan(const std::filesystem::path& path, study::Use use, const SeriesSource& source,
                  const io::ReadOptions& options) {
  const study::Protocol protocol = protocol_of(source);
  if (is_nifti_file(path))
    return io::read_ct(path, options);
  const io::FileTree tree = io::find_files(std::vector{path}, options.parallel);
  const io::Inventory inventory = io::take_inventory(tree, options.parallel);
  return read_chosen(inventory, study::choose_series(inventory, use, protocol, source.series), options);
}

StudyScan read_study_scan(std::span<const std::filesystem::path> paths, const SeriesSource& source,
                          const io::ReadOptions& options) {
  const study::Protocol protocol = protocol_of(source);
  if (paths.size() == 1 && is_nifti_file(paths.front()))
    return {.image = io::read_ct(paths.front(), options), .dxa = {}, .tree = {}, .issues = {}};
  StudyScan scan;
  scan.tree = io::find_files(paths, options.parallel);
  const io::Inventory inventory = io::take_inventory(scan.tree, options.parallel);
  scan.dxa = study::find_dxa_files(inventory);
  const bool has_ct =
      std::ranges::any_of(inventory.series, [](const io::Series& series) { return series.first().modality == "CT"; });
  if (!has_ct && !scan.dxa.empty()) {
    scan.issues = inventory.issues;
    return scan;
  }
  try {
    const study::Choice choice = choose_for_study(inventory, protocol, source.series);
    scan.image = read_chosen(inventory, choice, options);
    const io::Series& series = inventory.series[choice.series];
    scan.fit_for_calcium = is_fit(series, study::Use::Calcium, protocol, scan.image->issues);
    scan.fit_for_bone = is_fit(series, study::Use::Bone, protocol, scan.image->issues);
  } catch (const Refusal& refusal) {
    if (scan.dxa.empty())
      throw;
    scan.issues = inventory.issues;
    append(scan.issues, refusal.issues());
  }
  return scan;
}

} // namespace osteocalc::app
