// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/image/ct_image.h"
#include "osteocalc/io/read_options.h"
#include "osteocalc/study/dxa_study.h"
#include "osteocalc/study/fitness.h"

#include <filesystem>
#include <optional>
#include <span>
#include <string>

namespace CLI {
class App;
}

namespace osteocalc::app {

/// How a series is chosen where a path holds several.
struct SeriesSource {
  std::string protocol; ///< a file; empty: the one that ships
  std::string series;   ///< the end of a series UID
};
void add_series_options(CLI::App& app, SeriesSource& source);

/// \throw ConfigError, IoError
[[nodiscard]] study::Protocol protocol_of(const SeriesSource& source);

/// The scan at a path that is best for a use: a NIfTI as it is, of DICOM the series the protocol prefers. Which was
/// chosen, why not the others, and what the protocol flags stands in its issues.
/// \throw Refusal when no series is fit; as io::read_series()
[[nodiscard]] CtImage read_scan(const std::filesystem::path& path, study::Use use, const SeriesSource& source,
                                const io::ReadOptions& options);

/// What `analyze` finds of a study.
struct StudyScan {
  std::optional<CtImage> image;                     ///< absent: the study holds DXA alone
  bool fit_for_calcium = true, fit_for_bone = true; ///< what the protocol does not refuse
  study::DxaFiles dxa;
  io::FileTree tree; ///< keeps unpacked archives until the DXA's files are read
  Issues issues;     ///< without an image: why no series is fit, where there are CT series
};

/// The scan at some paths that is best for calcium or, where none is fit for it, for bone; both are measured in it
/// unless the protocol refuses one, which is an Issue. DXA stands beside it; only where there is none must a scan be
/// fit. \throw as read_scan()
[[nodiscard]] StudyScan read_study_scan(std::span<const std::filesystem::path> paths, const SeriesSource& source,
                                        const io::ReadOptions& options);

} // namespace osteocalc::app
