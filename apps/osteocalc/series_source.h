// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/image/ct_image.h"
#include "osteocalc/io/read_options.h"
#include "osteocalc/study/fitness.h"

#include <filesystem>
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

/// A scan for `analyze`, and what its protocol refuses of it.
struct StudyScan {
  CtImage image;
  bool fit_for_calcium = true, fit_for_bone = true;
};

/// The scan at a path that is best for calcium or, where none is fit for it, for bone; both are measured in it unless
/// the protocol refuses one, which is an Issue. \throw as read_scan()
[[nodiscard]] StudyScan read_study_scan(const std::filesystem::path& path, const SeriesSource& source,
                                        const io::ReadOptions& options);

} // namespace osteocalc::app
