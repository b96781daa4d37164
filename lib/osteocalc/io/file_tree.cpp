// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/file_tree.h"

#include "osteocalc/core/error.h"
#include "osteocalc/io/dicomdir.h"

#include <algorithm>
#include <set>
#include <utility>

#include <sys/stat.h>

namespace osteocalc::io {
namespace {

namespace fs = std::filesystem;

/// Walks folders and remembers which it was in, by device and number: a link back up is not followed twice.
class Walker {
 public:
  explicit Walker(FileTree& tree) : tree_(tree) {}

  void walk(const fs::path& root) {
    std::vector<fs::path> waiting{root};
    while (!waiting.empty()) {
      const fs::path at = std::move(waiting.back());
      waiting.pop_back();
      struct stat status {};
      if (::stat(at.c_str(), &status) != 0)
        note("IO-LINK", at, "leads nowhere (a slice may be missing) copy what it should lead to");
      else if (S_ISREG(status.st_mode))
        tree_.files.push_back(at);
      else if (!S_ISDIR(status.st_mode))
        note("IO-NOT-FILE", at, "is a pipe or device, which is not opened (it might never end) remove it");
      else if (!entered_.emplace(status.st_dev, status.st_ino).second)
        note("IO-LINK", at, "leads to a folder that is read already (each is read once) nothing to do");
      else
        list(at, waiting);
    }
  }

 private:
  void list(const fs::path& folder, std::vector<fs::path>& waiting) {
    std::error_code problem;
    fs::directory_iterator entry(folder, problem);
    for (; !problem && entry != fs::directory_iterator(); entry.increment(problem))
      waiting.push_back(entry->path());
    if (problem)
      note("IO-FOLDER", folder, "cannot be listed: " + problem.message() + " (files may be missed) check permissions");
  }
  void note(const char* rule, const fs::path& path, const std::string& text) {
    tree_.issues.push_back(warning(rule, tree_.shown(path), "this path " + text));
  }

  FileTree& tree_;
  std::set<std::pair<dev_t, ino_t>> entered_;
};

void sort_once(std::vector<fs::path>& files) {
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
}

/// Names that promise no archive are not opened to see.
bool may_be_archive(const fs::path& file) {
  const std::string ending = file.extension().string();
  return ending != ".dcm" && ending != ".DCM" && ending != ".IMA" && ending != ".nii";
}

/// Takes the archives out of the tree's files. \return them, in order
std::vector<fs::path> take_archives(FileTree& tree, Parallel parallel) {
  const std::vector<char> found = parallel_map(tree.files.size(), parallel, [&](std::size_t i) {
    return static_cast<char>(may_be_archive(tree.files[i]) && is_archive(tree.files[i]));
  });
  std::vector<fs::path> archives, others;
  for (std::size_t i = 0; i < found.size(); ++i)
    (found[i] != 0 ? archives : others).push_back(std::move(tree.files[i]));
  tree.files = std::move(others);
  return archives;
}

/// Unpacks one archive, lists it and lowers what is left of the limits.
FileTree open_archive(const fs::path& archive, const std::string& shown, ArchiveLimits& limits) {
  FileTree inner;
  inner.archives.push_back({shown, PrivateFolder()});
  const fs::path content = inner.archives.front().content.path();
  const Unpacked unpacked = unpack(archive, content, limits);
  limits.bytes -= std::min(limits.bytes, unpacked.bytes);
  limits.entries -= std::min(limits.entries, unpacked.entries);
  if (!unpacked.problem.empty())
    inner.issues.push_back(warning("IO-ARCHIVE", shown,
                                   "the archive was unpacked in part or not at all: " + unpacked.problem +
                                       " (slices may be missing) unpack it by hand, or copy it again"));
  if (!unpacked.left_out.empty())
    inner.issues.push_back(warning(
        "IO-ARCHIVE-ENTRY", shown,
        "entries that are links or devices or lead out of the archive: " + std::to_string(unpacked.left_out.size()) +
            " (they are not unpacked) nothing to do if the scan is complete"));
  Walker(inner).walk(content);
  sort_once(inner.files);
  return inner;
}

void join(FileTree& tree, FileTree&& inner) {
  tree.files.insert(tree.files.end(), inner.files.begin(), inner.files.end());
  append(tree.issues, inner.issues);
  for (FileTree::Source& source : inner.archives)
    tree.archives.push_back(std::move(source));
}

void open_archives(FileTree& tree, Parallel parallel, ArchiveLimits& limits, int nesting) {
  for (const fs::path& archive : take_archives(tree, parallel)) {
    const std::string shown = tree.shown(archive);
    if (nesting > limits.nesting) {
      tree.issues.push_back(warning("IO-ARCHIVE", shown,
                                    "archives lie in archives more than " + std::to_string(limits.nesting) +
                                        " deep (this one stays closed) unpack it by hand"));
      continue;
    }
    FileTree inner = open_archive(archive, shown, limits);
    open_archives(inner, parallel, limits, nesting + 1);
    join(tree, std::move(inner));
  }
}

void check_directories(FileTree& tree) {
  for (const fs::path& file : tree.files) {
    if (!is_dicomdir_name(file))
      continue;
    try {
      const DicomDir directory = read_dicomdir(file);
      if (!directory.missing.empty())
        tree.issues.push_back(warning("IO-DICOMDIR", tree.shown(file),
                                      "files it lists that are not there: " + std::to_string(directory.missing.size()) +
                                          " of " + std::to_string(directory.listed) + ", first " +
                                          directory.missing.front() +
                                          " (the copy is incomplete) copy the medium again"));
    } catch (const DicomError& error) {
      tree.issues.push_back(warning("IO-DICOMDIR", tree.shown(file), error.what()));
    }
  }
  std::erase_if(tree.files, is_dicomdir_name);
}

} // namespace

std::string FileTree::shown(const fs::path& path) const {
  const std::string text = path.string();
  for (const Source& source : archives)
    if (text.starts_with(source.content.path().string()))
      return source.archive + text.substr(source.content.path().string().size());
  return text;
}

FileTree find_files(std::span<const fs::path> paths, Parallel parallel, const ArchiveLimits& limits) {
  FileTree tree;
  Walker walker(tree);
  for (const fs::path& path : paths) {
    if (std::error_code none; !fs::exists(path, none))
      throw IoError("there is no " + path.string() + " (nothing to read) check the path");
    walker.walk(path);
  }
  sort_once(tree.files);
  ArchiveLimits left = limits;
  open_archives(tree, parallel, left, 1);
  check_directories(tree);
  return tree;
}

} // namespace osteocalc::io
