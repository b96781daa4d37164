// SPDX-License-Identifier: Apache-2.0
#include "command.h"

#include "osteocalc/core/error.h"
#include "osteocalc/report/text_file.h"
#include "osteocalc/synth/cohort.h"
#include "osteocalc/synth/dxa_files.h"
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
  std::string view = "spine", beam = "cerium", manufacturer = "OsteoCalc";
  std::optional<double> thickness_cm;
  double fat_share = 0.25, dxa_pixel_mm = 1;
  bool noiseless = false;
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

/// CT and DXA of one seed are of one person.
std::string patient_id_of(const SynthArguments& arguments) {
  return fmt::format("SYNTHETIC-{}", arguments.seed);
}

void make_one(const SynthArguments& arguments, const Context& context) {
  const synth::Person person = synth::draw_person(arguments.seed);
  synth::CtRequest request;
  request.person = person;
  request.patient_id = patient_id_of(arguments);
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

void make_dxa(const SynthArguments& arguments, const Context& context) {
  static const std::map<std::string, synth::DxaView> views{{"spine", synth::DxaView::Spine},
                                                           {"lateral_spine", synth::DxaView::Lateral},
                                                           {"femur_left", synth::DxaView::HipLeft},
                                                           {"femur_right", synth::DxaView::HipRight}};
  synth::DxaRequest request;
  request.person = synth::draw_person(arguments.seed);
  request.patient_id = patient_id_of(arguments);
  request.view = views.at(arguments.view);
  request.beam = arguments.beam;
  request.pixel_mm = arguments.dxa_pixel_mm;
  if (arguments.thickness_cm)
    request.slab = synth::SoftTissueSlab{*arguments.thickness_cm, arguments.fat_share};
  if (request.view == synth::DxaView::Lateral)
    request.plaques = synth::wall_plaques(synth::build_torso(request.person));
  // A trunk seen from the side is about 40 cm thick.
  const double usual_cm = request.view == synth::DxaView::Lateral ? 40 : 20;
  if (!arguments.noiseless)
    request.photons_per_mm2 = synth::clinical_photons_per_mm2(arguments.thickness_cm.value_or(usual_cm));
  synth::write_dxa_study(synth::make_dxa(request, context.parallel), arguments.output, arguments.manufacturer);
}

int run_synth(const SynthArguments& arguments, const Context& context) {
  std::filesystem::create_directories(arguments.output);
  if (arguments.kind == "dxa") {
    make_dxa(arguments, context);
    progress(context, arguments.output);
    return Done;
  }
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

void add_dxa_options(CLI::App& app, SynthArguments& arguments) {
  app.add_option("--view", arguments.view, "of dxa")
      ->check(CLI::IsMember({"spine", "lateral_spine", "femur_left", "femur_right"}));
  app.add_option("--beam", arguments.beam, "of dxa")->check(CLI::IsMember(synth::dxa_beams()));
  app.add_option("--thickness-cm", arguments.thickness_cm, "of dxa: even soft tissue in place of the body's own")
      ->check(CLI::Range(2.0, 60.0));
  app.add_option("--fat", arguments.fat_share, "share of fat in it, by mass")->check(CLI::Range(0.0, 1.0));
  app.add_option("--dxa-pixel-mm", arguments.dxa_pixel_mm, "of dxa, from the front")->check(CLI::Range(0.2, 3.0));
  app.add_flag("--noiseless", arguments.noiseless, "of dxa: no photon noise");
  app.add_option("--manufacturer", arguments.manufacturer, "that the dxa header names");
}

} // namespace

std::function<int(const Context&)> declare_synth(CLI::App& app) {
  auto arguments = std::make_shared<SynthArguments>();
  app.add_option("kind", arguments->kind, "ct, phantom (cardiac insert), cohort or dxa")
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
  add_dxa_options(app, *arguments);
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
