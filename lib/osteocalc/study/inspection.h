// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/io/series_inventory.h"
#include "osteocalc/study/fitness.h"
#include "osteocalc/study/study_result.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace osteocalc::study {

/// Whether and why a series is fit for a use.
struct FitnessRecord {
  bool ok = false;
  Verdict verdict = Verdict::Refuse;
  std::vector<std::string> reasons;
};

/// What is told of one series: nothing that identifies a person, beside the path the user gave.
struct SeriesRecord {
  std::string path, series, modality, kernel, transfer_syntax;
  std::optional<std::string> exam; ///< of a DXA: spine, lateral_spine, femur_left, ...
  int images = 0;                  ///< DICOM objects or frames
  int slices = 0;                  ///< places of the grid, missing ones included; 0 for what is no stack
  std::array<int, 2> size{};       ///< columns, rows
  std::optional<std::array<double, 2>> pixel_spacing_mm;
  std::optional<double> increment_mm, thickness_mm, kvp_kv, coverage_mm, tilt_deg;
  std::vector<io::StepCount> steps;
  Contrast contrast = Contrast::Unknown; ///< of the blood pool, where it was looked at
  bool contrast_hint = false;
  std::array<FitnessRecord, 3> fit; ///< by Use
  FitnessRecord dxa;
  Issues findings;

  [[nodiscard]] const FitnessRecord& fit_for(Use use) const { return fit[static_cast<std::size_t>(use)]; }
};

struct Inspection {
  std::vector<SeriesRecord> series;
  Issues issues; ///< of files, archives and folders
};

/// Which DXA exam a series is; absent when it is none.
[[nodiscard]] std::optional<std::string> dxa_exam(const io::Series& series);

/// Every series of an inventory, judged by the protocol.
[[nodiscard]] Inspection inspect(const io::Inventory& inventory, const Protocol& protocol);

} // namespace osteocalc::study
