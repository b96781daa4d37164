// SPDX-License-Identifier: Apache-2.0
// DCMTK has no JPEG 2000, so OpenJPEG decodes it from memory.
#include "osteocalc/io/jpeg2000.h"

#include "osteocalc/core/error.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <openjpeg.h>

namespace osteocalc::io {
namespace {

/// A read position in memory, in the form OpenJPEG asks for.
struct Source {
  std::span<const std::uint8_t> bytes;
  std::size_t at = 0;
};

OPJ_SIZE_T read_bytes(void* buffer, OPJ_SIZE_T count, void* user) {
  Source& source = *static_cast<Source*>(user);
  const std::size_t taken = std::min<std::size_t>(count, source.bytes.size() - source.at);
  if (taken == 0)
    return static_cast<OPJ_SIZE_T>(-1);
  std::memcpy(buffer, source.bytes.data() + source.at, taken);
  source.at += taken;
  return taken;
}

OPJ_BOOL seek_to(OPJ_OFF_T offset, void* user) {
  Source& source = *static_cast<Source*>(user);
  if (offset < 0 || static_cast<std::size_t>(offset) > source.bytes.size())
    return OPJ_FALSE;
  source.at = static_cast<std::size_t>(offset);
  return OPJ_TRUE;
}

OPJ_OFF_T skip_bytes(OPJ_OFF_T count, void* user) {
  const auto at = static_cast<OPJ_OFF_T>(static_cast<Source*>(user)->at);
  return seek_to(at + count, user) ? count : -1;
}

constexpr std::uint64_t most_tiles = 1024; // OpenJPEG sets up all of them at once

/// Compares the SIZ segment, the first of every code stream, with the size that is wanted.
void require_size(std::span<const std::uint8_t> encoded, int columns, int rows) {
  constexpr std::array<std::uint8_t, 4> start{0xFF, 0x4F, 0xFF, 0x51};
  constexpr std::size_t siz_bytes = 42;
  const auto found = std::search(encoded.begin(), encoded.end(), start.begin(), start.end());
  if (encoded.end() - found < static_cast<std::ptrdiff_t>(siz_bytes))
    throw DicomError("has no JPEG 2000 code stream");
  const auto value = [&](std::ptrdiff_t at) {
    return std::uint64_t{found[at]} << 24U | std::uint64_t{found[at + 1]} << 16U | std::uint64_t{found[at + 2]} << 8U |
           found[at + 3];
  };
  const std::uint64_t right = value(8), bottom = value(12), left = value(16), top = value(20);
  const std::uint64_t tile_width = value(24), tile_height = value(28);
  const int components = found[40] << 8U | found[41];
  if (left + static_cast<std::uint64_t>(columns) != right || top + static_cast<std::uint64_t>(rows) != bottom ||
      components != 1)
    throw DicomError("has pixels that do not match its size");
  if (tile_width == 0 || tile_height == 0 || (right / tile_width + 1) * (bottom / tile_height + 1) > most_tiles)
    throw DicomError("has pixels in too many tiles");
}

} // namespace

std::vector<std::uint16_t> decode_jpeg2000(std::span<const std::uint8_t> encoded, int columns, int rows) {
  require_size(encoded, columns, rows);
  const bool in_jp2_box = encoded.size() > 8 && std::memcmp(encoded.data() + 4, "jP  ", 4) == 0;
  Source source{encoded};
  const std::unique_ptr<opj_stream_t, decltype(&opj_stream_destroy)> stream(opj_stream_default_create(OPJ_TRUE),
                                                                            &opj_stream_destroy);
  opj_stream_set_user_data(stream.get(), &source, nullptr);
  opj_stream_set_user_data_length(stream.get(), encoded.size());
  opj_stream_set_read_function(stream.get(), &read_bytes);
  opj_stream_set_skip_function(stream.get(), &skip_bytes);
  opj_stream_set_seek_function(stream.get(), &seek_to);
  const std::unique_ptr<opj_codec_t, decltype(&opj_destroy_codec)> codec(
      opj_create_decompress(in_jp2_box ? OPJ_CODEC_JP2 : OPJ_CODEC_J2K), &opj_destroy_codec);
  opj_dparameters_t parameters;
  opj_set_default_decoder_parameters(&parameters);
  opj_image_t* decoded = nullptr;
  const bool ok = opj_setup_decoder(codec.get(), &parameters) && opj_read_header(stream.get(), codec.get(), &decoded) &&
                  opj_decode(codec.get(), stream.get(), decoded) && opj_end_decompress(codec.get(), stream.get());
  const std::unique_ptr<opj_image_t, decltype(&opj_image_destroy)> image(decoded, &opj_image_destroy);
  if (!ok || image->numcomps != 1 || image->comps[0].prec > 16 || image->comps[0].data == nullptr)
    throw DicomError("cannot be decoded from JPEG 2000");
  const opj_image_comp_t& grey = image->comps[0];
  if (grey.w != static_cast<OPJ_UINT32>(columns) || grey.h != static_cast<OPJ_UINT32>(rows))
    throw DicomError("has pixels that do not match its size");
  std::vector<std::uint16_t> pixels(std::size_t{grey.w} * grey.h);
  std::transform(grey.data, grey.data + pixels.size(), pixels.begin(),
                 [](OPJ_INT32 value) { return static_cast<std::uint16_t>(value); });
  return pixels;
}

} // namespace osteocalc::io
