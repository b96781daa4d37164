// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace osteocalc::batch {

/// What a file is to its study.
enum class FileRole { Image, Labels, None };

/// One file below the root, and where it stands in the books. A file inside an archive has the archive's size and time.
struct InputFile {
  std::string path; ///< below the root, with '/'; it may lead into an archive
  std::uint64_t bytes = 0;
  std::int64_t modified_ns = 0;
  FileRole role = FileRole::None;
  std::string study;             ///< key of its study, or of the line among the failures that accounts for it
  std::string rule;              ///< why it belongs to no study; empty: it does
  std::string subject;           ///< keyed hash of the patient id
  std::uint64_t voxel_bytes = 0; ///< of its image, decoded
  std::optional<int> day{};      ///< of its image, since 1970
};

/// How a study ended.
enum class Outcome { Done, Refused, Failed };

struct Verdict {
  Outcome outcome = Outcome::Failed;
  std::string stage, rule, reason; ///< of what was not done
  double seconds = 0;
  std::uint64_t peak_memory_bytes = 0;
  std::string columns, cells; ///< of its row in the results, joined by `cell_separator`
  std::string issues;         ///< level, rule, where and text, joined by `cell_separator`, issue after issue
};
inline constexpr char cell_separator = '\x1f';
inline constexpr char input_gone_rule[] = "BATCH-INPUT-GONE"; ///< of a study without files, whose results are kept

/// What there is to do for one study. The fingerprint stands for its files, the options and the program's version: a
/// verdict holds as long as it is the same.
struct StudyPlan {
  std::string key, subject, fingerprint;
  std::uint64_t voxel_bytes = 0;
  std::size_t files = 0;
  std::optional<int> day{}; ///< since 1970, for joining: it stands in no table
};

struct Counts {
  std::size_t queued = 0, running = 0, done = 0, refused = 0, failed = 0;
};

/// A row of the results or of the failures, in the order of the keys.
struct JudgedStudy {
  std::string key, subject;
  std::size_t files = 0;
  Verdict verdict;
  std::optional<int> day{};
};

/// The books of a batch in one SQLite file: every input file, every study and what became of it. Every change is one
/// transaction: a process that is killed at any moment leaves books that the next one goes on with. May be used by
/// several threads. Every function throws SQLite's exceptions when the file cannot be read or written.
class State {
 public:
  /// Read: of a finished batch, by any number of processes at once. Scratch: a file that is thrown away when its making
  /// is interrupted.
  enum class Access { Work, Read, Scratch };
  explicit State(const std::filesystem::path& file, Access access = Access::Work);
  ~State();

  [[nodiscard]] std::string setting(const std::string& name) const; ///< empty when not set
  void set(const std::string& name, const std::string& value);

  // --- Discovery: one walk through all files after another.
  void begin_walk();
  void end_walk();                       ///< everything was seen
  [[nodiscard]] bool walk_ended() const; ///< of the last walk; false before the first
  /// The file as the books have it, if it has not changed since; it then counts as seen in this walk.
  [[nodiscard]] std::optional<InputFile> seen_before(const InputFile& file);
  /// The files inside an archive as the books have them; none when the archive has changed since.
  [[nodiscard]] std::vector<InputFile> seen_inside(const InputFile& archive);
  void store(std::span<const InputFile> files);
  [[nodiscard]] std::size_t files_seen() const; ///< in this walk
  void forget_unseen();
  void forget_files(); ///< the next walk opens every file
  /// Every file, in the order of the paths.
  void for_each_file(const std::function<void(const InputFile&)>& use) const;
  [[nodiscard]] std::vector<InputFile> files_of(const std::string& study) const;
  [[nodiscard]] std::vector<std::string> studies() const; ///< keys, also of those without files any more
  [[nodiscard]] std::vector<std::string> studies_with_files() const;
  [[nodiscard]] std::vector<std::string> lines() const; ///< keys of all planned studies and of all lines of strays

  // --- Work.
  /// Queues the study unless its verdict was given for the same fingerprint.
  void plan(const StudyPlan& study);
  /// A verdict without any work, to be given anew should the study come back.
  void judge(const StudyPlan& study, const Verdict& verdict);
  /// A line of the failures that accounts for files of no study; each walk writes them anew.
  void judge_strays(const StudyPlan& files, const Verdict& verdict);
  void forget_strays();
  [[nodiscard]] std::optional<StudyPlan> next_queued() const;
  void start(const std::string& key);
  /// Notes the verdict, or queues the study again when its fingerprint is no longer the one that was worked on.
  void finish(const StudyPlan& worked_on, const Verdict& verdict);
  void queue_again(const std::string& key);
  void queue_failed(); ///< but what has no files any more
  [[nodiscard]] Counts counts() const;

  // --- Tables.
  [[nodiscard]] std::vector<std::string> distinct_columns() const; ///< of the rows of all that are done
  void for_each_judged(bool done, const std::function<void(const JudgedStudy&)>& use) const;
  /// Further columns that a table of subjects adds, by subject.
  void set_subjects(const std::vector<std::pair<std::string, std::string>>& cells_by_subject);
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> subjects() const;
  [[nodiscard]] std::size_t subjects_with_study() const;
  /// What this run's walk knows of another shard: how many studies it must hold, and a digest of their keys.
  void set_others(int shard, std::size_t studies, std::uint64_t digest);
  [[nodiscard]] std::map<int, std::pair<std::size_t, std::uint64_t>> others() const; ///< by shard

  /// Adds the judged studies and subjects of another batch. Returns the keys that were there already with another
  /// verdict; `same` counts those that were there with the same.
  std::vector<std::string> merge(const std::filesystem::path& other, std::size_t& same);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

} // namespace osteocalc::batch
