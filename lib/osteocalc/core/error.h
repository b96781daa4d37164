// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/issue.h"

#include <stdexcept>
#include <string>
#include <utility>

namespace osteocalc {

/// Root of all errors the library throws for bad input or environment.
/// A message reads "what is wrong (why it matters) what to do".
struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A file cannot be read or written.
struct IoError : Error {
  using Error::Error;
};
/// A file is not what it claims to be, or lacks what is needed from it.
struct DicomError : Error {
  using Error::Error;
};
/// Sizes, spacings, orientations that contradict each other.
struct GeometryError : Error {
  using Error::Error;
};
/// A calibration that cannot be fitted or does not apply.
struct CalibrationError : Error {
  using Error::Error;
};
/// A table, plan or options file with wrong columns, types or values.
struct TableError : Error {
  using Error::Error;
};
/// Options that contradict each other or are out of range.
struct ConfigError : Error {
  using Error::Error;
};

/// The data are readable but unfit for what was asked; every reason is an Issue of level Refused.
class Refusal : public Error {
 public:
  explicit Refusal(Issue reason) : Error(reason.text), issues_{std::move(reason)} {}
  explicit Refusal(Issues reasons) : Error(summary(reasons)), issues_(std::move(reasons)) {}
  [[nodiscard]] const Issues& issues() const noexcept { return issues_; }

 private:
  static std::string summary(const Issues& reasons);
  Issues issues_;
};

} // namespace osteocalc
