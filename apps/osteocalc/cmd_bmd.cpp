// SPDX-License-Identifier: Apache-2.0
#include "bone_options.h"
#include "calibration_source.h"
#include "command.h"
#include "label_source.h"
#include "series_source.h"

#include "osteocalc/bone/densitometry.h"
#include "osteocalc/core/error.h"
#include "osteocalc/report/study_json.h"
#include "osteocalc/study/blood_pool.h"
#include "osteocalc/study/spine.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <memory>

namespace osteocalc::app {
namespace {

struct BmdArguments {
  std::string image;
  CalibrationSource calibration;
  LabelSource labels;
  BoneArguments bone;
  SeriesSource series;
};

bone::BoneOptions bone_options(const BmdArguments& arguments, const CtImage& image, const LabelMap& labels,
                               const Context& context) {
  bone::BoneOptions options = bone_options_of(arguments.bone);
  options.parallel = context.parallel;
  options.contrast = contrast_phase(study::measure_blood_pool(image.hu, labels.voxels, context.parallel));
  options.kvp_kv = arguments.calibration.kvp_kv ? arguments.calibration.kvp_kv : image.acquisition.kvp_kv;
  options.age_years = image.acquisition.age_years;
  return options;
}

void print_table(const bone::BoneResult& result) {
  fmt::print("{:<6} {:>8} {:>8} {:>8} {:>10} {:>8}  {}\n", "level", "HU", "SD", "voxels", "mg/cm3", "SE", "used");
  for (const bone::VertebraDensity& v : result.vertebrae)
    fmt::print("{:<6} {:>8} {:>8} {:>8} {:>10} {:>8}  {}\n", to_string(v.level),
               v.trabecular ? fmt::format("{:.1f}", v.trabecular->mean_hu) : "-",
               v.trabecular ? fmt::format("{:.1f}", v.trabecular->sd_hu) : "-",
               v.trabecular ? std::to_string(v.trabecular->n) : "-",
               v.bmd_mg_cm3 ? fmt::format("{:.1f}", *v.bmd_mg_cm3) : "-",
               v.bmd_se_mg_cm3 ? fmt::format("{:.1f}", *v.bmd_se_mg_cm3) : "-",
               v.excluded ? "no: " + *v.excluded : std::string("yes"));
  for (const auto& mean : {result.summary, result.l1_l3})
    if (mean) {
      std::string levels;
      for (const Vertebra level : mean->levels)
        levels += (levels.empty() ? "" : ", ") + std::string(to_string(level));
      fmt::print("mean of {}: {:.1f} HU", levels, mean->mean_hu);
      if (mean->bmd_mg_cm3)
        fmt::print(", {:.1f} mg/cm3", *mean->bmd_mg_cm3);
      if (mean->bmd_se_mg_cm3)
        fmt::print(" (SE {:.1f})", *mean->bmd_se_mg_cm3);
      fmt::print("\n");
    }
}

int run_bmd(const BmdArguments& arguments, const Context& context) {
  check_calibration(arguments.calibration);
  const CtImage image = read_scan(arguments.image, study::Use::Bone, arguments.series, reading_options(context));
  Issues issues = image.issues;
  const LabelMap labels = merged(labels_from(arguments.labels, image, {}, context.parallel, issues));
  const std::vector<bone::BodyFinding> bodies = bone::find_vertebral_bodies(labels.voxels, context.parallel);
  const bone::BoneResult result = study::measure_spine(
      image, labels, bodies, calibration_for(arguments.calibration, image, labels, context.parallel).calibration,
      bone_options(arguments, image, labels, context));
  append(issues, result.issues);
  if (context.json) {
    fmt::print("{}", report::bone_result_json(result, issues));
  } else {
    print_table(result);
    print_issues(issues);
  }
  for (const bone::VertebraDensity& vertebra : result.vertebrae)
    if (vertebra.trabecular)
      return Done;
  return Refused;
}

} // namespace

std::function<int(const Context&)> declare_bmd(CLI::App& app) {
  auto arguments = std::make_shared<BmdArguments>();
  app.add_option("image", arguments->image, "a folder of DICOM, one DICOM file or a NIfTI")->required();
  app.add_option(
         "--mask", arguments->labels.labels,
         "label map with vertebrae (NIfTI) or folder of one NIfTI a structure, in TotalSegmentator's numbers or "
         "names")
      ->required();
  add_scheme_option(app, arguments->labels);
  add_calibration_options(app, arguments->calibration);
  app.add_option("--kvp", arguments->calibration.kvp_kv, "tube voltage, instead of the header's")
      ->check(CLI::Range(40.0, 200.0));
  add_series_options(app, arguments->series);
  add_bone_options(app, arguments->bone);
  return [arguments](const Context& context) { return run_bmd(*arguments, context); };
}

} // namespace osteocalc::app
