// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>

namespace osteocalc {

/// A broken promise between two parts of this program: a bug of ours, never the user's input.
struct ContractViolation : std::logic_error {
  using std::logic_error::logic_error;
};

[[noreturn]] inline void contract_failed(const char* kind, const char* condition, const char* file, int line) {
  throw ContractViolation(std::string(kind) + " (" + condition + ") does not hold at " + file + ":" +
                          std::to_string(line));
}

} // namespace osteocalc

// Checked in debug builds (the presets dev and asan, hence in CI); they cost nothing in release.
#ifdef NDEBUG
#define OSTEOCALC_EXPECT(condition) static_cast<void>(0)
#define OSTEOCALC_ENSURE(condition) static_cast<void>(0)
#else
#define OSTEOCALC_EXPECT(condition)                                                                                    \
  ((condition) ? static_cast<void>(0) : ::osteocalc::contract_failed("precondition", #condition, __FILE__, __LINE__))
#define OSTEOCALC_ENSURE(condition)                                                                                    \
  ((condition) ? static_cast<void>(0) : ::osteocalc::contract_failed("postcondition", #condition, __FILE__, __LINE__))
#endif
