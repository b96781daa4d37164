// SPDX-License-Identifier: Apache-2.0
// For .cpp files of this module only
#pragma once

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dcistrmb.h>

#include <cstdint>
#include <filesystem>
#include <span>

class DcmFileFormat;

namespace osteocalc::io {

/// Bytes in memory for DCMTK's parser, which trusts what it reads: it calls itself for every nested sequence until the
/// stack ends, inflates without bound, and sorts badly ordered elements in quadratic time. The stream ends instead.
class GuardedStream : public DcmInputBufferStream {
 public:
  GuardedStream(std::span<const char> bytes, bool is_whole_file);
  [[nodiscard]] bool tripped() const { return tripped_; }

  OFBool good() const override;
  OFCondition status() const override;
  OFBool eos() override;
  offile_off_t avail() override;
  offile_off_t read(void* buffer, offile_off_t length) override;

 private:
  [[nodiscard]] bool too_much(offile_off_t length);
  bool tripped_ = false;
  std::intptr_t stack_top_;
  double end_s_;
  unsigned reads_ = 0;
};

/// Parses a whole file, with all its values in memory. \return false when it cannot be read, is no DICOM, or is too
/// deep or too long (128 MB)
[[nodiscard]] bool load_guarded(const std::filesystem::path& file, DcmFileFormat& format);

} // namespace osteocalc::io
