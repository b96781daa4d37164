// SPDX-License-Identifier: Apache-2.0
#include "command.h"
#include "series_source.h"

#include "osteocalc/report/inspect_json.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <memory>

namespace osteocalc::app {
namespace {

struct InspectArguments {
  std::vector<std::filesystem::path> paths;
  SeriesSource source;
};

int run_inspect(const InspectArguments& arguments, const Context& context) {
  const study::Protocol protocol = protocol_of(arguments.source);
  const io::FileTree tree = io::find_files(arguments.paths, context.parallel);
  progress(context, fmt::format("reading the headers of {} files", tree.files.size()));
  const study::Inspection inspection = study::inspect(io::take_inventory(tree, context.parallel), protocol);
  if (context.json) {
    fmt::print("{}", report::inspect_json(inspection));
  } else {
    fmt::print("{}", report::inspect_table(inspection));
    print_issues(inspection.issues);
  }
  return Done;
}

} // namespace

std::function<int(const Context&)> declare_inspect(CLI::App& app) {
  auto arguments = std::make_shared<InspectArguments>();
  app.add_option("path", arguments->paths, "folders, DICOM files, zip or tar of DICOM")->required();
  app.add_option("--protocol", arguments->source.protocol, "TOML of what a series must be, over the one that ships");
  return [arguments](const Context& context) { return run_inspect(*arguments, context); };
}

} // namespace osteocalc::app
