// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/study/calcium_measures.h"

#include "osteocalc/calcium/contact_guard.h"
#include "osteocalc/calcium/region_scores.h"
#include "osteocalc/image/combine_slices.h"
#include "osteocalc/study/beds.h"
#include "osteocalc/study/calcium_guards.h"

#include <algorithm>
#include <fmt/format.h>

namespace osteocalc::study {
namespace {

using calcium::Variant;

calcium::ScoreOptions score_options(const CtImage& image, const AnalyzeOptions& options, StudyResult& result) {
  calcium::ScoreOptions score;
  for (const Variant variant : options.calcium.variants)
    if (variant != Variant::Reference)
      score.variants.push_back(variant);
  score.custom = options.calcium.custom_rule;
  score.kvp_policy = options.calcium.kvp;
  score.kvp_policy.reads_like_120_kv = calcium::reads_like_120_kv(image.acquisition);
  if (result.study.kvp_kv)
    score.kvp = KiloVolt{*result.study.kvp_kv};
  if (options.calcium.combine_slices_mm)
    score.nominal_thickness = SliceThickness{*options.calcium.combine_slices_mm};
  else if (image.acquisition.nominal_thickness_mm)
    score.nominal_thickness = SliceThickness{*image.acquisition.nominal_thickness_mm};
  score.density = density_line(options.calibration, result.issues);
  score.parallel = options.parallel;
  return score;
}

bool is_aorta(LabelId id) {
  return id == label::aorta || (id >= label::aorta_ascending && id <= label::aorta_abdominal);
}

void judge_coronary(const CalciumOptions& options, const StudyInfo& who, std::optional<int> vessels, BedScore& bed,
                    Issues& issues) {
  const double agatston = bed.reference->agatston;
  const auto under_scheme = [&](const std::vector<reference::CalciumCategory>& categories) {
    return *std::ranges::find(categories, options.category_scheme, &reference::CalciumCategory::scheme);
  };
  bed.categories = reference::coronary_categories(agatston, vessels);
  bed.category = under_scheme(bed.categories);
  for (const calcium::VariantScore& variant : bed.variants)
    bed.variant_categories.push_back(under_scheme(reference::coronary_categories(variant.agatston, {})));
  bed.arterial_age_years = reference::arterial_age_years(agatston);
  if (!who.age_years || !who.sex) {
    issues.push_back(info("CAL-NO-PERCENTILE", bed.bed, "age or sex is unknown (a percentile needs both)"));
    return;
  }
  const bool mesa = !options.mesa_group.empty();
  const reference::PercentileAnswer answer = reference::percentile_of(
      mesa ? reference::mesa_2006() : reference::hoff_2001(), agatston, *who.sex, *who.age_years, options.mesa_group);
  bed.percentile = answer.percentile;
  if (!answer.percentile)
    issues.push_back(info("CAL-NO-PERCENTILE", bed.bed, answer.reason));
}

void judge_valve(const StudyInfo& who, BedScore& bed, Issues& issues) {
  if (!who.sex) {
    issues.push_back(info("CAL-NO-SEX", bed.bed, "the sex is unknown (the valve's bounds differ by sex)"));
    return;
  }
  const reference::ValveCategory valve = reference::aortic_valve_category(bed.reference->agatston, *who.sex);
  bed.category = reference::CalciumCategory{"severe aortic stenosis", valve.level};
  bed.valve_ratio = valve.ratio;
}

void judge_abdominal(const CalciumOptions& options, const StudyInfo& who, BedScore& bed, Issues& issues) {
  if (!options.abdominal_percentiles || !who.age_years || !who.sex)
    return;
  const reference::PercentileAnswer answer =
      reference::percentile_of(*options.abdominal_percentiles, bed.reference->agatston, *who.sex, *who.age_years);
  bed.percentile = answer.percentile;
  if (!answer.percentile)
    issues.push_back(info("CAL-NO-PERCENTILE", bed.bed, answer.reason));
}

/// Vessels with calcium; nothing without a coronary bed or where most calcium was given to no vessel.
std::optional<int> vessels_with_calcium(const std::vector<BedScore>& beds) {
  std::optional<double> whole;
  double named = 0;
  int vessels = 0;
  for (const BedScore& bed : beds) {
    if (!bed.reference || !bed.bed.starts_with("coronary"))
      continue;
    if (bed.bed == "coronary") {
      whole = bed.reference->agatston;
      continue;
    }
    named += bed.reference->agatston;
    vessels += bed.reference->agatston > 0 ? 1 : 0;
  }
  // A lesion that reaches over a vessel's end may count differently in parts: half the score names the vessels.
  return !whole || (*whole > 0 && named < 0.5 * *whole) ? std::nullopt : std::optional(vessels);
}

/// The lowest HU that counts under the scan's voltage policy; where the policy refuses, no bed has a score to go with
/// it.
int detection_bound_hu(const calcium::ScoreOptions& options) {
  Issues said_when_scored;
  return calcium::weight_bounds(options.kvp_policy, options.kvp, said_when_scored)
      .value_or(calcium::standard_bounds)[0];
}

/// Scores that need more than the candidates: isotropic volume, and with a calibration mass and spatial weight.
void measure_further(const Volume<std::int16_t>& hu, const BedMap& map, const calcium::ScoreOptions& options,
                     int min_hu, StudyResult& result) {
  for (std::size_t i = 0; i < map.beds.size(); ++i) {
    BedScore& bed = result.beds[i];
    const LabelBox& box = map.beds[i].box;
    if (!bed.reference || box.empty())
      continue;
    const calcium::Region& region = map.beds[i].region;
    bed.isotropic_volume_mm3 = calcium::isotropic_volume_mm3(hu, map.labels, region, box, min_hu, options.parallel);
    if (result.noise)
      bed.expected_false_lesions = calcium::expected_false_lesions(
          *result.noise, static_cast<double>(box.count) * calcium::pixel_area_mm2(hu.geometry()), min_hu, 1);
    if (!options.density)
      continue;
    const auto hu_of = [&](double density_mg_cm3) {
      return (density_mg_cm3 - options.density->intercept_mg_cm3) / options.density->slope_mg_cm3_per_hu;
    };
    if (result.noise)
      bed.spatially_weighted = calcium::spatially_weighted_score(hu, map.labels, region, box,
                                                                 {hu_of(100), result.noise->sd_hu}, options.parallel);
    bed.integrated_mass_mg = 0;
    for (BedLesion& lesion : bed.lesions) {
      lesion.mass = calcium::lesion_mass(hu, lesion, options.density->slope_mg_cm3_per_hu);
      if (lesion.mass)
        *bed.integrated_mass_mg += lesion.mass->mass_mg;
      else
        bed.integrated_mass_mg.reset();
      if (!bed.integrated_mass_mg)
        break;
    }
  }
}

BedScore bed_score(calcium::RegionScores scored, const Bed& bed_of) {
  BedScore bed;
  bed.bed = std::move(scored.region);
  bed.complete = bed_of.incomplete.empty();
  bed.incomplete_reason = bed_of.incomplete;
  for (const calcium::VariantScore& score : scored.scores)
    if (score.variant == Variant::Reference)
      bed.reference = score;
  bed.variants = std::move(scored.scores);
  for (calcium::Lesion& lesion : scored.lesions)
    bed.lesions.push_back({std::move(lesion), {}});
  return bed;
}

/// Scores of a bed whose labelled territory holds no calcium.
calcium::RegionScores no_calcium(const std::string& name, const calcium::ScoreOptions& options) {
  calcium::RegionScores scores{name, {}, {}};
  for (const Variant variant : options.variants) {
    calcium::VariantScore& score = scores.scores.emplace_back();
    score.variant = variant;
    if (options.density)
      score.mass_mg = 0;
  }
  return scores;
}

void score_beds(const Volume<std::int16_t>& hu, const BedMap& map, const calcium::ScoreOptions& options,
                StudyResult& result) {
  std::vector<calcium::Region> regions;
  for (const Bed& bed : map.beds)
    if (!bed.without_calcium)
      regions.push_back(bed.region);
  calcium::ScoreResult scored = calcium::score(hu, map.labels, regions, options);
  append(result.issues, scored.issues);
  std::size_t next = 0;
  const bool refused = scored.regions.empty() || scored.regions.front().scores.empty();
  for (const Bed& bed : map.beds)
    result.beds.push_back(bed.without_calcium ? bed_score(refused ? calcium::RegionScores{bed.region.name, {}, {}}
                                                                  : no_calcium(bed.region.name, options),
                                                          bed)
                                              : bed_score(std::move(scored.regions[next++]), bed));
}

void refuse_beds(const BedMap& map, StudyResult& result) {
  for (const Bed& bed : map.beds)
    result.beds.push_back(bed_score({bed.region.name, {}, {}}, bed));
}

bool any_refused(const Issues& issues) {
  return std::ranges::any_of(issues, [](const Issue& issue) { return issue.level == IssueLevel::Refused; });
}

/// A coarse or ungated scan hides a part of the coronary calcium: what is measured is a lower bound.
bool is_lower_bound(const CtImage& image, const AnalyzeOptions& options, StudyResult& result) {
  const bool coronary = std::ranges::any_of(result.beds, [](const BedScore& bed) { return bed.bed == "coronary"; });
  const bool thick = result.study.increment_mm > options.calcium.gated_increment_mm;
  if (!coronary || !(thick || has_rule(image.issues, "SEG-HEART-UNGATED")))
    return false;
  result.issues.push_back(warning("CAL-LOWER-BOUND", "coronary",
                                  "the scan is thick or not gated (both hide calcium): the coronary score is a lower "
                                  "bound, not a risk class"));
  return true;
}

} // namespace

std::optional<calcium::DensityLine> density_line(const calibration::Calibration& calibration, Issues& issues) {
  using calibration::Mode;
  const bool measured = calibration.mode == Mode::Phantom || calibration.mode == Mode::Asynchronous;
  if (!measured || !calibration.slope || !calibration.intercept)
    return std::nullopt;
  if (calibration.material != calibration::Material::HA) {
    issues.push_back(warning("CAL-NO-MASS", "calcium",
                             "the calibration is not on the hydroxyapatite scale (calcium mass needs it) no mass is "
                             "given"));
    return std::nullopt;
  }
  return calcium::DensityLine{*calibration.slope, *calibration.intercept};
}

void remove_osteophytes(const Volume<std::int16_t>& hu, Volume<LabelId>& labels, int bright_hu, Parallel parallel,
                        Issues& issues) {
  Volume<LabelId> aorta(labels.geometry());
  std::ranges::transform(labels.voxels(), aorta.voxels().begin(),
                         [](LabelId id) { return is_aorta(id) ? label::aorta : LabelId{0}; });
  calcium::ScoreOptions plain;
  plain.kvp = KiloVolt{120};
  plain.parallel = parallel;
  const calcium::ScoreResult scored = calcium::score(hu, aorta, {{"aorta", {label::aorta}}}, plain);
  int touching = 0, removed = 0;
  for (const calcium::Lesion& lesion : scored.regions.front().lesions) {
    const auto contact = calcium::bone_contact(hu, labels, aorta, lesion, bright_hu);
    touching += contact ? 1 : 0;
    if (!contact || !contact->osteophyte)
      continue;
    ++removed;
    for (const calcium::LesionRun& part : lesion.runs)
      for (int x = part.run.x_begin; x < part.run.x_end; ++x)
        labels(x, part.run.y, part.z) = 0;
  }
  if (removed > 0)
    issues.push_back(info("CAL-OSTEOPHYTE", "aorta",
                          fmt::format("{} bright regions in the aorta's label are bone by their base and shape (an "
                                      "osteophyte or the label's edge) and were not scored",
                                      removed)));
  if (touching > removed)
    issues.push_back(warning("CAL-BONE-CONTACT", "aorta",
                             fmt::format("{} lesions of the aorta touch bone (where one ends is uncertain) see the "
                                         "contact guard",
                                         touching - removed)));
}

void doubt_heart(const Issues& segmentation, BedMap& map) {
  const char* doubt = has_rule(segmentation, "SEG-HEART-CUT")    ? "the heart is cut by the field of view"
                      : has_rule(segmentation, "SEG-HEART-ROOT") ? "the aortic root was not found with certainty"
                                                                 : "";
  for (Bed& bed : map.beds)
    if (bed.region.name.starts_with("coronary") || bed.region.name == "aortic_valve")
      if (bed.incomplete.empty())
        bed.incomplete = doubt;
}

void judge_calcium(const CalciumOptions& options, bool lower_bound, StudyResult& result) {
  result.vessels_with_calcium = vessels_with_calcium(result.beds);
  for (BedScore& bed : result.beds) {
    bed.category.reset();
    bed.categories.clear();
    bed.variant_categories.clear();
    bed.percentile.reset();
    bed.arterial_age_years.reset();
    bed.valve_ratio.reset();
    if (!bed.reference || !bed.complete)
      continue;
    if (bed.bed == "coronary" && !lower_bound)
      judge_coronary(options, result.study, result.vessels_with_calcium, bed, result.issues);
    else if (bed.bed == "aortic_valve" && !lower_bound)
      judge_valve(result.study, bed, result.issues);
    else if (bed.bed == "aorta_abdominal")
      judge_abdominal(options, result.study, bed, result.issues);
  }
}

void measure_calcium(const CtImage& image, const LabelMap& labels, const std::vector<bone::BodyFinding>& bodies,
                     const BloodPool& blood, const AnalyzeOptions& options, StudyResult& result) {
  result.noise = blood.noise;
  Volume<LabelId> arteries = labels.voxels.clone();
  if (result.study.contrast != Contrast::Present) // enhanced blood is one bright piece that touches everything
    remove_osteophytes(image.hu, arteries, calcium::standard_bounds[0], options.parallel, result.issues);
  BedMap map = make_beds(arteries, bodies, options.parallel);
  doubt_heart(image.issues, map);
  append(result.issues, map.issues);
  for (const Bed& bed : map.beds)
    if (!bed.incomplete.empty())
      result.issues.push_back(
          warning("CAL-INCOMPLETE", bed.region.name, bed.incomplete + " (a part of the bed may be outside the scan)"));
  if (map.beds.empty()) {
    result.issues.push_back(refused("CAL-NO-BED", "calcium",
                                    "the labels hold no artery (aorta 52 or 211-214, coronary 200-204) no calcium was "
                                    "scored"));
    return;
  }
  const Issues slices = check_slices(image, options.calcium);
  append(result.issues, slices);
  if (result.study.contrast == Contrast::Present)
    result.issues.push_back(refused("CAL-CONTRAST", "calcium",
                                    "the blood is enhanced (130 HU no longer separates calcium from it) an Agatston "
                                    "score needs a scan without contrast"));
  if (result.study.contrast == Contrast::Present || any_refused(slices))
    return refuse_beds(map, result);
  append(result.issues, check_image_quality(image, blood, options.calcium));

  const calcium::ScoreOptions scoring = score_options(image, options, result);
  Volume<std::int16_t> combined;
  const Volume<std::int16_t>* hu = &image.hu;
  if (const auto& thickness_mm = options.calcium.combine_slices_mm) {
    combined = combine_slices(image.hu, *thickness_mm, options.parallel);
    map.labels = combine_slices(map.labels, *thickness_mm, options.parallel);
    refit_boxes(map);
    hu = &combined;
    result.issues.push_back(info(
        "CAL-COMBINED", "calcium",
        fmt::format("calcium was scored on slices averaged from {:g} to {:g} mm (less noise and fewer small lesions "
                    "than the thin slices would give); lesion slices count these",
                    image.hu.geometry().spacing_mm[2], *thickness_mm)));
  }
  score_beds(*hu, map, scoring, result);
  append(result.issues, check_metal(result.beds, options.calcium));
  measure_further(*hu, map, scoring, detection_bound_hu(scoring), result);
  judge_calcium(options.calcium, is_lower_bound(image, options, result), result);
}

} // namespace osteocalc::study
