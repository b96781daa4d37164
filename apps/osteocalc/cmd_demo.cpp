// SPDX-License-Identifier: Apache-2.0
// The main job, end to end: people, their scans as DICOM, every scan analysed, the cohort's question answered.
#include "analyze_pipeline.h"
#include "command.h"

#include "osteocalc/cohort/analysis.h"
#include "osteocalc/core/error.h"
#include "osteocalc/core/hashing.h"
#include "osteocalc/report/cohort_html.h"
#include "osteocalc/report/csv_text.h"
#include "osteocalc/report/results_csv.h"
#include "osteocalc/report/study_json.h"
#include "osteocalc/report/text_file.h"
#include "osteocalc/report/variant_report.h"
#include "osteocalc/synth/cohort.h"
#include "osteocalc/synth/truth.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <memory>

namespace osteocalc::app {
namespace {

struct DemoArguments {
  std::string output;
  int n = 24;
  std::uint32_t seed = 2013;
  bool keep_scans = false;
};

/// What a study centre knows of its people beside the scans; what only the simulation knows stays out.
std::string subjects_csv(const std::vector<synth::CohortMember>& people, const std::string& key) {
  std::string text = "subject,bmi_kg_m2,smoking,diabetes\n";
  for (const synth::CohortMember& member : people)
    text += fmt::format("{},{:.1f},{:d},{:d}\n", pseudonym(member.patient_id, key), member.person.bmi_kg_m2,
                        member.smoking, member.diabetes);
  return text;
}

report::CohortRow analyse_person(const synth::CohortMember& member, const DemoArguments& arguments,
                                 const Context& context) {
  const std::filesystem::path output(arguments.output);
  const std::filesystem::path scan = output / "scans" / member.patient_id;
  synth::write_ct_study(synth::make_ct(synth::scan_of(member, synth::Scanner{}), context.parallel), scan,
                        context.parallel);
  PipelineRequest request;
  request.study = {scan / "dicom"};
  request.output = output / "studies" / member.patient_id;
  request.key_file = output / "subject.key";
  request.options.calcium.variants.assign(calcium::all_variants().begin(), calcium::all_variants().end());
  request.options.parallel = context.parallel;
  report::CohortRow row{member.patient_id, run_pipeline(request)};
  if (!arguments.keep_scans)
    std::filesystem::remove_all(scan / "dicom");
  return row;
}

int run_demo(const DemoArguments& arguments, const Context& context) {
  const std::filesystem::path output(arguments.output);
  std::filesystem::create_directories(output);
  const synth::PersonModel model;
  const std::vector<synth::CohortMember> people = synth::draw_people(model, arguments.n, arguments.seed);
  report::write_text_file(output / "truth.json", synth::cohort_truth_json(model, people.size(), arguments.seed));
  const std::string key = load_or_create_key(output / "subject.key");
  report::write_text_file(output / "subjects.csv", subjects_csv(people, key));

  std::vector<report::CohortRow> rows;
  std::vector<report::ResultRow> table;
  for (const synth::CohortMember& member : people) {
    rows.push_back(analyse_person(member, arguments, context));
    table.push_back(report::result_row(member.patient_id, report::study_json(rows.back().result)));
    progress(context, fmt::format("{} of {}: {}", rows.size(), people.size(),
                                  (output / "studies" / member.patient_id / "report.html").string()));
  }
  report::write_text_file(output / "variants.csv", report::variants_csv(rows));
  report::write_text_file(output / "variants_summary.csv", report::variant_summary_csv(rows));
  report::write_text_file(output / "results.csv", report::results_csv(std::move(table)));

  cohort::CohortRequest request;
  request.tables = {output / "results.csv", output / "subjects.csv"};
  request.key = "subject";
  request.outcome = "coronary_agatston";
  request.exposure = "spine_hu";
  request.adjust = {"age_years", "sex", "bmi_kg_m2", "smoking", "diabetes"};
  const cohort::CohortResult result = cohort::run_cohort(request, context.parallel);
  report::write_cohort_report(result, output);
  for (const std::string& finding : result.findings)
    fmt::print(context.json ? stderr : stdout, "{}\n", finding);
  if (context.json)
    fmt::print("{{\"schema\":\"osteocalc.demo/1\",\"people\":{},\"report\":\"{}\"}}\n", people.size(),
               (output / "cohort.html").string());
  else
    fmt::print("\nOpen {}\n", std::filesystem::absolute(output / "cohort.html").string());
  return Done;
}

} // namespace

std::function<int(const Context&)> declare_demo(CLI::App& app) {
  auto arguments = std::make_shared<DemoArguments>();
  app.add_option("-o,--output", arguments->output, "folder for everything the demo makes")->required();
  app.add_option("--n", arguments->n, "people")->check(CLI::Range(12, 100000));
  app.add_option("--seed", arguments->seed, "decides who they are");
  app.add_flag("--keep-scans", arguments->keep_scans, "keep the DICOM files (about 15 MB a person)");
  return [arguments](const Context& context) { return run_demo(*arguments, context); };
}

} // namespace osteocalc::app
