// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/batch/durable_files.h"

#include "osteocalc/core/error.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/file.h>
#include <thread>
#include <unistd.h>

namespace osteocalc::batch {
namespace {

[[noreturn]] void fail(const std::string& what, const std::filesystem::path& path) {
  throw IoError("cannot " + what + " " + path.string() + ": " + std::strerror(errno) +
                " (results would be lost) see to space and permissions, then run the same command again");
}

class Descriptor {
 public:
  Descriptor(const std::filesystem::path& path, int flags) : value_(::open(path.c_str(), flags | O_CLOEXEC, 0666)) {
    if (value_ < 0)
      fail("open", path);
  }
  ~Descriptor() { ::close(value_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int value() const { return value_; }

 private:
  int value_;
};

void sync(const std::filesystem::path& path) {
  const Descriptor descriptor(path, O_RDONLY);
  if (::fsync(descriptor.value()) != 0)
    fail("keep", path);
}

/// All files below at once: one wait for the disk instead of one a file.
void sync_file_system(const std::filesystem::path& folder) {
  const Descriptor descriptor(folder, O_RDONLY);
  if (::syncfs(descriptor.value()) != 0)
    fail("keep", folder);
}

void write_all(const std::filesystem::path& file, std::string_view text) {
  const Descriptor descriptor(file, O_WRONLY | O_CREAT | O_TRUNC);
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor.value(), text.data(), text.size());
    if (written < 0 && errno != EINTR)
      fail("write", file);
    text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
  }
  if (::fsync(descriptor.value()) != 0)
    fail("keep", file);
}

/// A file system without locks refuses nobody: there the user's own care is all there is.
bool lock(int descriptor, int kind) {
  return ::flock(descriptor, kind | LOCK_NB) == 0 || errno != EWOULDBLOCK;
}

/// The first to come notes the division in the file, for which it is alone with it for a moment.
bool share(int descriptor, const std::string& division) {
  constexpr int tries = 50;
  for (int i = 0; i < tries; ++i) {
    if (lock(descriptor, LOCK_EX) &&
        (::ftruncate(descriptor, 0) != 0 || ::pwrite(descriptor, division.data(), division.size(), 0) < 0))
      return false;
    if (lock(descriptor, LOCK_SH)) {
      std::string noted(division.size() + 1, '\0');
      const ssize_t length = ::pread(descriptor, noted.data(), noted.size(), 0);
      return length >= 0 && noted.substr(0, static_cast<std::size_t>(length)) == division;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return false;
}

} // namespace

void write_durably(const std::filesystem::path& file, std::string_view text) {
  std::filesystem::path unfinished = file;
  unfinished += ".unfinished";
  write_all(unfinished, text);
  publish(unfinished, file);
}

void publish(const std::filesystem::path& unfinished, const std::filesystem::path& final) {
  if (std::filesystem::is_directory(unfinished))
    sync_file_system(unfinished);
  else
    sync(unfinished);
  // A folder that is not empty cannot be renamed over. Killed between the two renames, the study has no folder and is
  // not noted as done: it is made again.
  std::filesystem::path before;
  if (std::filesystem::is_directory(final)) {
    before = final.parent_path() / ("." + final.filename().string() + ".before");
    std::filesystem::remove_all(before);
    std::filesystem::rename(final, before);
  }
  if (std::rename(unfinished.c_str(), final.c_str()) != 0)
    fail("rename to", final);
  sync(final.parent_path());
  if (!before.empty())
    std::filesystem::remove_all(before);
}

void check_space(const std::filesystem::path& folder) {
  const std::filesystem::path probe = folder / "space.probe";
  try {
    write_all(probe, std::string(1U << 20U, 'x'));
  } catch (const IoError&) {
    ::unlink(probe.c_str());
    throw;
  }
  ::unlink(probe.c_str());
}

OutputLock::OutputLock(const std::filesystem::path& folder, const std::string& division)
    : descriptor_(::open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)) {
  if (descriptor_ < 0)
    fail("lock", folder);
  if (!(division.empty() ? lock(descriptor_, LOCK_EX) : share(descriptor_, division))) {
    ::close(descriptor_);
    throw IoError("another batch is at work in " + folder.string() +
                  " (two would overwrite each other) wait for it, or choose another output");
  }
}

OutputLock::~OutputLock() {
  ::close(descriptor_);
}

} // namespace osteocalc::batch
