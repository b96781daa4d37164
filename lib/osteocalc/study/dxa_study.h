// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/io/series_inventory.h"
#include "osteocalc/study/dxa_measures.h"
#include "osteocalc/study/study_result.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace osteocalc::study {

/// What of a study's files comes from a densitometer.
struct DxaFiles {
  std::vector<std::vector<std::filesystem::path>> images; ///< one file each, or low and high energy of one exam
  std::vector<std::filesystem::path> reports;             ///< structured reports

  [[nodiscard]] bool empty() const noexcept { return images.empty() && reports.empty(); }
};

/// Images that name a DXA exam or carry density or attenuation, and structured reports. Two files of single energies
/// of one exam are one image.
[[nodiscard]] DxaFiles find_dxa_files(const io::Inventory& inventory);

struct DxaStudyOptions {
  DxaOptions each;                            ///< of every image; regions stand in `regions`
  std::map<DxaExam, dxa::RegionFile> regions; ///< instead of those that are found
  bool beside_ct = false; ///< reports without densities are then no finding: scanners add one of the dose
  std::string patient_id; ///< of the scan beside it: images of another person are refused; "" = any
};

/// An image with what was measured in it, for pictures.
struct DxaScan {
  DxaImage image;
  DxaMeasured measured;
};

/// All exams of one person in one study.
struct DxaStudy {
  std::vector<DxaPart> parts; ///< one an exam: a measured image before the scanner's results before a mere picture
  std::vector<DxaScan> scans; ///< of the parts that were measured in an image
  /// Which files each part came from; none for a scanner's results.
  std::vector<std::vector<std::filesystem::path>> files;
  Issues issues;          ///< of all parts, each with the exam's name, and of what could not be read
  std::string patient_id; ///< for use in memory only; "" = not told
  std::optional<double> age_years;
  std::optional<Sex> sex;
  std::string reference; ///< that the scores were made with
  std::string inputs_sha256;
};

/// What a scanner's own results say of one person, checked and scored.
struct DxaPerson {
  std::string patient_id; ///< for use in memory only; "" = not told
  std::optional<double> age_years;
  std::optional<Sex> sex;
  std::vector<DxaPart> parts; ///< with their own issues
  Issues issues;              ///< of all parts and of the report
};
[[nodiscard]] DxaPerson score_report(const DxaReport& report, const DxaOptions& options);

/// Measures every exam. What cannot be read or is refused is an Issue; the rest goes on. Of several images of one exam
/// the one in g/cm2 counts before a decomposed one before a picture; among equals the first by name of file.
[[nodiscard]] DxaStudy measure_dxa_study(const DxaFiles& files, const DxaStudyOptions& options);

} // namespace osteocalc::study
