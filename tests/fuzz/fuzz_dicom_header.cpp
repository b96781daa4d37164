// SPDX-License-Identifier: Apache-2.0
#include "input_file.h"

#include "osteocalc/core/error.h"
#include "osteocalc/io/dicom_file.h"
#include "osteocalc/io/dicomdir.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  const osteocalc::fuzz::InputFile input(bytes, count);
  try {
    static_cast<void>(osteocalc::io::read_dicom_headers(input.path()));
    static_cast<void>(osteocalc::io::read_dicomdir(input.path()));
  } catch (const osteocalc::Error&) { // the answer to bad input
  }
  return 0;
}
