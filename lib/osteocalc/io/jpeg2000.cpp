// SPDX-License-Identifier: Apache-2.0
// DCMTK has no JPEG 2000, so OpenJPEG decodes it from memory.
#include "osteocalc/io/jpeg2000.h"

#include "osteocalc/core/error.h"

#include <algorithm>
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

[[noreturn]] void fail() {
  throw DicomError("a JPEG 2000 image cannot be decoded (its slice has no pixels) check the file for damage");
}

} // namespace

std::vector<std::uint16_t> decode_jpeg2000(std::span<const std::uint8_t> encoded) {
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
    fail();
  const opj_image_comp_t& grey = image->comps[0];
  std::vector<std::uint16_t> pixels(std::size_t{grey.w} * grey.h);
  std::transform(grey.data, grey.data + pixels.size(), pixels.begin(),
                 [](OPJ_INT32 value) { return static_cast<std::uint16_t>(value); });
  return pixels;
}

} // namespace osteocalc::io
