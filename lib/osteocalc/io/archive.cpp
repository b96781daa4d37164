// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/archive.h"

#include "osteocalc/core/error.h"
#include "osteocalc/io/nifti.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string_view>

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>

namespace osteocalc::io {
namespace {

using namespace std::string_view_literals;

struct ArchiveCloser {
  void operator()(archive* opened) const { archive_read_free(opened); }
};
using Archive = std::unique_ptr<archive, ArchiveCloser>;
using Wanted = std::function<bool(const std::filesystem::path&)>;

std::filesystem::path numbered(std::uintmax_t entry) {
  return "entry_" + std::to_string(entry);
}

Archive open_archive(const std::filesystem::path& file, Unpacked& unpacked) {
  Archive opened(archive_read_new());
  archive_read_support_format_zip(opened.get());
  archive_read_support_format_tar(opened.get());
  archive_read_support_filter_gzip(opened.get());
  archive_read_support_filter_bzip2(opened.get());
  archive_read_support_filter_xz(opened.get());
  constexpr std::size_t block_bytes = 1U << 18U;
  if (archive_read_open_filename(opened.get(), file.c_str(), block_bytes) == ARCHIVE_OK)
    return opened;
  unpacked.problem = "it cannot be opened";
  return nullptr;
}

/// libarchive turns names in UTF-8 into the thread's encoding, and loses those it cannot turn.
class Utf8Names {
 public:
  Utf8Names() : utf8_(newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)), before_(utf8_ ? uselocale(utf8_) : nullptr) {}
  ~Utf8Names() {
    if (utf8_ != nullptr) {
      uselocale(before_);
      freelocale(utf8_);
    }
  }
  Utf8Names(const Utf8Names&) = delete;
  Utf8Names& operator=(const Utf8Names&) = delete;

 private:
  locale_t utf8_, before_;
};

/// Where an entry goes, empty when it would leave the folder. Backslashes are separators in some exports.
std::filesystem::path relative_path(std::string name) {
  std::replace(name.begin(), name.end(), '\\', '/');
  const std::filesystem::path path(name);
  return path.has_root_path() || std::ranges::count(path, "..") > 0 ? std::filesystem::path() : path;
}

/// Opens the file that an entry goes to: a numbered one where its own name is too long or taken. \return its path
std::filesystem::path open_target(const std::filesystem::path& folder, const std::filesystem::path& name,
                                  Unpacked& unpacked, std::ofstream& out) {
  std::error_code ignored;
  std::filesystem::path target = folder / name;
  std::filesystem::create_directories(target.parent_path(), ignored);
  if (!std::filesystem::exists(target, ignored))
    out.open(target, std::ios::binary);
  if (!out.is_open()) {
    ++unpacked.renamed;
    target = folder / numbered(unpacked.entries);
    out.open(target, std::ios::binary);
  }
  return target;
}

/// Copies one entry's content, block by block. \return false when it is damaged; beyond a limit `unpacked.problem` is
/// set
bool copy_content(archive* opened, std::uintmax_t packed_bytes, const ArchiveLimits& limits, Unpacked& unpacked,
                  std::ofstream& out) {
  constexpr std::uintmax_t free_bytes = std::uintmax_t{64} << 20U;
  const void* block = nullptr;
  std::size_t size = 0;
  la_int64_t offset = 0;
  for (int status = 0; (status = archive_read_data_block(opened, &block, &size, &offset)) != ARCHIVE_EOF;) {
    if (status != ARCHIVE_OK) // a warning is a check sum that does not fit
      return false;
    if ((unpacked.bytes += size) > limits.bytes)
      unpacked.problem = "it holds more bytes than the limit";
    else if (unpacked.bytes > free_bytes &&
             static_cast<double>(unpacked.bytes) > limits.ratio * static_cast<double>(packed_bytes))
      unpacked.problem =
          "it unpacks to more than " + std::to_string(static_cast<int>(limits.ratio)) + " times its size";
    else
      out.write(static_cast<const char*>(block), static_cast<std::streamsize>(size));
    if (!out || !unpacked.problem.empty())
      break;
  }
  out.close();
  if (!out)
    unpacked.problem = "the temporary folder is full";
  return true;
}

/// Writes one entry below the folder, or says in `unpacked` why not.
void write_entry(archive* opened, const std::filesystem::path& name, std::uintmax_t packed_bytes,
                 const std::filesystem::path& folder, const ArchiveLimits& limits, Unpacked& unpacked) {
  std::ofstream out;
  const std::filesystem::path target = open_target(folder, name, unpacked, out);
  const bool whole = copy_content(opened, packed_bytes, limits, unpacked, out);
  if (!whole)
    unpacked.damaged.push_back(name.string());
  std::error_code ignored;
  if (!whole || !unpacked.problem.empty())
    std::filesystem::remove(target, ignored); // half a slice is no slice
}

/// Does what is to be done with one entry of the archive.
void unpack_entry(archive* opened, archive_entry* entry, std::uintmax_t packed_bytes,
                  const std::filesystem::path& folder, const ArchiveLimits& limits, const Wanted& wanted,
                  Unpacked& unpacked) {
  if (archive_entry_filetype(entry) == AE_IFDIR)
    return;
  const char* const text = archive_entry_pathname(entry);
  const std::filesystem::path name = text == nullptr ? numbered(unpacked.entries + 1) : relative_path(text);
  if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) != nullptr || name.empty())
    unpacked.left_out.push_back(name.string());
  else if (wanted && !wanted(name))
    return;
  else if (++unpacked.entries > limits.entries)
    unpacked.problem = "it holds more files than the limit";
  else if (archive_entry_is_data_encrypted(entry) != 0)
    ++unpacked.encrypted;
  else {
    unpacked.renamed += text == nullptr ? 1 : 0;
    write_entry(opened, name, packed_bytes, folder, limits, unpacked);
  }
}

} // namespace

bool is_archive(const std::filesystem::path& file) {
  if (is_nifti_name(file))
    return false;
  std::array<char, 512> bytes{};
  std::ifstream in(file, std::ios::binary);
  in.read(bytes.data(), bytes.size());
  const std::string_view head(bytes.data(), static_cast<std::size_t>(in.gcount()));
  if (head.size() > 132 && head.substr(128, 4) == "DICM")
    return false;
  for (const std::string_view magic : {"PK\x03\x04"sv, "\x1f\x8b\x08"sv, "BZh"sv, "\xfd\x37zXZ\0"sv})
    if (head.starts_with(magic))
      return true;
  return head.size() > 262 && head.substr(257, 5) == "ustar";
}

Unpacked unpack(const std::filesystem::path& file, const std::filesystem::path& folder, const ArchiveLimits& limits,
                const Wanted& wanted) {
  Unpacked unpacked;
  const Archive opened = open_archive(file, unpacked);
  std::error_code no_size;
  const std::uintmax_t packed_bytes = std::filesystem::file_size(file, no_size);
  const Utf8Names utf8_names;
  while (opened && unpacked.problem.empty()) {
    archive_entry* entry = nullptr;
    const int status = archive_read_next_header(opened.get(), &entry);
    if (status == ARCHIVE_EOF)
      break;
    if (status == ARCHIVE_OK || status == ARCHIVE_WARN)
      unpack_entry(opened.get(), entry, packed_bytes, folder, limits, wanted, unpacked);
    else if (status == ARCHIVE_FATAL || ++unpacked.entries > limits.entries)
      unpacked.problem = "it is damaged, cut off, encrypted or no zip or tar";
    else
      unpacked.damaged.push_back("an entry without a header");
  }
  return unpacked;
}

} // namespace osteocalc::io
