// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/archive.h"

#include "osteocalc/core/error.h"
#include "osteocalc/io/nifti.h"

#include <array>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string_view>

#include <archive.h>
#include <archive_entry.h>

namespace osteocalc::io {
namespace {

using namespace std::string_view_literals;

struct ArchiveCloser {
  void operator()(archive* opened) const { archive_read_free(opened); }
};
using Archive = std::unique_ptr<archive, ArchiveCloser>;

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

/// Where an entry goes, empty when it would leave the folder. Backslashes are separators in some exports.
std::filesystem::path relative_path(const char* name) {
  std::string text = name == nullptr ? "" : name;
  for (char& c : text)
    if (c == '\\')
      c = '/';
  const std::filesystem::path path(text);
  for (const auto& part : path)
    if (part == "..")
      return {};
  return path.has_root_path() ? std::filesystem::path() : path;
}

/// Copies one entry's content, block by block. \return false when `unpacked.problem` was set
bool write_entry(archive* opened, std::uintmax_t packed_bytes, const std::filesystem::path& target,
                 const ArchiveLimits& limits, Unpacked& unpacked) {
  constexpr std::uintmax_t free_bytes = std::uintmax_t{64} << 20U;
  std::error_code ignored;
  std::filesystem::create_directories(target.parent_path(), ignored);
  std::ofstream out(target, std::ios::binary);
  const void* block = nullptr;
  std::size_t size = 0;
  la_int64_t offset = 0;
  for (int status = 0; (status = archive_read_data_block(opened, &block, &size, &offset)) != ARCHIVE_EOF;) {
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN)
      unpacked.problem = "it is damaged or cut off";
    else if ((unpacked.bytes += size) > limits.bytes)
      unpacked.problem = "it holds more bytes than the limit";
    else if (unpacked.bytes > free_bytes &&
             static_cast<double>(unpacked.bytes) > limits.ratio * static_cast<double>(packed_bytes))
      unpacked.problem =
          "it unpacks to more than " + std::to_string(static_cast<int>(limits.ratio)) + " times its size";
    else if (!out.write(static_cast<const char*>(block), static_cast<std::streamsize>(size)))
      unpacked.problem = "the temporary folder is full or the entry's name is too long";
    if (!unpacked.problem.empty()) {
      out.close();
      std::filesystem::remove(target, ignored); // half a slice is no slice
      return false;
    }
  }
  return true;
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
                const std::function<bool(const std::filesystem::path&)>& wanted) {
  Unpacked unpacked;
  const Archive opened = open_archive(file, unpacked);
  std::error_code no_size;
  const std::uintmax_t packed_bytes = std::filesystem::file_size(file, no_size);
  while (opened && unpacked.problem.empty()) {
    archive_entry* entry = nullptr;
    const int status = archive_read_next_header(opened.get(), &entry);
    if (status == ARCHIVE_EOF)
      break;
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
      unpacked.problem = "it is damaged, cut off, encrypted or no zip or tar";
      break;
    }
    const char* const name = archive_entry_pathname(entry);
    const std::filesystem::path target = relative_path(name);
    if (archive_entry_filetype(entry) == AE_IFDIR || (wanted && !wanted(target)))
      continue;
    if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) != nullptr || target.empty()) {
      unpacked.left_out.emplace_back(name == nullptr ? "" : name);
      continue;
    }
    if (++unpacked.entries > limits.entries)
      unpacked.problem = "it holds more files than the limit";
    else if (!write_entry(opened.get(), packed_bytes, folder / target, limits, unpacked))
      break;
  }
  return unpacked;
}

} // namespace osteocalc::io
