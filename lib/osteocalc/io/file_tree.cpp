// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/file_tree.h"

#include "osteocalc/core/error.h"
#include "osteocalc/io/dicomdir.h"

#include <algorithm>
#include <map>
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

/// Paths that lead into archives, as the user knows them.
class Selection {
 public:
  void add(const fs::path& path) { paths_.insert(path.lexically_normal().string()); }
  /// The path is chosen, or lies in a folder or an archive that is.
  [[nodiscard]] bool holds(const fs::path& path) const {
    for (fs::path at = path; at.has_relative_path(); at = at.parent_path())
      if (paths_.contains(at.string()))
        return true;
    return false;
  }
  /// Something within the path is chosen.
  [[nodiscard]] bool leads_into(const fs::path& path) const {
    const std::string begin = path.string() + "/";
    const auto next = paths_.lower_bound(begin);
    return next != paths_.end() && next->starts_with(begin);
  }

 private:
  std::set<std::string> paths_;
};

/// The archive that a path leads into, empty when there is none.
fs::path archive_around(const fs::path& path) {
  std::error_code none;
  for (fs::path at = path.lexically_normal().parent_path(); at.has_relative_path(); at = at.parent_path())
    if (fs::is_regular_file(at, none))
      return is_archive(at) ? at : fs::path();
  return {};
}

Issues what_is_lacking(const Unpacked& unpacked, const std::string& shown) {
  Issues issues;
  const auto note = [&](bool applies, const char* rule, const std::string& text) {
    if (applies)
      issues.push_back(warning(rule, shown, text));
  };
  note(!unpacked.problem.empty(), "IO-ARCHIVE",
       "the archive was unpacked in part or not at all: " + unpacked.problem +
           " (slices may be missing) unpack it by hand, or copy it again");
  note(!unpacked.damaged.empty(), "IO-ARCHIVE",
       "damaged files in the archive: " + std::to_string(unpacked.damaged.size()) +
           (unpacked.damaged.empty() ? "" : ", first " + unpacked.damaged.front()) +
           " (they are left out, so slices may be missing) copy the archive again");
  note(unpacked.encrypted > 0, "IO-ARCHIVE",
       "encrypted files in the archive: " + std::to_string(unpacked.encrypted) +
           " (they cannot be read without the password) unpack it by hand");
  note(!unpacked.left_out.empty(), "IO-ARCHIVE-ENTRY",
       "entries that are links or devices or lead out of the archive: " + std::to_string(unpacked.left_out.size()) +
           " (they are not unpacked) nothing to do if the scan is complete");
  note(unpacked.renamed > 0, "IO-ARCHIVE-ENTRY",
       "files in the archive whose names are no text, too long or taken: " + std::to_string(unpacked.renamed) +
           " (they are read as entry_NUMBER) nothing to do");
  return issues;
}

/// Unpacks one archive, or what is chosen of it, lists it and lowers what is left of the limits.
FileTree open_archive(const fs::path& archive, const std::string& shown, ArchiveLimits& limits,
                      const Selection* chosen = nullptr) {
  FileTree inner;
  inner.archives.push_back({shown, PrivateFolder()});
  const fs::path content = inner.archives.front().content.path();
  const auto wanted = [&](const fs::path& entry) {
    return chosen == nullptr || chosen->holds(fs::path(shown) / entry) || chosen->leads_into(fs::path(shown) / entry);
  };
  const Unpacked unpacked = unpack(archive, content, limits, wanted);
  limits.bytes -= std::min(limits.bytes, unpacked.bytes);
  limits.entries -= std::min(limits.entries, unpacked.entries);
  append(inner.issues, what_is_lacking(unpacked, shown));
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

/// What is chosen inside one archive. \throw IoError when it holds nothing of that
FileTree open_inside(const fs::path& archive, const Selection& chosen, Parallel parallel, ArchiveLimits& limits) {
  FileTree inner = open_archive(archive, archive.string(), limits, &chosen);
  open_archives(inner, parallel, limits, 2);
  std::erase_if(inner.files, [&](const fs::path& file) { return !chosen.holds(inner.shown(file)); });
  if (inner.files.empty())
    throw IoError("there is none of the files that were named inside " + archive.string() +
                  " (nothing to read) check the paths");
  return inner;
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

bool is_there(const fs::path& path) {
  std::error_code none;
  if (fs::exists(path, none))
    return true;
  fs::path there = path.parent_path();
  while (!fs::exists(there, none) && there.has_relative_path())
    there = there.parent_path();
  return fs::is_regular_file(there, none);
}

FileTree find_files(std::span<const fs::path> paths, Parallel parallel, const ArchiveLimits& limits) {
  FileTree tree;
  Walker walker(tree);
  std::map<fs::path, Selection> inside;
  for (const fs::path& path : paths) {
    if (std::error_code none; fs::exists(path, none))
      walker.walk(is_dicomdir_name(path) && !fs::is_directory(path, none) ? fs::absolute(path).parent_path() : path);
    else if (const fs::path archive = archive_around(path); !archive.empty())
      inside[archive].add(path);
    else
      throw IoError("there is no " + path.string() + " (nothing to read) check the path");
  }
  sort_once(tree.files);
  ArchiveLimits left = limits;
  open_archives(tree, parallel, left, 1);
  for (const auto& [archive, chosen] : inside)
    join(tree, open_inside(archive, chosen, parallel, left));
  check_directories(tree);
  return tree;
}

} // namespace osteocalc::io
