// SPDX-License-Identifier: Apache-2.0
#include "command.h"

#include "osteocalc/core/error.h"
#include "osteocalc/report/text_file.h"
#include "osteocalc/synth/cohort.h"
#include "osteocalc/synth/phantom.h"
#include "osteocalc/synth/truth.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <map>
#include <memory>

namespace osteocalc::app {
namespace {

struct SynthArguments {
  std::string kind, output, field = "chest_abdomen", calibration_phantom;
  std::uint32_t seed = 1;
  int n = 24;
  bool people_only = false;
  synth::Scanner scanner;
};

const std::map<std::string, synth::Field>& fields() {
  static const std::map<std::string, synth::Field> by_name{{"heart", synth::Field::Heart},
                                                           {"chest", synth::Field::Chest},
                                                           {"abdomen", synth::Field::Abdomen},
                                                           {"chest_abdomen", synth::Field::ChestAbdomen}};
  return by_name;
}

synth::Scanner scanner_of(const SynthArguments& arguments) {
  synth::Scanner scanner = arguments.scanner;
  scanner.field = fields().at(arguments.field);
  return scanner;
}

void make_one(const SynthArguments& arguments, const Context& context) {
  const synth::Person person = synth::draw_person(arguments.seed);
  synth::CtRequest request;
  request.person = person;
  request.scanner = scanner_of(arguments);
  request.calcium = synth::draw_calcium(person);
  request.calibration_phantom = arguments.calibration_phantom;
  synth::write_ct_study(synth::make_ct(request, context.parallel), arguments.output, context.parallel);
}

void make_cohort(const SynthArguments& arguments, const Context& context) {
  const synth::PersonModel model;
  const std::filesystem::path output(arguments.output);
  const std::vector<synth::CohortMember> people = synth::draw_people(model, arguments.n, arguments.seed);
  synth::write_people_csv(people, output / "people.csv");
  report::write_text_file(output / "truth.json", synth::cohort_truth_json(model, people.size(), arguments.seed));
  if (arguments.people_only)
    return;
  for (const synth::CohortMember& member : people) {
    synth::CtRequest request = synth::scan_of(member, scanner_of(arguments));
    request.calibration_phantom = arguments.calibration_phantom;
    synth::write_ct_study(synth::make_ct(request, context.parallel), output / member.patient_id, context.parallel);
    progress(context, (output / member.patient_id).string());
  }
}

int run_synth(const SynthArguments& arguments, const Context& context) {
  if (arguments.kind == "dxa")
    throw Error("synth dxa is not built yet");
  std::filesystem::create_directories(arguments.output);
  if (arguments.kind == "ct")
    make_one(arguments, context);
  else if (arguments.kind == "phantom")
    synth::write_phantom_study(synth::make_insert_phantom(scanner_of(arguments), arguments.seed, context.parallel),
                               arguments.output, context.parallel);
  else
    make_cohort(arguments, context);
  progress(context, (std::filesystem::path(arguments.output) / "truth.json").string());
  return Done;
}

void add_scanner_options(CLI::App& app, synth::Scanner& scanner) {
  app.add_option("--kvp", scanner.kvp_kv, "tube voltage, kV");
  app.add_option("--matrix", scanner.matrix, "pixels along a side");
  app.add_option("--pixel-mm", scanner.pixel_mm);
  app.add_option("--increment-mm", scanner.increment_mm, "between slices");
  app.add_option("--nominal-thickness-mm", scanner.nominal_thickness_mm);
  app.add_option("--psf-mm", scanner.psf_fwhm_mm, "point spread, full width at half maximum");
  app.add_option("--noise-hu", scanner.noise_sd_hu, "SD of the noise");
  app.add_option("--noise-correlation-mm", scanner.noise_correlation_mm);
}

} // namespace

std::function<int(const Context&)> declare_synth(CLI::App& app) {
  auto arguments = std::make_shared<SynthArguments>();
  app.add_option("kind", arguments->kind, "ct, phantom (cardiac insert), cohort or dxa (not built yet)")
      ->required()
      ->check(CLI::IsMember({"ct", "phantom", "cohort", "dxa"}));
  app.add_option("-o,--output", arguments->output, "folder for the images and truth.json")->required();
  app.add_option("--seed", arguments->seed, "decides everything that is not stated");
  app.add_option("--n", arguments->n, "people of a cohort")->check(CLI::Range(1, 1000000));
  app.add_option("--field", arguments->field, "heart, chest, abdomen, chest_abdomen")
      ->check(CLI::IsMember({"heart", "chest", "abdomen", "chest_abdomen"}));
  app.add_option("--calibration-phantom", arguments->calibration_phantom, "a slab of rods under the back, by name");
  app.add_flag("--people-only", arguments->people_only, "of a cohort: the table and its truth, no images");
  add_scanner_options(app, arguments->scanner);
  return [arguments, &app](const Context& context) {
    // A phantom is scanned by a cardiac protocol unless a scanner option says otherwise.
    const bool own_scanner = app.count("--matrix") + app.count("--pixel-mm") + app.count("--increment-mm") > 0;
    if (arguments->kind == "phantom" && !own_scanner) {
      const synth::Scanner given = arguments->scanner;
      arguments->scanner = synth::phantom_scanner();
      arguments->scanner.kvp_kv = given.kvp_kv;
      if (app.count("--noise-hu") > 0)
        arguments->scanner.noise_sd_hu = given.noise_sd_hu;
    }
    return run_synth(*arguments, context);
  };
}

} // namespace osteocalc::app
