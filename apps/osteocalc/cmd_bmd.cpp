// SPDX-License-Identifier: Apache-2.0
#include "command.h"

#include "osteocalc/bone/densitometry.h"
#include "osteocalc/image/label_alignment.h"
#include "osteocalc/io/ct_reader.h"
#include "osteocalc/io/nifti.h"
#include "osteocalc/report/study_json.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <memory>

namespace osteocalc::app {
namespace {

struct BmdArguments {
  std::string image, mask, calibration = "raw";
};

void print_table(const bone::BoneResult& result) {
  fmt::print("{:<6} {:>8} {:>8} {:>8} {:>10}  {}\n", "level", "HU", "SD", "voxels", "mg/cm3", "used");
  for (const bone::VertebraDensity& v : result.vertebrae)
    fmt::print("{:<6} {:>8} {:>8} {:>8} {:>10}  {}\n", to_string(v.level),
               v.trabecular ? fmt::format("{:.1f}", v.trabecular->mean_hu) : "-",
               v.trabecular ? fmt::format("{:.1f}", v.trabecular->sd_hu) : "-",
               v.trabecular ? std::to_string(v.trabecular->n) : "-",
               v.bmd_mg_cm3 ? fmt::format("{:.1f}", *v.bmd_mg_cm3) : "-",
               v.excluded ? "no: " + *v.excluded : std::string("yes"));
  if (result.summary)
    fmt::print("mean of {} and {}: {:.1f} HU\n", to_string(result.summary->levels[0]),
               to_string(result.summary->levels[1]), result.summary->mean_hu);
}

int run_bmd(const BmdArguments& arguments, const Context& context) {
  const calibration::Calibration calibration = calibration::calibration_from(arguments.calibration);
  io::ReadOptions reading;
  reading.parallel = context.parallel;
  const CtImage image = io::read_ct(arguments.image, reading);
  Issues issues = image.issues;
  const LabelMap labels =
      aligned_labels(io::read_labels(arguments.mask), image.hu.geometry(), context.parallel, issues);
  bone::BoneOptions options;
  options.parallel = context.parallel;
  const bone::BoneResult result =
      bone::measure_bone(image.hu, bone::find_vertebral_bodies(labels.voxels, context.parallel), calibration, options);
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
  app.add_option("--mask", arguments->mask, "label map with vertebrae (NIfTI, TotalSegmentator's ids)")->required();
  app.add_option("--calibration", arguments->calibration,
                 "raw, published:NAME (buenger-2021, buenger-2022-contrast) or a calibration.json");
  return [arguments](const Context& context) { return run_bmd(*arguments, context); };
}

} // namespace osteocalc::app
