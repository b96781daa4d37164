// SPDX-License-Identifier: Apache-2.0
#include "command.h"

#include "osteocalc/core/error.h"
#include "osteocalc/core/provenance.h"
#include "osteocalc/report/segmentation_json.h"

#include <CLI/CLI.hpp>
#include <array>
#include <cstdio>
#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace osteocalc::app {
namespace {

constexpr std::array<Command, 13> commands{{
    {"demo", "make a synthetic cohort, analyse it, report it", declare_demo},
    {"score", "calcium scores of one image, whole or per label", declare_score},
    {"bmd", "trabecular HU and density of each labelled vertebra", declare_bmd},
    {"analyze", "calcium, bone and their record for one study", declare_analyze},
    {"cohort", "association of calcium with bone over a table", declare_cohort},
    {"synth", "images and tables with known truth", declare_synth},
    {"inspect", "inventory of every series below a path, and what each is fit for", declare_inspect},
    {"segment", "find arteries and vertebrae in one image", declare_segment},
    {"calibrate", "find a calibration phantom in the scan and fit its line", declare_calibrate},
    {"dxa", "areal density, T and Z, and aortic calcium from DXA", declare_dxa},
    {"batch", "every study below a folder; run again, it goes on", declare_batch},
    {"collect", "merge shards of a batch", declare_collect},
    {"readers", "how far two blind readers of a batch agree", declare_readers},
}};

struct Globals {
  Context context;
  std::string log_level = "warn";
};

void add_globals(CLI::App& app, Globals& globals) {
  app.add_option("--threads", globals.context.parallel.threads, "threads to use, 0 = all")->check(CLI::Range(0, 1024));
  app.add_option("--memory", globals.context.memory_bytes,
                 "largest volume to read, such as 800MB or 4GB; default: three quarters of the machine's memory")
      ->transform(CLI::AsSizeValue(true));
  app.add_flag("--json", globals.context.json, "the result as JSON on stdout, and nothing else there");
  app.add_flag("--quiet", globals.context.quiet, "no progress");
  app.add_option("--log-level", globals.log_level, "what to log to stderr")
      ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error", "off"}));
}

void print_refusal(const Refusal& refusal, const Context& context) {
  print_issues(refusal.issues());
  if (!context.json)
    return;
  fmt::print("{}", report::refusal_json(refusal.issues()));
}

std::string rule_of(const std::exception& error) {
  if (dynamic_cast<const IoError*>(&error) != nullptr)
    return "ERROR-IO";
  if (dynamic_cast<const DicomError*>(&error) != nullptr)
    return "ERROR-DICOM";
  if (dynamic_cast<const GeometryError*>(&error) != nullptr)
    return "ERROR-GEOMETRY";
  if (dynamic_cast<const CalibrationError*>(&error) != nullptr)
    return "ERROR-CALIBRATION";
  if (dynamic_cast<const TableError*>(&error) != nullptr)
    return "ERROR-TABLE";
  return "ERROR";
}

/// The one place where exceptions become exit states.
int guarded(const std::function<int(const Context&)>& run, const Context& context) {
  try {
    return run(context);
  } catch (const Refusal& refusal) {
    print_refusal(refusal, context);
    return Refused;
  } catch (const ConfigError& error) {
    fmt::print(stderr, "osteocalc: {}\n", error.what());
    return WrongUsage;
  } catch (const std::exception& error) {
    fmt::print(stderr, "osteocalc: {}\n", error.what());
    if (context.json)
      fmt::print("{}", report::refusal_json({refused(rule_of(error), "input", error.what())}));
    return Failed;
  }
}

int run_main(int argc, char** argv) {
  Globals globals;
  CLI::App app("Arterial calcium and bone mineral from the same images, and whether they are related.\n"
               "For research use only, not for diagnosis.",
               "osteocalc");
  app.set_version_flag("--version", fmt::format("osteocalc {} ({})", version(), commit()));
  app.require_subcommand(1);
  app.fallthrough();
  add_globals(app, globals);
  std::vector<std::function<int(const Context&)>> runs;
  std::vector<CLI::App*> verbs;
  for (const Command& command : commands) {
    CLI::App* verb = app.add_subcommand(std::string(command.name), std::string(command.summary));
    runs.push_back(command.declare(*verb));
    verbs.push_back(verb);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? Done : WrongUsage;
  }
  spdlog::set_default_logger(spdlog::stderr_color_mt("osteocalc"));
  spdlog::set_level(spdlog::level::from_str(globals.log_level));
  for (std::size_t i = 0; i < verbs.size(); ++i)
    if (verbs[i]->parsed())
      return guarded(runs[i], globals.context);
  return WrongUsage;
}

} // namespace

io::ReadOptions reading_options(const Context& context) {
  io::ReadOptions options;
  options.parallel = context.parallel;
  options.memory_bytes = context.memory_bytes;
  return options;
}

void print_issues(const Issues& issues) {
  for (const Issue& issue : issues)
    fmt::print(stderr, "{} {} ({}): {}\n", to_string(issue.level), issue.rule, issue.where, issue.text);
}

void progress(const Context& context, std::string_view line) {
  if (!context.quiet)
    fmt::print(stderr, "{}\n", line);
}

} // namespace osteocalc::app

int main(int argc, char** argv) {
  return osteocalc::app::run_main(argc, argv);
}
