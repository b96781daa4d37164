// SPDX-License-Identifier: Apache-2.0
#include "analysis_options.h"
#include "command.h"
#include "dxa_tables.h"

#include "osteocalc/batch/batch.h"
#include "osteocalc/report/results_csv.h"

#include <CLI/CLI.hpp>
#include <csignal>
#include <fmt/format.h>
#include <map>
#include <memory>
#include <set>
#include <unistd.h>

namespace osteocalc::app {
namespace {

struct BatchArguments {
  std::string root, output, shard, retry;
  std::vector<std::string> dxa_results;
  std::optional<std::size_t> memory_mb, memory_limit_mb;
  AnalysisArguments analysis;
  batch::BatchOptions options;
};

/// What was given of a group of options, as words of a command line.
std::vector<std::string> given_words(const CLI::App& group) {
  std::vector<std::string> words;
  for (const CLI::Option* option : group.get_options())
    for (const std::string& value : option->results()) {
      words.push_back(option->get_name());
      if (option->get_items_expected_max() > 0)
        words.push_back(value);
    }
  return words;
}

/// What scanners' tables say of people, as further columns of their rows.
batch::PersonCells dxa_cells(const std::vector<std::string>& files, const study::DxaOptions& options) {
  const DxaPeople all = read_dxa_tables(files, options);
  print_issues(all.issues);
  std::vector<std::pair<std::string, std::map<std::string, std::string>>> rows;
  std::set<std::string> columns;
  for (const study::DxaPerson& person : all.people) {
    const report::ResultRow row = report::dxa_row(person.parts);
    auto& cells = rows.emplace_back(person.patient_id, std::map<std::string, std::string>{}).second;
    for (std::size_t i = 0; i < row.columns.size(); ++i)
      cells[row.columns[i]] = row.cells[i];
    columns.insert(row.columns.begin(), row.columns.end());
  }
  batch::PersonCells people{{columns.begin(), columns.end()}, {}};
  for (auto& [patient, cells] : rows)
    if (!patient.empty())
      for (const std::string& column : people.columns)
        people.by_patient[patient].push_back(cells[column]);
  return people;
}

std::string duration_text(double seconds) {
  const auto minutes = static_cast<long>(seconds / 60 + 0.5);
  return minutes < 1     ? fmt::format("{:.0f} s", seconds)
         : minutes < 120 ? fmt::format("{} min", minutes)
                         : fmt::format("{} h {} min", minutes / 60, minutes % 60);
}

std::string progress_text(const batch::BatchProgress& now) {
  const batch::Counts& studies = now.studies;
  const std::size_t ended = studies.done + studies.refused + studies.failed;
  std::string text =
      fmt::format("{} of {}{} studies, {} refused, {} failed", ended, ended + studies.queued + studies.running,
                  now.discovering ? "+" : "", studies.refused, studies.failed);
  if (now.ended_now > 0) {
    const double rate = static_cast<double>(now.ended_now) / now.seconds;
    text += fmt::format("; {:.1f} a minute, {} left", 60 * rate,
                        duration_text(static_cast<double>(studies.queued + studies.running) / rate));
  }
  return text;
}

/// A bar where stderr is a terminal, else a line every half minute.
class ProgressLine {
 public:
  explicit ProgressLine(const Context& context) : context_(context), terminal_(isatty(STDERR_FILENO) == 1) {}
  void show(const batch::BatchProgress& now) {
    if (context_.quiet)
      return;
    if (terminal_)
      fmt::print(stderr, "\r\x1b[K{}", progress_text(now));
    else if (now.seconds - last_s_ >= 30) {
      last_s_ = now.seconds;
      fmt::print(stderr, "{}\n", progress_text(now));
    }
  }
  void end() const {
    if (terminal_ && !context_.quiet)
      fmt::print(stderr, "\r\x1b[K");
  }

 private:
  const Context& context_;
  bool terminal_;
  double last_s_ = 0;
};

int run(BatchArguments& arguments, const std::vector<std::string>& analysis_words, const Context& context) {
  static_cast<void>(request_of(arguments.analysis)); // a wrong option is told now, not by every study
  batch::BatchOptions& options = arguments.options;
  options.root = arguments.root;
  options.output = arguments.output;
  options.program = std::filesystem::read_symlink("/proc/self/exe");
  options.analyze_options = analysis_words;
  options.threads = context.parallel.threads;
  options.retry_failed = !arguments.retry.empty();
  if (!arguments.shard.empty())
    options.shard = batch::parse_shard(arguments.shard);
  if (!arguments.dxa_results.empty())
    options.dxa_results = dxa_cells(arguments.dxa_results, dxa_options_of(arguments.analysis.dxa));
  if (arguments.memory_mb)
    options.memory_bytes = *arguments.memory_mb << 20U;
  if (arguments.memory_limit_mb)
    options.memory_limit_bytes = *arguments.memory_limit_mb << 20U;
  ProgressLine line(context);
  options.on_progress = [&](const batch::BatchProgress& now) { line.show(now); };
  const batch::BatchResult result = batch::run_batch(options);
  line.end();
  print_issues(result.issues);
  if (result.interrupted_by) {
    progress(context, "interrupted; run the same command again to go on");
    std::raise(*result.interrupted_by);
  }
  const batch::Counts& studies = result.studies;
  if (context.json)
    fmt::print("{{\"schema\":\"osteocalc.batch/1\",\"done\":{},\"refused\":{},\"failed\":{},\"queued\":{},"
               "\"analysed_now\":{}}}\n",
               studies.done, studies.refused, studies.failed, studies.queued, result.ended_now);
  progress(context, options.inventory_only
                        ? fmt::format("{} studies found; {}", studies.queued + studies.done,
                                      (result.books / "state.sqlite").string())
                        : fmt::format("{} done, {} refused, {} failed; {}", studies.done, studies.refused,
                                      studies.failed, (result.books / "results.csv").string()));
  return Done;
}

} // namespace

std::function<int(const Context&)> declare_batch(CLI::App& app) {
  auto arguments = std::make_shared<BatchArguments>();
  batch::BatchOptions& options = arguments->options;
  app.add_option("root", arguments->root, "folder of any layout; every study below it is analysed")
      ->required()
      ->check(CLI::ExistingDirectory);
  app.add_option("-o,--output", arguments->output, "folder for studies and tables; run again, the batch goes on there")
      ->required();
  app.add_option("--jobs", options.jobs,
                 "studies at once; 0 = as memory and processors allow; --threads is then within one study")
      ->check(CLI::Range(0, 4096));
  app.add_option("--subjects", options.subjects, "CSV of patient_id or subject, age_years, sex and further columns")
      ->check(CLI::ExistingFile);
  app.add_option("--dxa-results", arguments->dxa_results,
                 "tables of scanners' own DXA results by patient id, joined to the rows of the same person")
      ->check(CLI::ExistingFile);
  app.add_option("--shard", arguments->shard, "I/N: only the I-th of N parts");
  app.add_option("--inventory", options.inventory, "state.sqlite of an earlier --inventory-only, instead of walking")
      ->check(CLI::ExistingFile);
  app.add_flag("--inventory-only", options.inventory_only, "find the studies, analyse none");
  app.add_option("--time-limit-s", options.time_limit_s, "after which one study is stopped")
      ->check(CLI::PositiveNumber);
  app.add_option("--memory-mb", arguments->memory_mb, "of all studies at once; default: nine tenths of what is free")
      ->check(CLI::PositiveNumber);
  app.add_option("--memory-limit-mb", arguments->memory_limit_mb, "of one study; default: its share of what is free")
      ->check(CLI::PositiveNumber);
  app.add_option("--retry", arguments->retry, "failed: analyse again what failed before")
      ->check(CLI::IsMember({"failed"}));
  app.add_option("--key-file", options.key_file, "key of all pseudonyms; default: made once in the output folder");
  app.add_flag("--keep-ids", options.keep_ids, "write patient ids themselves as subjects");
  CLI::App* analysis = app.add_option_group("analysis", "of every study, as for analyze");
  add_analysis_options(*analysis, arguments->analysis);
  return [arguments, analysis](const Context& context) { return run(*arguments, given_words(*analysis), context); };
}

} // namespace osteocalc::app
