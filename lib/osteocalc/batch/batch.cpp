// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/batch/batch.h"

#include "osteocalc/batch/discovery.h"
#include "osteocalc/batch/durable_files.h"
#include "osteocalc/batch/event_log.h"
#include "osteocalc/batch/nifti_pairs.h"
#include "osteocalc/batch/scheduler.h"
#include "osteocalc/batch/study_job.h"
#include "osteocalc/batch/subjects.h"
#include "osteocalc/batch/tables.h"
#include "osteocalc/core/error.h"
#include "osteocalc/core/hashing.h"
#include "osteocalc/core/parallel.h"
#include "osteocalc/core/provenance.h"
#include "osteocalc/io/file_tree.h"

#include <SQLiteCpp/Exception.h>
#include <algorithm>
#include <atomic>
#include <ctime>
#include <exception>
#include <fcntl.h>
#include <memory>
#include <nlohmann/json.hpp>
#include <regex>
#include <thread>
#include <unistd.h>

namespace osteocalc::batch {
namespace {

namespace fs = std::filesystem;

BatchFolders folders_of(const BatchOptions& options) {
  BatchFolders folders;
  const fs::path root = fs::weakly_canonical(options.root), output = fs::weakly_canonical(options.output);
  if (std::ranges::mismatch(output, root).in1 == output.end())
    throw ConfigError("the studies lie within the output folder " + options.output.string() +
                      " (what lies there is not searched) name one beside or below " + options.root.string());
  fs::create_directories(options.output);
  folders.output = fs::canonical(options.output);
  folders.books = options.shard.whole() ? folders.output : folders.output / "shards" / folder_name(options.shard);
  fs::create_directories(folders.books);
  return folders;
}

/// That of the output; where it has none yet, that of the inventory.
fs::path key_file_of(const BatchOptions& options, const BatchFolders& folders) {
  if (!options.key_file.empty())
    return fs::absolute(options.key_file);
  const fs::path own = folders.output / "subject.key";
  if (options.inventory.empty() || fs::exists(own))
    return own;
  const fs::path beside = fs::absolute(options.inventory).parent_path() / "subject.key";
  return fs::exists(beside) ? beside : own;
}

/// The key of the study whose unfinished folder it is, ".<key>.partial" or ".<key>.before"; none of another folder.
std::optional<std::string> unfinished_study(const std::string& name) {
  static const std::regex pattern("\\.([0-9a-f]{16})\\.(partial|before)");
  std::smatch parts;
  return std::regex_match(name, parts, pattern) ? std::optional(parts[1].str()) : std::nullopt;
}

/// What an earlier run left unfinished goes; of a shard only its own.
void clear_unfinished(const BatchFolders& folders, const Shard& shard) {
  for (const char* name : {"studies", "logs"})
    fs::create_directories(folders.output / name);
  fs::remove_all(folders.work());
  fs::create_directories(folders.work());
  for (const auto& entry : fs::directory_iterator(folders.output / "studies")) {
    if (const auto study = unfinished_study(entry.path().filename().string()); study && shard.holds(*study))
      fs::remove_all(entry.path());
  }
}

/// Options as one text; of files they name, the content counts too.
std::string options_text(const std::vector<std::string>& options) {
  std::string text(version());
  text += cell_separator + std::string(commit());
  for (const std::string& word : options) {
    text += cell_separator + word;
    std::error_code no_file;
    const std::string path = word.substr(word.starts_with("store:") ? 6 : 0);
    if (fs::is_regular_file(path, no_file))
      text += cell_separator + sha256_hex_of_file(path);
  }
  return text;
}

/// Has the kernel read files that will be wanted soon.
void read_ahead(const std::vector<InputFile>& files, const fs::path& root) {
  for (const InputFile& file : files) {
    const int descriptor = ::open((root / file.path).c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
      continue;
    ::posix_fadvise(descriptor, 0, 0, POSIX_FADV_WILLNEED);
    ::close(descriptor);
  }
}

class Run {
 public:
  explicit Run(const BatchOptions& options)
      : options_(options), root_(fs::canonical(options.root)), folders_(folders_of(options)),
        lock_(folders_.output, options.shard.whole() ? "" : std::to_string(options.shard.count)),
        shard_lock_(options.shard.whole() ? nullptr : std::make_unique<OutputLock>(folders_.books)),
        key_file_(key_file_of(options, folders_)), key_(load_or_create_key(key_file_)),
        state_(folders_.books / "state.sqlite"), log_(folders_.books / "log.jsonl"),
        scheduler_(state_,
                   {options.jobs, options.threads, thread_count({}),
                    options.memory_bytes.value_or(available_memory_bytes() / 10 * 9), options.memory_limit_bytes}) {
    clear_unfinished(folders_, options.shard);
    take_settings();
    take_subjects();
    check_clock();
    if (options_.retry_failed)
      state_.queue_failed();
  }

  BatchResult run() {
    log_.run("begin", "version " + std::string(version()) + ", " + std::string(commit()));
    std::vector<std::thread> threads;
    threads.emplace_back([this] { guarded([this] { find_studies(); }); });
    if (!options_.inventory_only)
      for (int i = 0; i < scheduler_.most_jobs(); ++i)
        threads.emplace_back([this] { guarded([this] { work(); }); });
    report_until_ended(threads.size());
    for (std::thread& thread : threads)
      thread.join();
    return conclude();
  }

 private:
  void take_settings() {
    require_same("key", key_id(key_), "subjects and studies would get other names; pass the key file of the first run");
    require_same("shard", folder_name(options_.shard), "choose another output");
    require_same("keep_ids", options_.keep_ids ? "yes" : "no", "choose another output");
    const std::string program = std::string(version()) + " " + std::string(commit());
    if (state_.setting("program") != program) // which may know more kinds of file
      state_.forget_files();
    state_.set("program", program);
    options_text_ = options_text(options_.analyze_options);
    state_.set("options_sha256", sha256_hex(options_text_));
  }

  void require_same(const std::string& name, const std::string& value, const std::string& advice) {
    const std::string before = state_.setting(name);
    if (!before.empty() && before != value)
      throw ConfigError("this output was begun with another " + name + " (" + before + ", now " + value +
                        "): " + advice);
    state_.set(name, value);
  }

  /// A clock that went back misleads who reads the log, and no more: what is done is known by sizes, times and hashes
  /// that are compared for being equal, and durations are of a clock that never goes back.
  void check_clock() {
    const std::string before = state_.setting("clock_s");
    const std::int64_t now_s = std::time(nullptr);
    if (!before.empty() && std::stoll(before) > now_s)
      issues_.push_back(warning("BATCH-CLOCK", "clock",
                                "this machine's clock is " + std::to_string(std::stoll(before) - now_s) +
                                    " s behind the last run's (the log's times are out of order, results are not "
                                    "touched) set the clock"));
    state_.set("clock_s", std::to_string(now_s));
  }

  void take_subjects() {
    if (!options_.subjects.empty())
      subjects_ = read_subjects(options_.subjects, options_.keep_ids ? "" : key_);
    add_columns(subjects_, options_.dxa_results, options_.keep_ids ? "" : key_);
    std::string columns;
    for (const std::string& column : subjects_.further_columns)
      columns += column + cell_separator;
    std::vector<std::pair<std::string, std::string>> rows;
    for (const auto& [subject, known] : subjects_.by_subject) {
      std::string cells;
      for (const std::string& cell : known.further)
        cells += cell + cell_separator;
      rows.emplace_back(subject, cells);
    }
    state_.set("subject_columns", columns);
    std::string all = columns;
    for (const auto& [subject, cells] : rows)
      all += '\n' + subject + cell_separator + cells;
    state_.set("subjects_sha256", rows.empty() ? "" : sha256_hex(all));
    state_.set_subjects(rows);
  }

  void note_matches() {
    const std::size_t people = subjects_.by_subject.size();
    if (people == 0)
      return;
    const std::size_t matched = state_.subjects_with_study();
    const std::string text = std::to_string(matched) + " of " + std::to_string(people) +
                             " people of the tables have a study here (columns of the others stand in no row) ";
    issues_.push_back(matched > 0 ? info("BATCH-SUBJECTS", "subjects", text + "nothing to do, if that many should")
                                  : warning("BATCH-SUBJECTS", "subjects", text + "see to how their ids are written"));
  }

  void find_studies() {
    const DiscoveryOptions options{root_, folders_.output, key_, options_.keep_ids, options_.shard, {2}};
    const auto ripe = [this](const std::string& study) { plan(study); };
    if (options_.inventory.empty())
      discover(options, state_, ripe, [this] { return scheduler_.stopped(); });
    else
      take_inventory(options_.inventory, options, state_, ripe);
    scheduler_.discovery_ended();
    discovering_ = false;
  }

  /// Queues a study whose files, options or program are not those of its verdict.
  void plan(const std::string& key) {
    StudyPlan study;
    study.key = key;
    std::string inputs;
    for (const InputFile& file : state_.files_of(key)) {
      inputs += file.path + cell_separator + std::to_string(file.bytes) + cell_separator +
                std::to_string(file.modified_ns) + cell_separator;
      study.voxel_bytes += file.voxel_bytes;
      study.subject = std::max(study.subject, file.subject);
      if (file.day)
        study.day = std::min(study.day.value_or(*file.day), *file.day);
      ++study.files;
    }
    if (study.files == 0) {
      judge_gone(study);
      return;
    }
    std::string person;
    for (const std::string& word : options_of_person(study.subject))
      person += cell_separator + word;
    study.fingerprint = sha256_hex(inputs + options_text_ + person);
    state_.plan(study);
    scheduler_.queue_grew();
  }

  void judge_gone(const StudyPlan& study) {
    state_.judge(study, {Outcome::Failed, "discovery", input_gone_rule,
                         "its files are no longer below the root (it cannot be checked) its results are kept in its "
                         "folder",
                         0, 0, "", "", ""});
  }

  [[nodiscard]] std::vector<std::string> options_of_person(const std::string& subject) const {
    std::vector<std::string> words;
    const auto known = subjects_.by_subject.find(subject);
    if (known == subjects_.by_subject.end())
      return words;
    if (known->second.age_years)
      words.insert(words.end(), {"--age", fmt_number(*known->second.age_years)});
    if (known->second.sex)
      words.insert(words.end(), {"--sex", std::string(to_string(*known->second.sex))});
    return words;
  }

  static std::string fmt_number(double value) { return nlohmann::json(value).dump(); }

  StudyJob job_of(const Admission& admission) const {
    StudyJob job;
    job.key = admission.study.key;
    job.command = {options_.program, "analyze", "--json", "--quiet", "--log-level", "info", "--key-file", key_file_};
    if (options_.keep_ids)
      job.command.emplace_back("--keep-ids");
    for (std::string& word : options_of_person(admission.study.subject))
      job.command.push_back(std::move(word));
    std::vector<fs::path> labels;
    for (const InputFile& file : state_.files_of(job.key)) {
      (file.role == FileRole::Labels ? labels : job.files).push_back(root_ / file.path);
      job.inputs.push_back(file.path);
    }
    const auto given = preferred_labels(labels);
    if (given)
      job.command.insert(job.command.end(), {"--labels", *given});
    // Labels that lie beside an image win over a segmenter.
    for (std::size_t i = 0; i < options_.analyze_options.size(); ++i)
      if (given && options_.analyze_options[i].starts_with("--with"))
        ++i;
      else
        job.command.push_back(options_.analyze_options[i]);
    job.threads = admission.threads;
    job.time_limit_s = options_.time_limit_s;
    job.memory_limit_bytes = admission.limit_bytes;
    return job;
  }

  void work() {
    while (const auto admission = scheduler_.next()) {
      if (const auto next = state_.next_queued())
        read_ahead(state_.files_of(next->key), root_);
      std::uint64_t peak_bytes = 0;
      try {
        peak_bytes = analyse(*admission);
      } catch (...) {
        state_.queue_again(admission->study.key);
        scheduler_.ended(*admission, 0);
        throw;
      }
      scheduler_.ended(*admission, peak_bytes);
    }
  }

  std::uint64_t analyse(const Admission& admission) {
    const StudyJob job = job_of(admission);
    if (std::ranges::none_of(job.files, io::is_there)) { // the walk may not have come to it yet
      judge_gone(admission.study);
      return 0;
    }
    log_.started(admission.study.key, admission.threads);
    int signal = 0;
    const auto verdict = run_study(job, folders_, root_, signal);
    if (!verdict) {
      interrupted_by_ = signal;
      scheduler_.stop();
      state_.queue_again(admission.study.key);
      return 0;
    }
    state_.finish(admission.study, *verdict);
    log_.ended(admission.study.key, *verdict);
    ++ended_now_;
    return verdict->peak_memory_bytes;
  }

  /// The first problem of any thread stops all, once their studies have ended.
  void guarded(const std::function<void()>& part) {
    try {
      part();
    } catch (...) {
      const std::lock_guard lock(problem_mutex_);
      if (!problem_)
        problem_ = std::current_exception();
      scheduler_.stop();
    }
    ++ended_threads_;
  }

  void report_until_ended(std::size_t threads) {
    while (ended_threads_ < threads) {
      std::this_thread::sleep_for(std::chrono::milliseconds(ended_threads_ + 1 < threads || threads == 1 ? 20 : 5));
      if (options_.on_progress && log_.seconds() - last_report_s_ > 0.5) {
        last_report_s_ = log_.seconds();
        options_.on_progress({state_.counts(), ended_now_, discovering_, last_report_s_});
      }
    }
  }

  BatchResult conclude() {
    if (problem_)
      std::rethrow_exception(problem_);
    note_matches();
    BatchResult result{state_.counts(), ended_now_, issues_, folders_.books, std::nullopt};
    fs::remove_all(folders_.work());
    if (interrupted_by_ != 0) {
      log_.run("interrupted");
      result.interrupted_by = interrupted_by_;
      return result;
    }
    write_inputs(state_, folders_.books);
    if (!options_.inventory_only)
      write_tables(state_, read_reviews({folders_.output}), folders_.books);
    log_.run("end");
    state_.set("clock_s", std::to_string(std::time(nullptr)));
    write_run_json(result);
    return result;
  }

  void write_run_json(const BatchResult& result) const {
    char host[256] = "";
    ::gethostname(host, sizeof host - 1);
    const nlohmann::ordered_json json{{"schema", "osteocalc.batch_run/1"},
                                      {"version", version()},
                                      {"commit", commit()},
                                      {"host", host},
                                      {"shard", folder_name(options_.shard)},
                                      {"options", options_.analyze_options},
                                      {"most_jobs", scheduler_.most_jobs()},
                                      {"seconds", log_.seconds()},
                                      {"analysed_now", result.ended_now},
                                      {"done", result.studies.done},
                                      {"refused", result.studies.refused},
                                      {"failed", result.studies.failed}};
    constexpr auto readable = nlohmann::json::error_handler_t::replace; // options may name files that are not UTF-8
    write_durably(folders_.books / "run.json", json.dump(2, ' ', false, readable) + "\n");
  }

  const BatchOptions& options_;
  fs::path root_;
  BatchFolders folders_;
  OutputLock lock_;
  std::unique_ptr<OutputLock> shard_lock_; ///< of the same shard twice
  fs::path key_file_;
  std::string key_;
  State state_;
  EventLog log_;
  Scheduler scheduler_;
  SubjectTable subjects_;
  Issues issues_;
  std::string options_text_;
  std::atomic<std::size_t> ended_now_{0}, ended_threads_{0};
  std::atomic<int> interrupted_by_{0};
  std::atomic<bool> discovering_{true};
  double last_report_s_ = 0;
  std::mutex problem_mutex_;
  std::exception_ptr problem_;
};

} // namespace

BatchResult run_batch(const BatchOptions& options) {
  try {
    return Run(options).run();
  } catch (const SQLite::Exception& error) {
    throw IoError("the books in " + options.output.string() + " cannot be kept: " + error.what() +
                  " (nothing more would be noted) see to space and permissions, then run the same command again");
  } catch (const fs::filesystem_error& error) {
    throw IoError(std::string(error.what()) +
                  " (nothing more can be written or read) see to the path, space and permissions, then run the same "
                  "command again");
  }
}

} // namespace osteocalc::batch
