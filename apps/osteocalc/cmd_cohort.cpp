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
  std::string plan, output;
  cohort::CohortRequest request;
  std::vector<std::string> tables;
};

cohort::CohortResult analyze(const CohortArguments& arguments, const Context& context) {
  cohort::CohortRequest request = arguments.request;
  request.tables.assign(arguments.tables.begin(), arguments.tables.end());
  const bool asks = !request.outcome.empty() || !request.exposure.empty() || !request.adjust.empty() ||
                    !request.weights.empty() || !request.strata.empty() || !request.psu.empty();
  if (!arguments.plan.empty()) {
    if (asks)
      throw ConfigError("--plan says what to analyse (--outcome, --exposure, --adjust, --weights, --strata and --psu "
                        "would say it again); leave one of the two out");
    cohort::Plan plan = cohort::read_plan(arguments.plan);
    if (!request.tables.empty())
      plan.tables = request.tables;
    if (!request.key.empty())
      plan.key = request.key;
    return cohort::run_plan(plan, context.parallel);
  }
  if (request.tables.empty() || request.outcome.empty() || request.exposure.empty())
    throw ConfigError("cohort needs --plan, or a table, --outcome and --exposure");
  return cohort::run_cohort(request, context.parallel);
}

int run(const CohortArguments& arguments, const Context& context) {
  const cohort::CohortResult result = analyze(arguments, context);
  const std::filesystem::path output(arguments.output);
  report::write_cohort_report(result, output);
  if (context.json)
    fmt::print("{}", report::cohort_json(result));
  else
    for (const std::string& finding : result.findings)
      fmt::print("{}\n", finding);
  print_issues(result.issues);
  progress(context, (output / "cohort.html").string());
  return Done;
}

} // namespace

std::function<int(const Context&)> declare_cohort(CLI::App& app) {
  auto arguments = std::make_shared<CohortArguments>();
  cohort::CohortRequest& request = arguments->request;
  app.add_option("tables", arguments->tables,
                 "tables (csv, xpt, sav, dta, file.sqlite:table); the first says who is in the cohort");
  app.add_option("--plan", arguments->plan, "analysis plan (TOML)");
  app.add_option("--outcome", request.outcome, "column with a calcium score");
  app.add_option("--exposure", request.exposure, "column with a bone measure");
  app.add_option("--adjust", request.adjust, "columns to adjust for, e.g. age_years,sex")->delimiter(',');
  app.add_option("--key", request.key, "column that joins the tables");
  app.add_option("--weights", request.weights, "column with survey weights");
  app.add_option("--strata", request.strata, "column with survey strata");
  app.add_option("--psu", request.psu, "column with primary sampling units");
  app.add_option("-o,--output", arguments->output, "folder for cohort.json, cohort.html, figures and tables")
      ->required();
  return [arguments](const Context& context) { return run(*arguments, context); };
}

} // namespace osteocalc::app
