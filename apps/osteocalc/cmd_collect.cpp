// SPDX-License-Identifier: Apache-2.0
#include "command.h"

#include "osteocalc/batch/collect.h"
#include "osteocalc/core/error.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <memory>

namespace osteocalc::app {

std::function<int(const Context&)> declare_collect(CLI::App& app) {
  auto options = std::make_shared<batch::CollectOptions>();
  app.add_option("outputs", options->outputs, "what batch -o was given; an output with shards stands for all of them")
      ->required()
      ->check(CLI::ExistingDirectory);
  app.add_option("-o,--output", options->merged, "folder for the merged tables; default: the only output given");
  app.add_flag("--allow-mixed", options->allow_mixed, "merge other versions, options and results too, with a warning");
  app.add_flag("--allow-missing", options->allow_missing, "merge although shards or studies are missing");
  return [options](const Context& context) {
    if (options->merged.empty() && options->outputs.size() > 1)
      throw ConfigError("several outputs need -o (where the merged tables go is unclear); name a folder");
    if (options->merged.empty())
      options->merged = options->outputs.front();
    const batch::CollectResult result = batch::collect(*options);
    print_issues(result.issues);
    if (context.json)
      fmt::print("{{\"schema\":\"osteocalc.collect/1\",\"batches\":{},\"done\":{},\"refused\":{},\"failed\":{},"
                 "\"twice\":{}}}\n",
                 result.batches, result.done, result.refused, result.failed, result.twice);
    progress(context, fmt::format("{} batches: {} done, {} refused, {} failed; {}", result.batches, result.done,
                                  result.refused, result.failed, (options->merged / "results.csv").string()));
    return static_cast<int>(Done);
  };
}

} // namespace osteocalc::app
