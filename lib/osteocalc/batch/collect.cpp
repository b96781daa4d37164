// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/batch/collect.h"

#include "osteocalc/batch/durable_files.h"
#include "osteocalc/batch/shard.h"
#include "osteocalc/batch/state.h"
#include "osteocalc/batch/tables.h"
#include "osteocalc/core/error.h"

#include <SQLiteCpp/Exception.h>
#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace osteocalc::batch {
namespace {

namespace fs = std::filesystem;

/// The books that are to be merged, in a fixed order.
std::vector<fs::path> books_of(const std::vector<fs::path>& outputs) {
  std::set<fs::path> books;
  for (const fs::path& output : outputs) {
    const std::size_t before = books.size();
    if (fs::is_directory(output / "shards")) {
      for (const auto& shard : fs::directory_iterator(output / "shards"))
        if (fs::exists(shard.path() / "state.sqlite"))
          books.insert(shard.path() / "state.sqlite");
    } else if (fs::exists(output / "state.sqlite")) {
      books.insert(output / "state.sqlite");
    }
    if (books.size() == before)
      throw IoError(output.string() + " holds no batch (its results would be missing) pass what batch -o was given");
  }
  return {books.begin(), books.end()};
}

class Collector {
 public:
  explicit Collector(const CollectOptions& options) : options_(options) {}

  CollectResult run() {
    const std::vector<fs::path> books = books_of(options_.outputs);
    for (const fs::path& file : books)
      inspect(file);
    find_missing_shards();
    refuse_if_any(); // before anything is written
    fs::create_directories(options_.merged);
    merge(books);
    return std::move(result_);
  }

 private:
  void inspect(const fs::path& file) {
    const State state(file);
    ++result_.batches;
    for (const char* name : {"program", "options_sha256", "keep_ids"})
      require_same(name, state.setting(name), "COLLECT-MIXED", options_.allow_mixed);
    require_same("key", state.setting("key"), "COLLECT-KEYS", options_.allow_mixed);
    require_same("subject_columns", state.setting("subject_columns"), "COLLECT-MIXED", options_.allow_mixed);
    const Counts counts = state.counts();
    if (const std::size_t open = counts.queued + counts.running; open > 0)
      note("COLLECT-UNFINISHED", options_.allow_missing, state.setting("shard"),
           std::to_string(open) + " studies are not finished (they would be missing) run that batch again");
    if (const std::string shard = state.setting("shard"); shard != "1-of-1" && !shard.empty())
      note_shard(shard, state);
  }

  void require_same(const std::string& name, const std::string& value, const std::string& rule, bool allowed) {
    const auto [known, is_new] = settings_.emplace(name, value);
    if (!is_new && known->second != value)
      note(rule, allowed, name,
           "batches differ in " + name + ": " + known->second + " and " + value +
               " (rows would not be comparable) run them with the same, or pass --allow-mixed");
  }

  void note(const std::string& rule, bool allowed, const std::string& where, const std::string& text) {
    result_.issues.push_back(allowed ? warning(rule, where, text) : refused(rule, where, text));
  }

  void note_shard(const std::string& name, const State& state) {
    const std::size_t of = name.find("-of-");
    const int number = std::stoi(name), count = std::stoi(name.substr(of + 4));
    if (shard_count_ != 0 && shard_count_ != count)
      note("COLLECT-MIXED", options_.allow_mixed, name,
           "shards of different divisions (studies would be missing or "
           "double) collect the shards of one division");
    shard_count_ = count;
    if (!shards_.insert(number).second)
      note("COLLECT-DOUBLE", options_.allow_mixed, name,
           "this shard is there twice (its studies would count twice) pass "
           "it once");
    std::uint64_t digest = 0;
    std::size_t studies = 0;
    for (const std::string& key : state.studies_with_files()) {
      digest ^= std::stoull(key, nullptr, 16);
      ++studies;
    }
    own_[number] = {studies, digest};
    for (const auto& [shard, known] : state.others())
      seen_by_others_[shard].insert(known);
  }

  void find_missing_shards() {
    for (int number = 1; number <= shard_count_; ++number)
      if (!shards_.contains(number))
        note("COLLECT-MISSING-SHARD", options_.allow_missing,
             std::to_string(number) + "-of-" + std::to_string(shard_count_),
             "this shard is missing (its studies would be) run it, or pass --allow-missing");
    for (const auto& [shard, seen] : seen_by_others_)
      if (own_.contains(shard) && std::ranges::any_of(seen, [&](const auto& known) { return known != own_[shard]; }))
        note("COLLECT-MISSING-STUDIES", options_.allow_missing,
             std::to_string(shard) + "-of-" + std::to_string(shard_count_),
             "other shards saw other studies for this one than it has (the archive has "
             "changed in between) run all shards again");
  }

  void refuse_if_any() {
    Issues refusals;
    std::ranges::copy_if(result_.issues, std::back_inserter(refusals),
                         [](const Issue& issue) { return issue.level == IssueLevel::Refused; });
    if (!refusals.empty())
      throw Refusal(refusals);
  }

  void merge(const std::vector<fs::path>& books) {
    const fs::path file = options_.merged / "state.sqlite";
    if (std::ranges::find(books, file) != books.end())
      throw ConfigError(options_.merged.string() + " is itself one of the batches (it would be overwritten) choose "
                                                   "another folder with -o");
    const fs::path unfinished = options_.merged / "state.unfinished";
    fs::remove(unfinished);
    {
      State merged(unfinished, State::Access::Scratch);
      merged.set("subject_columns", settings_["subject_columns"]);
      for (const fs::path& book : books)
        for (const std::string& key : merged.merge(book, result_.twice))
          note("COLLECT-DOUBLE", options_.allow_mixed, key,
               "this study is there twice with different results (which "
               "one counts is unclear) run both batches with the same options, or pass --allow-mixed");
      refuse_if_any();
      if (result_.twice > 0)
        result_.issues.push_back(
            info("COLLECT-TWICE", "collect",
                 std::to_string(result_.twice) +
                     " studies are there twice with the same result (each counts once) nothing to do"));
      const Reviews reviews = read_reviews(options_.outputs);
      append(result_.issues, reviews.issues);
      write_tables(merged, reviews, options_.merged);
      const Counts counts = merged.counts();
      result_.done = counts.done;
      result_.refused = counts.refused;
      result_.failed = counts.failed;
    }
    publish(unfinished, file);
  }

  const CollectOptions& options_;
  CollectResult result_;
  std::map<std::string, std::string> settings_;
  int shard_count_ = 0;
  std::set<int> shards_;
  using Known = std::pair<std::size_t, std::uint64_t>;
  std::map<int, Known> own_;
  std::map<int, std::set<Known>> seen_by_others_;
};

} // namespace

CollectResult collect(const CollectOptions& options) {
  try {
    return Collector(options).run();
  } catch (const SQLite::Exception& error) {
    throw IoError(std::string("the books of a batch cannot be read or merged: ") + error.what() +
                  " (is it still running, or the output full?) nothing was changed");
  }
}

} // namespace osteocalc::batch
