// SPDX-License-Identifier: Apache-2.0
#include "command.h"

#include "osteocalc/cohort/analysis.h"
#include "osteocalc/core/error.h"
#include "osteocalc/report/cohort_html.h"
#include "osteocalc/report/cohort_json.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <memory>

namespace osteocalc::app {
namespace {

struct CohortArguments {
  std::string plan, output, outcome, exposure, key, weights, strata, psu;
  std::vector<std::string> tables, adjust;
};

int run(const CohortArguments& arguments, const Context& context) {
  if (!arguments.plan.empty() || !arguments.weights.empty() || !arguments.strata.empty() || !arguments.psu.empty())
    throw Error("plans and survey designs are not built yet; give tables with --outcome, --exposure and --adjust");
  if (arguments.tables.empty() || arguments.outcome.empty() || arguments.exposure.empty())
    throw ConfigError("cohort needs a table, --outcome and --exposure");
  cohort::CohortRequest request;
  request.tables.assign(arguments.tables.begin(), arguments.tables.end());
  request.key = arguments.key;
  request.outcome = arguments.outcome;
  request.exposure = arguments.exposure;
  request.adjust = arguments.adjust;
  const cohort::CohortResult result = cohort::run_cohort(request);
  const std::filesystem::path output(arguments.output);
  report::write_cohort_report(result, output);
  if (context.json)
    fmt::print("{}", report::cohort_json(result));
  else
    for (const std::string& finding : result.findings)
      fmt::print("{}\n", finding);
  progress(context, (output / "cohort.html").string());
  return Done;
}

} // namespace

std::function<int(const Context&)> declare_cohort(CLI::App& app) {
  auto arguments = std::make_shared<CohortArguments>();
  app.add_option("tables", arguments->tables, "CSV tables; the first says who is in the cohort");
  app.add_option("--plan", arguments->plan, "analysis plan (not built yet)");
  app.add_option("--outcome", arguments->outcome, "column with a calcium score");
  app.add_option("--exposure", arguments->exposure, "column with a bone measure");
  app.add_option("--adjust", arguments->adjust, "columns to adjust for, e.g. age_years,sex")->delimiter(',');
  app.add_option("--key", arguments->key, "column that joins the tables");
  app.add_option("--weights", arguments->weights, "survey weights (not built yet)");
  app.add_option("--strata", arguments->strata, "survey strata (not built yet)");
  app.add_option("--psu", arguments->psu, "survey sampling units (not built yet)");
  app.add_option("-o,--output", arguments->output, "folder for cohort.json, cohort.html and figures")->required();
  return [arguments](const Context& context) { return run(*arguments, context); };
}

} // namespace osteocalc::app
