// SPDX-License-Identifier: Apache-2.0
#include "input_file.h"

#include "osteocalc/core/error.h"
#include "osteocalc/io/nifti.h"

using namespace osteocalc;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  const fuzz::InputFile input(bytes, count);
  io::ReadOptions options;
  options.memory_bytes = 16U << 20U;
  try {
    static_cast<void>(io::read_nifti_ct(input.path(), options));
  } catch (const Error&) { // the answer to bad input
  }
  try {
    static_cast<void>(io::read_labels(input.path(), options));
  } catch (const Error&) {
  }
  return 0;
}
