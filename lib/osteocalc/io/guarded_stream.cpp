// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/guarded_stream.h"

#include <dcmtk/dcmdata/dcerror.h>
#include <dcmtk/dcmdata/dcfilefo.h>

#include <ctime>
#include <fstream>
#include <vector>

namespace osteocalc::io {
namespace {

constexpr std::intptr_t most_stack_bytes = 1 << 20;       // some hundred levels; a thread has 8 MB
constexpr offile_off_t most_bytes = 128 << 20;            // of a header, inflated
constexpr double longest_s = 0.5, longest_s_per_mb = 0.5; // of this thread; headers take milliseconds

std::intptr_t stack_position() {
  return reinterpret_cast<std::intptr_t>(__builtin_frame_address(0));
}

double thread_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

} // namespace

GuardedStream::GuardedStream(std::span<const char> bytes, bool is_whole_file)
    : stack_top_(stack_position()),
      end_s_(thread_seconds() + longest_s + 1e-6 * longest_s_per_mb * static_cast<double>(bytes.size())) {
  setBuffer(bytes.data(), static_cast<offile_off_t>(bytes.size()));
  if (is_whole_file)
    setEos();
}

bool GuardedStream::too_much(offile_off_t length) {
  return stack_top_ - stack_position() > most_stack_bytes || length > most_bytes - tell() ||
         (++reads_ % 1024 == 0 && thread_seconds() > end_s_);
}

offile_off_t GuardedStream::read(void* buffer, offile_off_t length) {
  tripped_ = tripped_ || too_much(length);
  return tripped_ ? 0 : DcmInputBufferStream::read(buffer, length);
}

OFBool GuardedStream::good() const {
  return !tripped_ && DcmInputBufferStream::good();
}
OFCondition GuardedStream::status() const {
  return tripped_ ? EC_InvalidStream : DcmInputBufferStream::status();
}
OFBool GuardedStream::eos() {
  return tripped_ || DcmInputBufferStream::eos();
}
offile_off_t GuardedStream::avail() {
  return tripped_ ? 0 : DcmInputBufferStream::avail();
}

bool load_guarded(const std::filesystem::path& file, DcmFileFormat& format) {
  std::error_code unknown_size;
  const std::uintmax_t count = std::filesystem::file_size(file, unknown_size);
  if (unknown_size || count > static_cast<std::uintmax_t>(most_bytes))
    return false;
  std::vector<char> bytes(static_cast<std::size_t>(count));
  std::ifstream in(file, std::ios::binary);
  if (!in.read(bytes.data(), static_cast<std::streamsize>(bytes.size())))
    return false;
  GuardedStream stream(bytes, true);
  format.transferInit();
  const bool read = format.read(stream).good() && !stream.tripped();
  format.transferEnd();
  return read;
}

} // namespace osteocalc::io
