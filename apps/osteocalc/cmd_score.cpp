// SPDX-License-Identifier: Apache-2.0
#include "command.h"
#include "label_source.h"
#include "scoring_options.h"
#include "series_source.h"

#include "osteocalc/calcium/score.h"
#include "osteocalc/core/error.h"
#include "osteocalc/image/combine_slices.h"
#include "osteocalc/image/label_alignment.h"
#include "osteocalc/io/nifti.h"
#include "osteocalc/report/score_json.h"
#include "osteocalc/study/calcium_measures.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <memory>
#include <sstream>

namespace osteocalc::app {
namespace {

struct ScoreArguments {
  std::string image, mask, scheme = "auto";
  std::vector<std::string> labels;
  ScoringArguments scoring;
  SeriesSource series;
  std::string calibration;
  std::optional<double> nominal_thickness_mm;
};

/// "aorta=52" or "coronary=200,201,202" as a region.
calcium::Region parse_region(const std::string& text) {
  const std::size_t equals = text.find('=');
  calcium::Region region{text.substr(0, equals), {}};
  std::istringstream ids(equals == std::string::npos ? "" : text.substr(equals + 1));
  for (std::string id; std::getline(ids, id, ',');) {
    int value = 0;
    const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), value);
    if (error != std::errc{} || end != id.data() + id.size() || value < 1 || value > 65535)
      throw ConfigError("'" + id + "' in --label " + text + " is no label id (1 to 65535)");
    region.labels.push_back(static_cast<LabelId>(value));
  }
  if (region.name.empty() || region.labels.empty())
    throw ConfigError("--label " + text + " names no label; write --label aorta=52 or --label coronary=201,202");
  return region;
}

std::vector<calcium::Region> regions_of(const ScoreArguments& arguments, const LabelMap& labels) {
  std::vector<calcium::Region> regions;
  for (const std::string& text : arguments.labels)
    regions.push_back(parse_region(text));
  if (regions.empty())
    for (const LabelId id : labels_present(labels))
      regions.push_back({name_of(labels, id), {id}});
  return regions;
}

/// A map's labels are the user's own and keep their numbers unless a scheme is named; a folder's have names only.
LabelMap labels_of(const ScoreArguments& arguments, const VolumeGeometry& image, Parallel parallel, Issues& issues) {
  const LabelScheme scheme = label_scheme_from(arguments.scheme);
  if (scheme != LabelScheme::Auto || std::filesystem::is_directory(arguments.mask))
    return merged(read_label_set(arguments.mask, scheme, image, parallel, issues));
  return aligned_labels(io::read_labels(arguments.mask), image, parallel, issues);
}

int run_score(const ScoreArguments& arguments, const Context& context) {
  if (arguments.mask.empty() && !arguments.labels.empty())
    throw ConfigError("--label needs --mask (it names labels of a mask)");
  calcium::ScoreOptions options;
  options.variants = variants_of(arguments.scoring);
  options.custom = rule_of(arguments.scoring);
  options.kvp_policy = kvp_options_of(arguments.scoring);
  options.parallel = context.parallel;
  CtImage image = read_scan(arguments.image, study::Use::Calcium, arguments.series, reading_options(context));
  const std::optional<double> kvp_kv = arguments.scoring.kvp_kv ? arguments.scoring.kvp_kv : image.acquisition.kvp_kv;
  const std::optional<double> thickness_mm =
      arguments.nominal_thickness_mm ? arguments.nominal_thickness_mm : image.acquisition.nominal_thickness_mm;
  if (kvp_kv)
    options.kvp = KiloVolt{*kvp_kv};
  if (thickness_mm)
    options.nominal_thickness = SliceThickness{*thickness_mm};

  Issues issues = image.issues;
  options.kvp_policy.reads_like_120_kv = calcium::reads_like_120_kv(image.acquisition);
  if (!arguments.calibration.empty())
    options.density = study::density_line(calibration::calibration_from(arguments.calibration), issues);
  LabelMap labels;
  if (!arguments.mask.empty())
    labels = labels_of(arguments, image.hu.geometry(), context.parallel, issues);
  if (const auto& combined_mm = arguments.scoring.combine_slices_mm) {
    image.hu = combine_slices(image.hu, *combined_mm, context.parallel);
    options.nominal_thickness = SliceThickness{*combined_mm};
    if (!labels.voxels.empty())
      labels.voxels = combine_slices(labels.voxels, *combined_mm, context.parallel);
    issues.push_back(info(
        "CAL-COMBINED", "calcium",
        fmt::format("slices were averaged to {:g} mm before scoring (less noise, fewer small lesions)", *combined_mm)));
  }
  calcium::ScoreResult result;
  if (arguments.mask.empty()) {
    result = calcium::score(image.hu, options);
  } else {
    result = calcium::score(image.hu, labels.voxels, regions_of(arguments, labels), options);
  }
  append(issues, result.issues);
  result.issues = std::move(issues);
  const report::ScoredImage scored{image.hu.geometry(), thickness_mm, kvp_kv};
  if (context.json) {
    fmt::print("{}", report::score_json(result, scored));
  } else {
    fmt::print("{}", report::score_table(result, scored));
    print_issues(result.issues);
  }
  const bool any = std::ranges::any_of(result.regions, [](const auto& region) { return !region.scores.empty(); });
  return any ? Done : Refused;
}

} // namespace

std::function<int(const Context&)> declare_score(CLI::App& app) {
  auto arguments = std::make_shared<ScoreArguments>();
  app.add_option("image", arguments->image, "a folder of DICOM, one DICOM file or a NIfTI")->required();
  app.add_option("--mask", arguments->mask,
                 "label map (NIfTI) or folder of one NIfTI a structure; without it the whole image is scored");
  app.add_option("--label-scheme", arguments->scheme,
                 "translate a label map's numbers from TotalSegmentator's v1 or v2; auto: keep them as they are")
      ->check(CLI::IsMember({"auto", "v1", "v2"}));
  app.add_option("--label", arguments->labels,
                 "NAME=ID[,ID]...: a region of the mask; default: every label on its own");
  add_series_options(app, arguments->series);
  add_scoring_options(app, arguments->scoring);
  app.add_option("--calibration", arguments->calibration, "a calibration.json on the hydroxyapatite scale: gives mass");
  app.add_option("--nominal-thickness-mm", arguments->nominal_thickness_mm,
                 "reconstructed slice thickness, instead of the header's")
      ->check(CLI::PositiveNumber);
  return [arguments](const Context& context) { return run_score(*arguments, context); };
}

} // namespace osteocalc::app
