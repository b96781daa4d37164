// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/parallel.h"
#include "osteocalc/core/structure_names.h"
#include "osteocalc/image/ct_image.h"
#include "osteocalc/image/label_map.h"

#include <filesystem>
#include <string>

namespace CLI {
class App;
}

namespace osteocalc::app {

/// Where labels come from when they are not found by this program.
struct LabelSource {
  std::filesystem::path labels; ///< a label map or a folder of masks
  std::string scheme = "auto";  ///< auto, v1, v2
  std::string with;             ///< a segmenter's command, instead of `labels`
  double with_timeout_s = 3600;

  [[nodiscard]] bool given() const noexcept { return !labels.empty() || !with.empty(); }
};

void add_scheme_option(CLI::App& app, LabelSource& source);
void add_with_options(CLI::App& app, LabelSource& source);

/// \throw ConfigError when the options contradict each other or --with lacks a placeholder
void check_source(const LabelSource& source);

/// A label map with the parts beside it, or a folder of masks, in our numbers on the image's grid.
[[nodiscard]] LabelSet read_label_set(const std::filesystem::path& labels, LabelScheme scheme,
                                      const VolumeGeometry& image, Parallel parallel, Issues& issues);

/// The labels of a source, checked against the image. \param log where an external segmenter's words go
/// \throw Refusal when they contradict the image, Error when the segmenter fails. \pre source.given()
[[nodiscard]] LabelSet labels_from(const LabelSource& source, const CtImage& image, const std::filesystem::path& log,
                                   Parallel parallel, Issues& issues);

/// One map for measuring: the parts drawn over the wholes.
[[nodiscard]] LabelMap merged(LabelSet labels);

} // namespace osteocalc::app
