// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <vector>

namespace osteocalc::test {

/// The NIfTI-1 header, written field by field from the format's definition and not through any library.
struct RawNifti {
  std::vector<std::int16_t> dimensions{3, 4, 3, 2};
  std::int16_t datatype = 4, bits = 16; // int16
  std::int16_t sform_code = 1;
  bool swapped = false; ///< header and int16 voxels in the other byte order
  float slope = 0, intercept = 0;
  std::array<std::array<float, 4>, 3> srow{{{2, 0, 0, 10}, {0, 3, 0, 20}, {0, 0, 5, 30}}}; // index to RAS mm
  std::array<float, 3> spacing{2, 3, 5};
  std::string extension; ///< text of a header extension, padded to 16 bytes

  void write(const std::filesystem::path& file, std::span<const std::byte> voxels) const {
    std::array<char, 352> header{};
    const auto put = [&](std::size_t offset, auto value) {
      std::memcpy(header.data() + offset, &value, sizeof value);
      if (swapped)
        std::reverse(header.data() + offset, header.data() + offset + sizeof value);
    };
    put(0, std::int32_t{348});
    for (std::size_t i = 0; i < 8; ++i)
      put(40 + 2 * i, i < dimensions.size() ? dimensions[i] : std::int16_t{1});
    put(70, datatype);
    put(72, bits);
    put(76, 1.0F);
    for (std::size_t i = 0; i < 3; ++i)
      put(80 + 4 * i, spacing[i]);
    std::string padded = extension;
    if (!padded.empty())
      padded.resize((padded.size() + 8 + 15) / 16 * 16 - 8, '\0');
    put(108, 352.0F + (padded.empty() ? 0.0F : static_cast<float>(padded.size() + 8)));
    put(112, slope);
    put(116, intercept);
    put(123, char{2}); // mm
    put(254, sform_code);
    for (std::size_t row = 0; row < 3; ++row)
      for (std::size_t column = 0; column < 4; ++column)
        put(280 + 16 * row + 4 * column, srow[row][column]);
    std::memcpy(header.data() + 344, "n+1", 4);
    header[348] = padded.empty() ? 0 : 1;
    std::ofstream out(file, std::ios::binary);
    out.write(header.data(), header.size());
    if (!padded.empty()) {
      const std::array<std::int32_t, 2> size_and_code{static_cast<std::int32_t>(padded.size() + 8), 0};
      out.write(reinterpret_cast<const char*>(size_and_code.data()), sizeof size_and_code);
      out << padded;
    }
    out.write(reinterpret_cast<const char*>(voxels.data()), static_cast<std::streamsize>(voxels.size()));
  }
  template <class T>
  void write(const std::filesystem::path& file, const std::vector<T>& voxels) const {
    write(file, std::as_bytes(std::span(voxels)));
  }
};

} // namespace osteocalc::test
