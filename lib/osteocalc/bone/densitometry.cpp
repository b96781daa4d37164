// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/bone/densitometry.h"

#include "osteocalc/bone/endplate_heights.h"
#include "osteocalc/bone/level_rules.h"
#include "osteocalc/bone/settled_body.h"
#include "osteocalc/image/distance.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace osteocalc::bone {
namespace {

constexpr double threshold_kvp_kv = 120; // what the classes of HU were made at

template <class Belongs>
Volume<std::uint8_t> layer(const Volume<float>& depth_mm, const Belongs& belongs) {
  Volume<std::uint8_t> mask(depth_mm.geometry());
  std::ranges::transform(depth_mm.voxels(), mask.voxels().begin(),
                         [&](float depth) { return static_cast<std::uint8_t>(depth > 0 && belongs(double(depth))); });
  return mask;
}

/// Looks at the inside only: a dense cortex or a noisy sharp kernel is no screw.
bool holds_metal(const Volume<std::int16_t>& hu, const Volume<float>& depth_mm, const BoneOptions& options) {
  const VolumeOfInterest inside =
      voxels_in(layer(depth_mm, [&](double depth) { return depth > options.voi.erosion_mm; }), hu.geometry());
  const auto bright =
      std::ranges::count_if(inside.voxels, [&](const auto& v) { return hu(v[0], v[1], v[2]) > options.metal_hu; });
  return static_cast<double>(bright) > options.metal_fraction * static_cast<double>(inside.voxels.size());
}

std::optional<RegionDensity> region(const Volume<std::int16_t>& hu, const Volume<std::uint8_t>& mask,
                                    const calibration::Calibration& calibration) {
  const std::optional<HuStatistics> statistics = hu_statistics(hu, voxels_in(mask, hu.geometry()));
  if (!statistics)
    return std::nullopt;
  return RegionDensity{*statistics, calibration::bmd_mg_cm3(calibration, statistics->mean_hu),
                       1e-3 * static_cast<double>(statistics->n) * voxel_volume_mm3(hu.geometry())};
}

/// The middle of a mask's voxels, LPS; the grid's own where there are none.
Vec3 middle_mm(const Volume<std::uint8_t>& mask) {
  Vec3 sum{0, 0, 0};
  double count = 0;
  for (int z = 0; z < mask.size(2); ++z)
    for (int y = 0; y < mask.size(1); ++y)
      for (int x = 0; x < mask.size(0); ++x)
        if (mask(x, y, z)) {
          sum = sum + Vec3{double(x), double(y), double(z)};
          ++count;
        }
  return count > 0 ? index_to_point(mask.geometry(), (1 / count) * sum) : center_mm(mask.geometry());
}

/// Moves and resizes the mask by moving and resizing its grid.
void place(const VoiPlacement& placement, Volume<std::uint8_t>& mask) {
  if (placement == VoiPlacement{})
    return;
  const Vec3 middle = middle_mm(mask);
  VolumeGeometry grid = mask.geometry();
  grid.origin_mm = middle + placement.scale * (grid.origin_mm - middle);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    grid.spacing_mm[axis] *= placement.scale;
    grid.origin_mm = grid.origin_mm + placement.shift_mm[axis] * grid.axes[axis];
  }
  mask.set_geometry(grid);
}

void measure_trabecular(const Volume<std::int16_t>& hu, const VertebralBody& body, const Volume<float>& depth_mm,
                        const calibration::Calibration& calibration, const BoneOptions& options,
                        const VoiPlacement& placement, VertebraDensity& result) {
  VoiOptions voi = options.voi;
  voi.voxel_mm = voxel_along_mm(hu.geometry(), body.mask.geometry().axes[2]);
  Volume<std::uint8_t> mask = trabecular_mask(body, depth_mm, voi);
  place(placement, mask);
  result.voi = voxels_in(mask, hu.geometry());
  result.island_fraction = remove_islands(result.voi, hu, options.voi.island_sd);
  result.trabecular = hu_statistics(hu, result.voi);
  if (!result.trabecular)
    return;
  const double mean_hu = result.trabecular->mean_hu;
  result.uncertainty = {noise_se_hu(hu, result.voi),
                        placement_se_hu(hu, mask, options.voi.island_sd, options.placement_sd_mm)};
  result.bmd_mg_cm3 = calibration::bmd_mg_cm3(calibration, mean_hu);
  if (const auto line_se = calibration::calibration_se_mg_cm3(calibration, mean_hu))
    result.bmd_se_mg_cm3 =
        std::hypot(calibration::slope_at(calibration, mean_hu) * result.uncertainty.total_hu(), *line_se);
}

/// The mean of these levels with its standard error: noise and placement are each level's own and average out, the
/// calibration is common to all.
BoneSummary mean_of(const std::vector<const VertebraDensity*>& used, const calibration::Calibration& calibration) {
  BoneSummary summary;
  const auto n = static_cast<double>(used.size());
  double variance_hu = 0;
  for (const VertebraDensity* vertebra : used) {
    summary.levels.push_back(vertebra->level);
    summary.mean_hu += vertebra->trabecular->mean_hu / n;
    variance_hu += std::pow(vertebra->uncertainty.total_hu() / n, 2);
  }
  summary.bmd_mg_cm3 = calibration::bmd_mg_cm3(calibration, summary.mean_hu);
  if (const auto line_se = calibration::calibration_se_mg_cm3(calibration, summary.mean_hu))
    summary.bmd_se_mg_cm3 =
        std::hypot(calibration::slope_at(calibration, summary.mean_hu) * std::sqrt(variance_hu), *line_se);
  if (calibration::is_absolute(calibration) && summary.bmd_mg_cm3)
    summary.category = reference::spine_density_category(*summary.bmd_mg_cm3);
  return summary;
}

/// The first `count` usable levels among `levels`; nothing when there are fewer.
std::optional<BoneSummary> summarise(const std::vector<VertebraDensity>& vertebrae, const std::vector<Vertebra>& levels,
                                     std::size_t count, const calibration::Calibration& calibration) {
  std::vector<const VertebraDensity*> used;
  for (const Vertebra level : levels) {
    const auto found = std::ranges::find(vertebrae, level, &VertebraDensity::level);
    if (found != vertebrae.end() && !found->excluded && found->trabecular && used.size() < count)
      used.push_back(&*found);
  }
  if (used.size() < count)
    return std::nullopt;
  return mean_of(used, calibration);
}

/// HU of L1 mean something by themselves only at the voltage and without the contrast they were published for.
void judge_l1_hu(BoneResult& result, const BoneOptions& options) {
  const auto l1 = std::ranges::find(result.vertebrae, Vertebra::L1, &VertebraDensity::level);
  if (!result.summary || l1 == result.vertebrae.end() || !l1->trabecular || l1->excluded ||
      options.kvp_kv != threshold_kvp_kv || options.contrast != ContrastPhase::None)
    return;
  const double hu = l1->trabecular->mean_hu;
  result.summary->l1_hu_category = reference::l1_hu_category(hu);
  if (options.age_years)
    result.summary->l1_hu_normative = reference::l1_normative(hu, *options.age_years);
}

/// What densities may be computed with, and why not with what was asked for.
calibration::Calibration permitted(const calibration::Calibration& asked, const BoneOptions& options, Issues& issues) {
  const bool raw = asked.mode == calibration::Mode::Raw;
  if (raw && options.kvp_kv && *options.kvp_kv != threshold_kvp_kv)
    issues.push_back(warning("BONE-KVP", "bone",
                             fmt::format("HU of bone at {:g} kV cannot be held against thresholds made at 120 kV; a "
                                         "calibration makes them comparable",
                                         *options.kvp_kv)));
  if (raw || options.contrast == ContrastPhase::None)
    return asked;
  if (options.contrast == ContrastPhase::Later && options.contrast_correction) {
    issues.push_back(warning("BONE-CONTRAST-CORRECTED", "bone",
                             fmt::format("the scan has contrast; its HU were corrected by {:g} HU {:+g} as asked",
                                         options.contrast_correction->factor, options.contrast_correction->offset_hu)));
    return after_correction(asked, options.contrast_correction->factor, options.contrast_correction->offset_hu);
  }
  issues.push_back(refused("BONE-CONTRAST", "bone",
                           options.contrast == ContrastPhase::Arterial
                               ? "the scan is in the arterial phase (bone takes up contrast as it is scanned) no "
                                 "density is given; HU are kept"
                               : "the scan has contrast (densities would be too high) give a correction of your own "
                                 "for this phase; HU are kept"));
  return {};
}

void add_level_issues(BoneResult& result, const BoneOptions& options) {
  for (const VertebraDensity& vertebra : result.vertebrae)
    if (vertebra.island_fraction > options.island_fraction)
      result.issues.push_back(warning("BONE-ISLAND", std::string(to_string(vertebra.level)),
                                      fmt::format("{:.0f} % of the volume of interest are far denser than the rest "
                                                  "(sclerosis or a bone island) and were left out; look at the picture",
                                                  100 * vertebra.island_fraction)));
  for (const VertebraDensity& vertebra : result.vertebrae)
    if (vertebra.excluded)
      result.issues.push_back(warning("BONE-EXCLUDED", std::string(to_string(vertebra.level)), *vertebra.excluded));
  for (const VertebraDensity& vertebra : result.vertebrae)
    if (!vertebra.excluded && !vertebra.heights)
      result.issues.push_back(info("BONE-NO-HEIGHTS", std::string(to_string(vertebra.level)),
                                   "the scan ends too near an endplate: its heights are not known, nor whether it has "
                                   "lost any"));
}

} // namespace

VertebraDensity measure_vertebra(const Volume<std::int16_t>& hu, const BodyFinding& finding,
                                 const calibration::Calibration& calibration, const BoneOptions& options,
                                 const VoiPlacement& placement) {
  VertebraDensity result;
  result.level = finding.level;
  if (!finding.body) {
    result.excluded = finding.missing;
    return result;
  }
  const VertebralBody body = settled(*finding.body, hu);
  const BodyHeights heights = endplate_heights(hu, body).value_or(body.heights);
  if (!body.cut_by_field_of_view && discs_in_view(hu.geometry(), body, heights))
    result.heights = heights;
  result.tilt_deg = body.tilt_deg;
  result.center_mm = body.center_mm;
  const Volume<float> depth_mm = distance_inside(body.mask);
  measure_trabecular(hu, body, depth_mm, calibration, options, placement, result);
  // The whole of what is labelled: where the label ends is what these two say.
  const Volume<float> label_depth_mm = distance_inside(finding.body->mask);
  result.integral = region(hu, finding.body->mask, calibration);
  result.shell =
      region(hu, layer(label_depth_mm, [&](double depth) { return depth <= options.shell_mm; }), calibration);
  if (body.cut_by_field_of_view)
    result.excluded = "the body is cut by the field of view";
  else if (!result.trabecular)
    result.excluded = "the body is too small for a volume of interest inside its cortex";
  else if (holds_metal(hu, depth_mm, options))
    result.excluded =
        fmt::format("more than {:g} % of the inside of the body is above {:g} HU (cement, a screw or dense sclerosis)",
                    100 * options.metal_fraction, options.metal_hu);
  else if (result.island_fraction > options.island_exclusion)
    result.excluded =
        fmt::format("{:.0f} % of the volume of interest are sclerosis or a bone island", 100 * result.island_fraction);
  return result;
}

BoneResult measure_bone(const Volume<std::int16_t>& hu, const std::vector<BodyFinding>& bodies,
                        const calibration::Calibration& asked, const BoneOptions& options) {
  Issues issues;
  const calibration::Calibration calibration = permitted(asked, options, issues);
  BoneResult result =
      compare_levels(parallel_map(bodies.size(), options.parallel,
                                  [&](std::size_t i) { return measure_vertebra(hu, bodies[i], calibration, options); }),
                     calibration, options);
  result.issues.insert(result.issues.begin(), issues.begin(), issues.end());
  return result;
}

BoneResult compare_levels(std::vector<VertebraDensity> vertebrae, const calibration::Calibration& calibration,
                          const BoneOptions& options) {
  BoneResult result;
  result.calibration = calibration;
  result.vertebrae = std::move(vertebrae);
  result.definition = options.voi.definition;
  judge_levels(result.vertebrae, options);
  using enum Vertebra;
  result.summary = summarise(result.vertebrae, {L1, L2, L3, L4}, 2, calibration);
  result.l1_l3 = summarise(result.vertebrae, {L1, L2, L3}, 3, calibration);
  judge_l1_hu(result, options);
  append(result.issues, calibration.issues);
  if (result.summary && result.summary->bmd_mg_cm3 && !result.summary->category)
    result.issues.push_back(warning("BONE-NO-CATEGORY", "bone",
                                    fmt::format("no category is given: densities by {} ({}) are not within 5 % of "
                                                "those by a phantom; compare them with each other only",
                                                to_string(calibration.mode), calibration.name)));
  if (result.vertebrae.empty())
    result.issues.push_back(refused("BONE-NO-VERTEBRA", "bone",
                                    "the label map holds no vertebra (ids 27 to 43, or 261 "
                                    "to 277 for bodies) nothing was measured"));
  else if (!result.summary)
    result.issues.push_back(refused("BONE-NO-SUMMARY", "bone",
                                    "fewer than two of L1 to L4 are usable (the reasons stand with each level) no mean "
                                    "is given"));
  add_level_issues(result, options);
  if (calibration.mode == calibration::Mode::Published)
    result.issues.push_back(warning("BONE-PUBLISHED-LINE", "bone",
                                    "densities come from a published single-centre line (" + calibration.name +
                                        "), not from a calibration of this scanner"));
  return result;
}

} // namespace osteocalc::bone
