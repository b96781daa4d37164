// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/batch/collect.h"

#include "osteocalc/batch/durable_files.h"
#include "osteocalc/batch/shard.h"
#include "osteocalc/batch/state.h"
#include "osteocalc/batch/tables.h"
#include "osteocalc/core/error.h"

#include <SQLiteCpp/Exception.h>
#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <map>
#include <set>

namespace osteocalc::batch {
namespace {

namespace fs = std::filesystem;

/// The books that are to be merged, in the order of the outputs.
std::vector<fs::path> books_of(const std::vector<fs::path>& outputs) {
  std::vector<fs::path> books;
  for (const fs::path& output : outputs) {
    std::set<fs::path> of_output;
    if (fs::is_directory(output / "shards")) {
      for (const auto& shard : fs::directory_iterator(output / "shards"))
        if (fs::exists(shard.path() / "state.sqlite"))
          of_output.insert(fs::canonical(shard.path() / "state.sqlite"));
    } else if (fs::exists(output / "state.sqlite")) {
      of_output.insert(fs::canonical(output / "state.sqlite"));
    }
    if (of_output.empty())
      throw IoError(output.string() + " holds no batch (its results would be missing) pass what batch -o was given");
    std::ranges::copy_if(of_output, std::back_inserter(books),
                         [&](const fs::path& file) { return std::ranges::find(books, file) == books.end(); });
  }
  return books;
}

/// The output of a batch that a file of books is of, which a shard shares with others.
fs::path output_of(const fs::path& books) {
  const fs::path folder = books.parent_path();
  return folder.parent_path().filename() == "shards" ? folder.parent_path().parent_path() : folder;
}

/// Each once.
std::vector<fs::path> outputs_of(const std::vector<fs::path>& books) {
  std::vector<fs::path> outputs;
  for (const fs::path& file : books)
    if (const fs::path output = output_of(file); std::ranges::find(outputs, output) == outputs.end())
      outputs.push_back(output);
  return outputs;
}

/// The shards of one archive: how many studies each has, a digest of their keys, and what the others saw of it.
struct Division {
  using Known = std::pair<std::size_t, std::uint64_t>;
  int count = 0;
  std::map<int, Known> own{};
  std::map<int, std::set<Known>> seen_by_others{};

  [[nodiscard]] std::string name(int number) const { return std::to_string(number) + "-of-" + std::to_string(count); }
};

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
    for (const char* name : {"program", "options_sha256", "keep_ids", "subjects_sha256"})
      require_same(name, state.setting(name), "COLLECT-MIXED");
    require_same("key", state.setting("key"), "COLLECT-KEYS");
    take_subject_columns(state.setting("subject_columns"));
    if (!state.setting("walk").empty() && !state.walk_ended())
      note("COLLECT-UNFINISHED", options_.allow_missing, state.setting("shard"),
           "the walk through the archive did not come to its end (studies may be missing) run that batch again");
    const Counts counts = state.counts();
    if (const std::size_t open = counts.queued + counts.running; open > 0)
      note("COLLECT-UNFINISHED", options_.allow_missing, state.setting("shard"),
           std::to_string(open) + " studies are not finished (they would be missing) run that batch again");
    if (const std::string shard = state.setting("shard"); shard != folder_name({}) && !shard.empty())
      note_shard(output_of(file), shard, state);
  }

  void require_same(const std::string& name, const std::string& value, const std::string& rule) {
    std::vector<std::string>& known = settings_[name];
    if (!known.empty() && known.front() != value)
      note(rule, options_.allow_mixed, name,
           "batches differ in " + name + ": " + known.front() + " and " + value +
               " (rows would not be comparable) run them with the same, or pass --allow-mixed");
    if (std::ranges::find(known, value) == known.end())
      known.push_back(value);
  }

  /// Cells of people stand in the order of the columns.
  void take_subject_columns(const std::string& columns) {
    if (!columns.empty() && !subject_columns_.empty() && columns != subject_columns_)
      note("COLLECT-MIXED", false, "subjects",
           "batches have other columns of subjects (values would stand in wrong columns) run them with one table");
    if (!columns.empty())
      subject_columns_ = columns;
  }

  void note(const std::string& rule, bool allowed, const std::string& where, const std::string& text) {
    result_.issues.push_back(allowed ? warning(rule, where, text) : refused(rule, where, text));
  }

  void note_shard(const fs::path& output, const std::string& name, const State& state) {
    const std::size_t of = name.find("-of-");
    const int number = std::stoi(name), count = std::stoi(name.substr(of + 4));
    Division& division = divisions_[output];
    if (division.count != 0 && division.count != count)
      note("COLLECT-MIXED", options_.allow_mixed, name,
           "shards of different divisions (studies would be missing or "
           "double) collect the shards of one division: pass their folders");
    division.count = count;
    std::uint64_t digest = 0;
    const std::vector<std::string> studies = state.studies_with_files();
    for (const std::string& key : studies)
      digest ^= std::stoull(key, nullptr, 16);
    division.own[number] = {studies.size(), digest};
    for (const auto& [shard, known] : state.others())
      division.seen_by_others[shard].insert(known);
  }

  /// An output that holds all its shards is an archive; outputs that hold a part each are one together.
  void find_missing_shards() {
    std::map<int, Division> in_parts;
    for (const auto& [output, division] : divisions_) {
      if (std::ssize(division.own) == division.count) {
        check(division);
        continue;
      }
      Division& all = in_parts.try_emplace(division.count, Division{division.count}).first->second;
      for (const auto& [shard, studies] : division.own)
        if (!all.own.emplace(shard, studies).second)
          note("COLLECT-DOUBLE", options_.allow_mixed, division.name(shard),
               "this shard is there twice (its studies would count twice) pass it once");
      for (const auto& [shard, seen] : division.seen_by_others)
        all.seen_by_others[shard].insert(seen.begin(), seen.end());
    }
    for (const auto& [count, division] : in_parts)
      check(division);
  }

  void check(const Division& division) {
    for (int number = 1; number <= division.count; ++number)
      if (!division.own.contains(number))
        note("COLLECT-MISSING-SHARD", options_.allow_missing, division.name(number),
             "this shard is missing (its studies would be) run it, or pass --allow-missing");
    for (const auto& [shard, seen] : division.seen_by_others)
      if (const auto own = division.own.find(shard);
          own != division.own.end() &&
          std::ranges::any_of(seen, [&](const Division::Known& known) { return known != own->second; }))
        note("COLLECT-MISSING-STUDIES", options_.allow_missing, division.name(shard),
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
    if (fs::exists(file) &&
        std::ranges::any_of(books, [&](const fs::path& book) { return fs::equivalent(book, file); }))
      throw ConfigError(options_.merged.string() + " is itself one of the batches (it would be overwritten) choose "
                                                   "another folder with -o");
    const fs::path unfinished = options_.merged / "state.unfinished";
    fs::remove(unfinished);
    {
      State merged(unfinished, State::Access::Scratch);
      merged.set("subject_columns", subject_columns_);
      for (const auto& [name, values] : settings_) // mixed ones are none of the batches'
        merged.set(name, fmt::format("{}", fmt::join(values, " | ")));
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
      const Reviews reviews = read_reviews(outputs_of(books));
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
  std::map<std::string, std::vector<std::string>> settings_; ///< different values, the first batch's first
  std::string subject_columns_;
  std::map<fs::path, Division> divisions_; ///< by output
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
