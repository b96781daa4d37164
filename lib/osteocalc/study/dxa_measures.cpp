// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/study/dxa_measures.h"

#include "osteocalc/core/error.h"
#include "osteocalc/dxa/calibration_file.h"
#include "osteocalc/dxa/hip_regions.h"
#include "osteocalc/dxa/lateral_levels.h"
#include "osteocalc/dxa/spine_regions.h"

#include <algorithm>

namespace osteocalc::study {
namespace {

dxa::AttenuationModel model_for(const DxaImage& image, const DxaOptions& options) {
  if (options.calibration)
    return *options.calibration;
  if (image.calibration_json.empty())
    throw Refusal(refused("DXA-NO-CALIBRATION", "image",
                          "neither the file nor --calibration says how the scanner's attenuation follows from bone and "
                          "soft tissue (density would be a guess) give mass attenuation, a step wedge or references"));
  return dxa::parse_calibration(image.calibration_json);
}

/// What the user says goes before what stands in an image or a report.
template <class Source>
dxa::ScoringContext context_of(const Source& source, const DxaOptions& options) {
  const std::string named = options.manufacturer.value_or(source.manufacturer);
  return {{options.sex ? options.sex : source.sex, options.age_years ? options.age_years : source.age_years,
           options.postmenopausal, options.race},
          reference::dxa_manufacturer(named).value_or(""),
          options.reference};
}

struct Placed {
  std::vector<dxa::Region> regions;
  std::vector<dxa::ExcludedLevel> excluded;
  std::optional<double> level_confidence;
  Issues issues;
};

Placed place_regions(const DxaImage& image, const dxa::BoneImage& bone, const DxaOptions& options) {
  if (options.regions)
    return {options.regions->regions, options.regions->excluded, {}, {}};
  if (image.exam == DxaExam::Spine) {
    dxa::SpineRegions found = dxa::find_spine_regions(bone);
    return {std::move(found.regions), {}, found.level_confidence, std::move(found.issues)};
  }
  if (image.exam == DxaExam::FemurLeft || image.exam == DxaExam::FemurRight) {
    dxa::HipRegions found =
        dxa::find_hip_regions(bone, image.exam == DxaExam::FemurLeft ? dxa::HipSide::Left : dxa::HipSide::Right);
    return {std::move(found.regions), {}, {}, std::move(found.issues)};
  }
  Placed none;
  if (image.exam != DxaExam::LateralSpine)
    none.issues.push_back(refused("DXA-NO-REGIONS", "image",
                                  "regions are placed on the spine and the femur only (the mean of a whole image is no "
                                  "site's density) give regions by --roi"));
  return none;
}

void add_densities(DxaMeasured& out, const DxaImage& image, const DxaOptions& options) {
  dxa::BoneImage bone = bone_image(image, options);
  Placed placed = place_regions(image, bone, options);
  std::vector<dxa::SiteDensity> sites;
  for (const dxa::Region& region : placed.regions) {
    if (const auto site = dxa::measure(region, bone.bone_g_cm2, bone.noise_g_cm2))
      sites.push_back(*site);
    else
      placed.issues.push_back(refused("DXA-EMPTY-REGION", region.name,
                                      "the region holds no bone (its density is not defined) move it onto bone"));
  }
  out.result = dxa::score_sites(sites, placed.excluded, context_of(image, options));
  if (image.exam == DxaExam::Spine && placed.regions.size() > 1)
    out.result.texture = dxa::variogram_texture(bone.bone_g_cm2, placed.regions[1]);
  out.result.regions = std::move(placed.regions);
  out.result.level_confidence = placed.level_confidence;
  append(out.result.issues, bone.issues);
  append(out.result.issues, placed.issues);
  out.bone_g_cm2 = std::move(bone.bone_g_cm2);
}

dxa::MarkFile proposed_marks(const Volume<float>& seen, dxa::DxaResult& result) {
  dxa::LateralLevels found = dxa::find_lateral_levels(seen);
  append(result.issues, found.issues);
  if (found.marks.empty())
    return {};
  result.level_confidence = found.level_confidence;
  result.issues.push_back(info("AAC-LEVELS-PROPOSED", "lateral",
                               "the levels are the machine's proposal (a wall's score depends on them) look at the "
                               "picture, and give marks by --marks where they are wrong"));
  return {std::move(found.marks), {}};
}

void add_aac(DxaMeasured& out, const DxaImage& image, const DxaOptions& options) {
  const Volume<float>* seen = out.bone_g_cm2         ? &*out.bone_g_cm2
                              : image.frames.empty() ? nullptr
                                                     : &image.frames.front();
  if (seen == nullptr || (!options.marks && !image.has_spacing)) {
    out.result.issues.push_back(refused("AAC-NO-LEVELS", "lateral",
                                        "the vertebrae are not marked and cannot be looked for without a pixel spacing "
                                        "(a wall's score needs its level) give six points of each body from T12 to L5 "
                                        "by --marks"));
    return;
  }
  const dxa::MarkFile marks = options.marks ? *options.marks : proposed_marks(*seen, out.result);
  if (marks.marks.empty())
    return;
  out.marks = marks.marks;
  dxa::LateralCalcium found = dxa::find_wall_calcium(*seen, marks.marks);
  dxa::apply_lengths(found.walls, marks);
  out.result.aac = dxa::score_aac(found.walls);
  out.result.aac_spans = std::move(found.spans);
  append(out.result.issues, found.issues);
}

} // namespace

dxa::ScoringContext scoring_context(const DxaReport& report, const DxaOptions& options) {
  dxa::ScoringContext context = context_of(report, options);
  if (context.person.race.empty())
    context.person.race = report.race;
  return context;
}

dxa::BoneImage bone_image(const DxaImage& image, const DxaOptions& options) {
  if (options.bone)
    return {options.bone->bone_g_cm2.clone(), options.bone->soft_tissue.clone(), options.bone->is_bone.clone(),
            options.bone->noise_g_cm2, options.bone->issues};
  if (image.content == DxaContent::Attenuation)
    return dxa::decompose(image.frames[0], image.frames[1], model_for(image, options), options.parallel);
  dxa::BoneImage out;
  out.bone_g_cm2 = image.frames.front().clone();
  return out;
}

DxaMeasured measure_dxa(const DxaImage& image, const DxaOptions& options) {
  DxaMeasured out;
  if (image.content != DxaContent::Picture)
    add_densities(out, image, options);
  if (image.exam == DxaExam::LateralSpine)
    add_aac(out, image, options);
  Issues all = image.issues;
  append(all, out.result.issues);
  out.result.issues = std::move(all);
  return out;
}

} // namespace osteocalc::study
