// SPDX-License-Identifier: Apache-2.0
#include "label_source.h"

#include "external_segmenter.h"

#include "osteocalc/core/error.h"
#include "osteocalc/image/label_alignment.h"
#include "osteocalc/io/label_folder.h"
#include "osteocalc/io/nifti.h"
#include "osteocalc/segmentation/label_doubts.h"
#include "osteocalc/segmentation/label_import.h"

#include <CLI/CLI.hpp>
#include <algorithm>

namespace osteocalc::app {

void add_scheme_option(CLI::App& app, LabelSource& source) {
  app.add_option("--label-scheme", source.scheme,
                 "numbers of a label map: v1 or v2 (TotalSegmentator's); auto: by its names, else by its spine")
      ->check(CLI::IsMember({"auto", "v1", "v2"}));
}

void add_with_options(CLI::App& app, LabelSource& source) {
  app.add_option("--with", source.with,
                 "another segmenter's command; {image} is a NIfTI to read, {output} a label map or folder to write");
  app.add_option("--with-timeout-s", source.with_timeout_s, "after which that program is stopped")
      ->check(CLI::PositiveNumber);
}

void check_source(const LabelSource& source) {
  if (!source.labels.empty() && !source.with.empty())
    throw ConfigError("--labels and --with contradict each other; give one of them");
  if (!source.with.empty())
    check_command(source.with);
}

LabelSet read_label_set(const std::filesystem::path& labels, LabelScheme scheme, const VolumeGeometry& image,
                        Parallel parallel, Issues& issues) {
  if (std::filesystem::is_directory(labels))
    return io::read_label_folder(labels, image, parallel, issues);
  LabelSet set =
      segmentation::import_labels(aligned_labels(io::read_labels(labels), image, parallel, issues), scheme, issues);
  if (const std::filesystem::path parts_file = io::label_parts_file(labels); std::filesystem::exists(parts_file)) {
    issues.push_back(info("LABEL-PARTS", "labels", "the finer parts beside the label map were read too"));
    const LabelMap parts = aligned_labels(io::read_labels(parts_file), image, parallel, issues);
    draw_over(set.parts, segmentation::import_labels(parts, LabelScheme::V2, issues).parts);
  }
  return set;
}

LabelSet labels_from(const LabelSource& source, const CtImage& image, const std::filesystem::path& log,
                     Parallel parallel, Issues& issues) {
  const LabelScheme scheme = label_scheme_from(source.scheme);
  LabelSet labels = source.with.empty()
                        ? read_label_set(source.labels, scheme, image.hu.geometry(), parallel, issues)
                        : segment_with({source.with, source.with_timeout_s, log}, image, scheme, parallel, issues);
  const Issues doubts = segmentation::doubt_labels(labels, image.hu, parallel);
  if (std::ranges::any_of(doubts, [](const Issue& doubt) { return doubt.level == IssueLevel::Refused; }))
    throw Refusal(doubts);
  append(issues, doubts);
  return labels;
}

LabelMap merged(LabelSet labels) {
  draw_over(labels.wholes, labels.parts);
  return std::move(labels.wholes);
}

} // namespace osteocalc::app
