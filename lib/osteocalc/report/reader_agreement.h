// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/cohort/agreement.h"
#include "osteocalc/review/review_file.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace osteocalc::report {

/// One study that two readers reviewed without knowing of each other.
struct DoubleReading {
  std::string study;
  review::ReviewFile first, second;
};

/// The studies below a batch's folder that both readers have finished, by name. \throw IoError a damaged review
[[nodiscard]] std::vector<DoubleReading> double_readings(const std::filesystem::path& batch, const std::string& first,
                                                         const std::string& second);

/// How far two readers agree on one number over the studies where both have it.
struct NumberAgreement {
  std::string number; ///< "coronary.agatston", "spine.hu" ...
  std::size_t n = 0;
  std::optional<cohort::Term> icc; ///< absent: too few studies, or no variation
  std::optional<cohort::BlandAltman> differences;
};

struct ReaderAgreement {
  std::string first, second;
  std::size_t studies = 0;
  std::vector<NumberAgreement> numbers;
  std::optional<cohort::Term> category_kappa; ///< of coronary classes 0, 1-99, 100-299, 300 and more; linear weights
  std::vector<std::string> disputed;          ///< studies whose edits are not the same: to be adjudicated
};
[[nodiscard]] ReaderAgreement reader_agreement(const std::vector<DoubleReading>& readings, const std::string& first,
                                               const std::string& second);

/// As JSON, schema osteocalc.readers/1.
[[nodiscard]] std::string reader_agreement_json(const ReaderAgreement& agreement);

} // namespace osteocalc::report
