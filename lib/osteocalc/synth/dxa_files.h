// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/synth/dxa.h"

#include <filesystem>
#include <string>

namespace osteocalc::synth {

/// The step wedge of a beam as the file `dxa --calibration` reads, schema "osteocalc.dxa_calibration/1".
[[nodiscard]] std::string calibration_json(const DxaBeam& beam);

/// The answers of a simulated DXA image, schema "osteocalc.dxa_truth/1".
[[nodiscard]] std::string truth_json(const DxaTruth& truth);

/// Writes EXAM.dcm (both energies, with the calibration inside), EXAM_truth.json, EXAM_bmd.dcm (the mineral itself, in
/// g/cm2) and, of a lateral view, EXAM_marks.json; EXAM is spine, lateral_spine, femur_left or femur_right.
/// \throw IoError
void write_dxa_study(const SyntheticDxa& dxa, const std::filesystem::path& folder, const std::string& manufacturer);

} // namespace osteocalc::synth
