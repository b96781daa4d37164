// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/batch/study_job.h"

#include "osteocalc/batch/durable_files.h"
#include "osteocalc/batch/reviews.h"
#include "osteocalc/core/error.h"
#include "osteocalc/core/private_folder.h"
#include "osteocalc/review/reviewed_result.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>

namespace osteocalc::batch {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr char no_stage[] = "start";
constexpr int refused_status = 3, usage_status = 2;

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::string joined(const std::vector<std::string>& parts, std::string_view separator) {
  return fmt::format("{}", fmt::join(parts, separator));
}

void replace_all(std::string& text, const std::string& from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

bool is_name_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '^';
}

/// Where it stands by itself, not as a part of another name.
void replace_name(std::string& text, const std::string& name, const std::string& by) {
  for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at)) {
    const std::size_t end = at + name.size();
    const bool alone =
        (at == 0 || !is_name_character(text[at - 1])) && (end == text.size() || !is_name_character(text[end]));
    if (alone)
      text.replace(at, name.size(), by);
    at += alone ? by.size() : 1;
  }
}

/// A path, and what is left of it where its first folders are not said: of archives, or of files named by themselves.
std::vector<std::string> endings_of(std::string path) {
  std::vector<std::string> endings{path};
  for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/')) {
    path.erase(0, slash + 1);
    endings.push_back(path);
  }
  return endings;
}

/// Puts numbers, as in inputs.csv, in the place of the study's files and folders, whose names may be people's.
void hide_names(std::string& text, const std::vector<std::string>& inputs) {
  constexpr std::size_t shortest = 4; // "1" or "IM" stand in texts for other things too
  std::set<std::string> folders;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    for (const std::string& ending : endings_of(inputs[i]))
      if (ending.size() >= shortest)
        replace_name(text, ending, fmt::format("file {} of the study", i + 1));
    folders.insert(fs::path(inputs[i]).parent_path().string());
  }
  for (const std::string& folder : folders)
    for (const std::string& ending : endings_of(folder)) {
      const bool is_word = std::ranges::all_of(ending, [](char c) { return 'a' <= c && c <= 'z'; });
      if (ending.size() >= shortest && !is_word) // "series" is no name of a person
        replace_name(text, ending, "a folder of the study");
    }
}

/// One line that is the same wherever archive and output lie, and names nobody.
std::string plain(std::string text, const StudyJob& job, const fs::path& root, const fs::path& output) {
  replace_all(text, output.string() + "/", "");
  replace_all(text, root.string() + "/", "");
  hide_names(text, job.inputs);
  while (text.ends_with('\n'))
    text.pop_back();
  std::ranges::replace(text, '\n', ' ');
  return text;
}

/// The last stage that the program said it entered.
std::string last_stage(const std::string& log) {
  constexpr std::string_view mark = "stage: ";
  const std::size_t at = log.rfind(mark);
  if (at == std::string::npos)
    return no_stage;
  const std::size_t begin = at + mark.size();
  return log.substr(begin, log.find_first_of("\r\n", begin) - begin);
}

/// What the program said of wrong options: the last thing in its log.
std::string usage_problem(const std::string& log) {
  constexpr std::string_view mark = "osteocalc: ";
  const std::size_t at = log.rfind(mark);
  return at == std::string::npos ? log : log.substr(at + mark.size());
}

/// The reasons of a refusal, or the problem of a failure, as the program put them on its standard output.
void take_reasons(const std::string& output, Verdict& verdict) {
  const Json json = Json::parse(output, nullptr, false);
  if (json.is_discarded() || !json.contains("issues"))
    return;
  std::vector<std::string> rules, texts;
  for (const Json& issue : json["issues"])
    if (issue.value("level", "") == "refused") {
      if (std::ranges::find(rules, issue.value("rule", "")) == rules.end())
        rules.push_back(issue.value("rule", ""));
      texts.push_back(issue.value("text", ""));
    }
  verdict.rule = joined(rules, ";");
  verdict.reason = joined(texts, " | ");
}

Verdict failure(const ChildOutcome& ended, const StudyJob& job, const BatchFolders& folders, const fs::path& root) {
  Verdict verdict;
  const std::string log = text_of(folders.log(job.key));
  verdict.stage = last_stage(log);
  if (ended.timed_out) {
    verdict.rule = "BATCH-TIME-LIMIT";
    verdict.reason = fmt::format("stopped at its time limit of {} s (it may never end) raise --time-limit-s if it "
                                 "would",
                                 job.time_limit_s);
  } else if (ended.out_of_memory) {
    verdict.rule = "BATCH-MEMORY-LIMIT";
    verdict.reason = "stopped at its memory limit (other studies need theirs) raise --memory-limit-mb if the machine "
                     "has more";
  } else if (ended.signal) {
    verdict.rule = "BATCH-CRASH";
    verdict.reason = fmt::format("ended by signal {} (a defect of this program, or the system was out of memory) see "
                                 "its log, report it",
                                 *ended.signal);
  } else if (ended.exit_status == usage_status) { // options that do not suit this scan
    verdict.rule = "ERROR-CONFIG";
    verdict.reason = usage_problem(log);
  } else {
    verdict.outcome = ended.exit_status == refused_status ? Outcome::Refused : Outcome::Failed;
    take_reasons(text_of(folders.work() / (job.key + ".json")), verdict);
    if (verdict.rule.empty()) {
      verdict.rule = "BATCH-NO-REASON";
      verdict.reason = "ended without a reason (a defect of this program) see its log, report it";
    }
  }
  verdict.reason = plain(verdict.reason, job, root, folders.output);
  return verdict;
}

Verdict success(const StudyJob& job, const BatchFolders& folders) {
  Verdict verdict = done_verdict(job.key, text_of(folders.unfinished(job.key) / "result.json"));
  hide_names(verdict.issues, job.inputs);
  keep_reviews(folders.study(job.key), folders.unfinished(job.key));
  publish(folders.unfinished(job.key), folders.study(job.key));
  return verdict;
}

void remove_all_but(const std::vector<fs::path>& kept, const fs::path& folder) {
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.is_directory() && !entry.is_symlink())
      remove_all_but(kept, entry.path());
    else if (std::ranges::find(kept, entry.path()) == kept.end())
      fs::remove(entry.path());
  if (fs::is_empty(folder))
    fs::remove(folder);
}

/// The results of an earlier run, with other files or options, go; what readers wrote by hand stays.
void remove_results(const fs::path& study) {
  if (fs::is_directory(study))
    remove_all_but(review::review_files(study), study);
}

/// \param scratch the child's temporary folder: what a child leaves there that is killed goes with it
ChildCommand command_of(const StudyJob& job, const BatchFolders& folders, const fs::path& scratch) {
  const fs::path list = folders.work() / (job.key + ".files");
  std::ofstream paths(list, std::ios::binary);
  for (const fs::path& file : job.files)
    paths << file.string() << '\0';
  paths.close();
  if (!paths)
    throw IoError("cannot write " + list.string() + " (a study could not be started) see to space and permissions");
  ChildCommand command;
  command.arguments = {"env", "TMPDIR=" + scratch.string()};
  command.arguments.insert(command.arguments.end(), job.command.begin(), job.command.end());
  for (const std::string& word :
       {std::string("--files"), list.string(), std::string("--output"), folders.unfinished(job.key).string(),
        std::string("--threads"), std::to_string(job.threads)})
    command.arguments.push_back(word);
  command.log = folders.log(job.key);
  command.output = folders.work() / (job.key + ".json");
  command.time_limit_s = job.time_limit_s;
  command.memory_limit_bytes = job.memory_limit_bytes;
  return command;
}

} // namespace

std::optional<Verdict> run_study(const StudyJob& job, const BatchFolders& folders, const fs::path& root,
                                 int& interrupted_by) {
  const PrivateFolder scratch;
  const ChildCommand command = command_of(job, folders, scratch.path());
  const ChildOutcome ended = run_child(command);
  std::optional<Verdict> verdict;
  if (ended.interrupted_by)
    interrupted_by = *ended.interrupted_by;
  else if (ended.exit_status == usage_status && last_stage(text_of(command.log)) == no_stage)
    throw ConfigError("a study could not be started: " + text_of(command.log));
  else
    verdict = ended.succeeded() ? success(job, folders) : failure(ended, job, folders, root);
  // A full disk is no fault of the study. Looked at before its own unfinished files go: they may be what fills it.
  if (verdict && verdict->outcome == Outcome::Failed) {
    if (verdict->rule == "ERROR-IO" && verdict->stage == "write")
      throw IoError(verdict->reason);
    check_space(folders.work());
  }
  fs::remove_all(folders.unfinished(job.key));
  fs::remove(folders.work() / (job.key + ".files"));
  fs::remove(command.output);
  if (!verdict)
    return std::nullopt;
  verdict->seconds = ended.seconds;
  verdict->peak_memory_bytes = ended.peak_rss_bytes;
  if (verdict->outcome == Outcome::Done)
    fs::remove(command.log);
  else
    remove_results(folders.study(job.key));
  return verdict;
}

} // namespace osteocalc::batch
