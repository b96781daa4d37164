// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/synth/ct.h"
#include "osteocalc/synth/phantom.h"

#include <filesystem>
#include <string>

namespace osteocalc::synth {

/// The analytic answers of a simulated scan as JSON, schema "osteocalc.truth/1": person, scanner, image grid, vertebrae
/// (place, axes, heights, trabecular density, HU to expect), calcium per bed with every plaque, the aorta's line, the
/// coronary courses, the calibration rods, and the label ids with their names.
[[nodiscard]] std::string truth_json(const CtTruth& truth);

/// The same for the insert phantom: place, size, density and mass of each calcification.
[[nodiscard]] std::string truth_json(const PhantomTruth& truth);

/// Writes folder/dicom (one file a slice), labels.nii.gz, labels_parts.nii.gz and truth.json.
/// \throw IoError when a file cannot be written
void write_ct_study(const SyntheticCt& ct, const std::filesystem::path& folder, Parallel parallel);

/// Writes folder/dicom and truth.json. \throw IoError when a file cannot be written
void write_phantom_study(const SyntheticPhantom& phantom, const std::filesystem::path& folder, Parallel parallel);

} // namespace osteocalc::synth
