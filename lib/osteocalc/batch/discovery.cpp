// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/batch/discovery.h"

#include "osteocalc/batch/nifti_pairs.h"
#include "osteocalc/core/error.h"
#include "osteocalc/core/hashing.h"
#include "osteocalc/io/dicom_file.h"
#include "osteocalc/io/file_tree.h"

#include <algorithm>
#include <map>
#include <set>
#include <sys/stat.h>

namespace osteocalc::batch {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t files_at_a_time = 512;

/// What a rule of strays says, after the number of files.
const std::map<std::string, std::string>& stray_texts() {
  static const std::map<std::string, std::string> texts{
      {"BATCH-UNREADABLE-FILE", "files cannot be opened (a study may lack slices) see to their permissions"},
      {"BATCH-UNREADABLE-FOLDER", "folders cannot be listed (studies may be missed) see to their permissions"},
      {"BATCH-NOT-AN-IMAGE", "files are neither DICOM nor NIfTI (there is nothing to measure) nothing to do"},
      {"BATCH-NOT-A-FILE", "entries are no files: sockets, pipes, broken links (they are not opened) nothing to do"},
      {"BATCH-LABELS-ALONE", "label maps have no image beside them (labels alone are not measured) add the image"}};
  return texts;
}

class Walk {
 public:
  Walk(const DiscoveryOptions& options, State& state, const std::function<void(const std::string&)>& ripe,
       const std::function<bool()>& stop)
      : options_(options), state_(state), ripe_(ripe), stop_(stop) {}

  void run() {
    walk(options_.root, "");
    flush();
    for (const auto& [shard, studies] : others_)
      note_other(shard, studies);
  }

 private:
  void walk(const fs::path& folder, const std::string& below_root) {
    if (!first_visit(folder))
      return;
    std::error_code error;
    std::vector<fs::directory_entry> entries;
    for (fs::directory_iterator i(folder, error), end; !error && i != end; i.increment(error))
      entries.push_back(*i);
    if (error) {
      if (below_root.empty())
        throw IoError("cannot list " + folder.string() + ": " + error.message() +
                      " (there would be nothing to analyse) check the path and its permissions");
      add_stray(below_root, "BATCH-UNREADABLE-FOLDER");
      return;
    }
    std::ranges::sort(entries);
    std::vector<fs::path> folders, files;
    for (const fs::directory_entry& entry : entries)
      (entry.is_directory(error) ? folders : files).push_back(entry.path());
    const NiftiPairs pairs(folder, files);
    for (const fs::path& file : files) {
      if (stop_())
        return;
      add(file, below_root + file.filename().string(), pairs);
    }
    leave_folder();
    for (const fs::path& inner : folders)
      walk(inner, below_root + inner.filename().string() + "/");
  }

  bool first_visit(const fs::path& folder) {
    struct stat status {};
    const bool known = ::stat(folder.c_str(), &status) == 0;
    std::error_code error;
    const bool excluded = !options_.excluded.empty() && fs::equivalent(folder, options_.excluded, error);
    return !excluded && (!known || visited_.insert({status.st_dev, status.st_ino}).second);
  }

  void add(const fs::path& path, const std::string& below_root, const NiftiPairs& pairs) {
    InputFile file;
    file.path = below_root;
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) {
      add_stray(below_root, "BATCH-NOT-A-FILE");
      return;
    }
    file.bytes = static_cast<std::uint64_t>(status.st_size);
    file.modified_ns = std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
    if (const auto image = pairs.image_of(path)) {
      file.role = *image == path ? FileRole::Image : FileRole::Labels;
      // By names alone: a link is a study of its own, not the one it leads to.
      const fs::path image_below_root = image->lexically_relative(path.parent_path());
      file.study = pseudonym(
          "nifti:" + (fs::path(below_root).parent_path() / image_below_root).lexically_normal().generic_string(),
          options_.key);
      file.voxel_bytes = file.role == FileRole::Image ? nifti_voxel_bytes(file) : 0;
      keep(std::move(file));
    } else if (NiftiPairs::is_labels(path)) {
      add_stray(below_root, "BATCH-LABELS-ALONE", file);
    } else if (auto known = state_.seen_before(file); known && known->rule != "BATCH-UNREADABLE-FILE") {
      keep(std::move(*known));
    } else if (std::vector<InputFile> inside = seen_inside(file); !inside.empty()) {
      for (InputFile& entry : inside)
        keep(std::move(entry));
    } else {
      unread_.push_back(std::move(file));
      if (unread_.size() >= files_at_a_time)
        read_headers();
    }
  }

  /// A shard's books hold only its own part of an archive: it is opened anew to count the others'.
  [[nodiscard]] std::vector<InputFile> seen_inside(const InputFile& archive) {
    return options_.shard.whole() ? state_.seen_inside(archive) : std::vector<InputFile>{};
  }

  /// Compressed scans shrink to about a third.
  static std::uint64_t nifti_voxel_bytes(const InputFile& file) {
    return file.path.ends_with(".gz") ? 3 * file.bytes : file.bytes;
  }

  void read_headers() {
    auto read = parallel_map(unread_.size(), options_.parallel, [&](std::size_t i) {
      InputFile file = unread_[i];
      try {
        const fs::path path = options_.root / file.path;
        const auto headers = io::read_dicom_headers(path);
        if (headers.empty() && io::is_archive(path))
          if (std::vector<InputFile> inside = files_inside(path, file); !inside.empty())
            return inside;
        enter(headers, file);
        if (file.study.empty())
          file.rule = "BATCH-NOT-AN-IMAGE";
      } catch (const IoError&) {
        file.rule = "BATCH-UNREADABLE-FILE";
      }
      return std::vector{file};
    });
    unread_.clear();
    for (std::vector<InputFile>& files : read)
      for (InputFile& file : files) {
        if (!file.rule.empty())
          file.study = stray_key(file.path, file.rule);
        keep(std::move(file));
      }
  }

  /// Says whose file it is, and adds its frames to what is known of it.
  void enter(const std::vector<io::DicomHeader>& headers, InputFile& file) const {
    for (const io::DicomHeader& header : headers) {
      // Without any UID, what lies in one folder is taken for one study.
      const std::string uid = !header.study_uid.empty()    ? header.study_uid
                              : !header.series_uid.empty() ? "series " + header.series_uid
                                                           : "folder " + folder_of(file.path);
      file.role = FileRole::Image;
      file.study = pseudonym("dicom:" + uid + cell_separator + header.patient_id, options_.key);
      if (!header.patient_id.empty())
        file.subject = options_.keep_ids ? header.patient_id : pseudonym(header.patient_id, options_.key);
      const std::optional<int> day =
          io::day_from_dicom(header.study_date.empty() ? header.scan_date : header.study_date);
      file.day = file.day ? file.day : day;
      file.voxel_bytes += 2U * static_cast<std::uint64_t>(std::max(0, header.pixels.rows)) *
                          static_cast<std::uint64_t>(std::max(0, header.pixels.columns));
    }
  }

  /// The images in an archive, which is opened to see whose they are, and again to analyse them. Where all are of one
  /// study the archive stands for them.
  [[nodiscard]] std::vector<InputFile> files_inside(const fs::path& archive, const InputFile& file) const {
    const io::FileTree content = io::find_files(std::vector{archive});
    std::vector<InputFile> inside;
    for (const fs::path& path : content.files) {
      InputFile entry = file;
      entry.path += content.shown(path).substr(archive.string().size());
      enter(io::read_dicom_headers(path), entry);
      if (!entry.study.empty())
        inside.push_back(std::move(entry));
    }
    if (inside.empty() ||
        std::ranges::any_of(inside, [&](const InputFile& entry) { return entry.study != inside.front().study; }))
      return inside;
    InputFile whole = inside.front();
    whole.path = file.path;
    for (std::size_t i = 1; i < inside.size(); ++i)
      whole.voxel_bytes += inside[i].voxel_bytes;
    return {whole};
  }

  static std::string folder_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? "" : path.substr(0, slash + 1);
  }
  std::string stray_key(const std::string& path, const std::string& rule) const {
    return pseudonym(rule + ":" + folder_of(path), options_.key);
  }
  void add_stray(const std::string& path, const std::string& rule, InputFile file = {}) {
    file.path = path;
    file.rule = rule;
    file.study = stray_key(path, rule);
    keep(std::move(file));
  }

  void keep(InputFile file) {
    if (file.rule.empty() && !options_.shard.holds(file.study))
      others_[Shard::shard_of(file.study, options_.shard.count)].insert(file.study);
    if (file.rule.empty())
      in_this_folder_.insert(file.study);
    if (options_.shard.holds(file.study))
      kept_.push_back(std::move(file));
    if (kept_.size() >= files_at_a_time)
      flush();
  }

  void flush() {
    read_headers();
    state_.store(kept_);
    kept_.clear();
  }

  /// Studies of the folders before that have no file in this one are likely complete.
  void leave_folder() {
    flush();
    if (in_this_folder_.empty())
      return;
    for (const std::string& study : open_)
      if (options_.shard.holds(study) && !in_this_folder_.contains(study))
        ripe_(study);
    open_ = std::move(in_this_folder_);
    in_this_folder_.clear();
  }

  void note_other(int shard, const std::set<std::string>& studies) {
    std::uint64_t digest = 0;
    for (const std::string& study : studies)
      digest ^= std::stoull(study, nullptr, 16);
    state_.set_others(shard, studies.size(), digest);
  }

  const DiscoveryOptions& options_;
  State& state_;
  const std::function<void(const std::string&)>& ripe_;
  const std::function<bool()>& stop_;
  std::set<std::pair<dev_t, ino_t>> visited_;
  std::vector<InputFile> unread_, kept_;
  std::set<std::string> open_, in_this_folder_;
  std::map<int, std::set<std::string>> others_;
};

/// A line of the failures for all strays of one folder under one rule.
void account_for_strays(State& state) {
  std::map<std::pair<std::string, std::string>, std::size_t> files; // by line and rule
  state.for_each_file([&](const InputFile& file) {
    if (!file.rule.empty())
      ++files[{file.study, file.rule}];
  });
  state.forget_strays();
  for (const auto& [line, count] : files) {
    StudyPlan plan;
    plan.key = line.first;
    plan.files = count;
    Verdict verdict;
    verdict.outcome = Outcome::Failed;
    verdict.stage = "discovery";
    verdict.rule = line.second;
    verdict.reason = std::to_string(count) + " " + stray_texts().at(line.second);
    state.judge_strays(plan, verdict);
  }
}

/// Books that are being written, or whose writer was killed, say more in a log beside them.
void check_at_rest(const fs::path& inventory) {
  fs::path log = inventory;
  log += "-wal";
  std::error_code no_file;
  if (const auto bytes = fs::file_size(log, no_file); !no_file && bytes > 0)
    throw IoError("the inventory " + inventory.string() +
                  " is being made, or its making was killed (studies would be missing) let `batch --inventory-only` "
                  "come to its end");
}

void check_inventory(const State& walked, const fs::path& inventory, const DiscoveryOptions& options) {
  constexpr std::size_t enough = 20;
  if (!walked.walk_ended())
    throw IoError("the inventory " + inventory.string() +
                  " did not come to its end (studies would be missing) run the same `batch --inventory-only` again");
  if (walked.setting("shard") != folder_name({}))
    throw ConfigError("the inventory " + inventory.string() +
                      " is of a shard (the others' studies would be missing) make one without --shard");
  if (walked.setting("key") != key_id(options.key))
    throw ConfigError("the inventory " + inventory.string() +
                      " was made with another key (subjects and studies would get other names) pass its --key-file");
  if (walked.setting("keep_ids") != (options.keep_ids ? "yes" : "no"))
    throw ConfigError("the inventory " + inventory.string() +
                      " differs in --keep-ids (subjects would be named otherwise) pass the same");
  std::size_t looked_at = 0;
  for (const std::string& study : walked.studies_with_files()) {
    if (!options.shard.holds(study))
      continue;
    if (io::is_there(options.root / walked.files_of(study).front().path))
      return;
    if (++looked_at == enough)
      break;
  }
  if (looked_at > 0)
    throw IoError("none of the files of " + inventory.string() + " is below " + options.root.string() +
                  " (is it the right root, and mounted?) nothing was changed");
}

} // namespace

void discover(const DiscoveryOptions& options, State& state, const std::function<void(const std::string&)>& ripe,
              const std::function<bool()>& stop) {
  const bool first = state.studies().empty();
  state.begin_walk();
  Walk(options, state, ripe, stop).run();
  if (stop())
    return;
  if (first && options.shard.whole() && state.files_seen() == 0)
    throw IoError("there is no file below " + options.root.string() + " (nothing to analyse) check the path");
  if (!first && state.files_seen() == 0)
    throw IoError("none of the files of this batch is below " + options.root.string() +
                  " any more (is it the right root, and mounted?) nothing was changed");
  state.forget_unseen();
  account_for_strays(state);
  state.end_walk();
  for (const std::string& study : state.studies())
    ripe(study);
}

std::string key_id(const std::string& key) {
  return pseudonym("key", key).substr(0, 8);
}

void take_inventory(const fs::path& inventory, const DiscoveryOptions& options, State& state,
                    const std::function<void(const std::string&)>& ripe) {
  check_at_rest(inventory);
  const State walked(inventory, State::Access::Read);
  check_inventory(walked, inventory, options);
  state.begin_walk();
  std::map<int, std::pair<std::size_t, std::uint64_t>> others;
  for (const std::string& study : walked.studies_with_files())
    if (!options.shard.holds(study)) {
      auto& [studies, digest] = others[Shard::shard_of(study, options.shard.count)];
      ++studies;
      digest ^= std::stoull(study, nullptr, 16);
    }
  for (const std::string& line : walked.lines()) // a thousand shards must not each read all files
    if (options.shard.holds(line))
      state.store(walked.files_of(line));
  state.forget_unseen();
  account_for_strays(state);
  for (const auto& [shard, known] : others)
    state.set_others(shard, known.first, known.second);
  state.end_walk();
  for (const std::string& study : state.studies())
    ripe(study);
}

} // namespace osteocalc::batch
