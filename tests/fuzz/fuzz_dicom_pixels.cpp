// SPDX-License-Identifier: Apache-2.0
#include "input_file.h"

#include "osteocalc/core/error.h"
#include "osteocalc/io/dicom_file.h"

using namespace osteocalc;

namespace {

/// As the scan reader does, which asks the memory budget before it allocates.
void read_frame(io::DicomHeader header) {
  constexpr int largest = 1024;
  if (header.pixels.rows < 1 || header.pixels.columns < 1 || header.pixels.rows > largest ||
      header.pixels.columns > largest || header.pixels.encoding == io::PixelEncoding::None)
    return;
  header.slope = header.slope.value_or(1);
  header.intercept = header.intercept.value_or(-1024);
  VolumeGeometry grid;
  grid.size = {header.pixels.columns, header.pixels.rows, 1};
  Volume<std::int16_t> hu(grid);
  io::read_slice_hu(header, hu.slice(0), io::InputHash::Skip);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  const fuzz::InputFile input(bytes, count);
  try {
    const auto headers = io::read_dicom_headers(input.path());
    constexpr std::size_t enough_frames = 3;
    for (std::size_t i = 0; i < std::min(headers.size(), enough_frames); ++i)
      read_frame(headers[i]);
  } catch (const Error&) { // the answer to bad input
  }
  return 0;
}
