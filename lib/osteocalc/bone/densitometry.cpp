// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/bone/densitometry.h"

#include "osteocalc/image/distance.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>

namespace osteocalc::bone {
namespace {

// QCT categories of the spine (ACR): never a T-score.
constexpr double normal_above_mg_cm3 = 120, osteoporosis_below_mg_cm3 = 80;

/// Looks at the inside only: a dense cortex or a noisy sharp kernel is no screw.
bool holds_metal(const Volume<std::int16_t>& hu, const VertebralBody& body, const BoneOptions& options) {
  const VolumeGeometry& grid = body.mask.geometry();
  const Volume<float> depth_mm = distance_inside(body.mask);
  std::int64_t inside = 0, bright = 0;
  for (int z = 0; z < grid.size[2]; ++z)
    for (int y = 0; y < grid.size[1]; ++y)
      for (int x = 0; x < grid.size[0]; ++x)
        if (depth_mm(x, y, z) > options.voi.erosion_mm) {
          const Vec3 at = point_to_index(hu.geometry(), index_to_point(grid, {double(x), double(y), double(z)}));
          const int ix = std::clamp(static_cast<int>(std::lround(at[0])), 0, hu.size(0) - 1);
          const int iy = std::clamp(static_cast<int>(std::lround(at[1])), 0, hu.size(1) - 1);
          const int iz = std::clamp(static_cast<int>(std::lround(at[2])), 0, hu.size(2) - 1);
          ++inside;
          bright += hu(ix, iy, iz) > options.metal_hu ? 1 : 0;
        }
  return static_cast<double>(bright) > options.metal_fraction * static_cast<double>(inside);
}

/// 1 - min(Ha/Hp, Hm/Hp): the definition is named because others exist.
double height_loss(const BodyHeights& heights) {
  return 1 - std::min(heights.anterior_mm, heights.middle_mm) / heights.posterior_mm;
}

VertebraDensity measure_vertebra(const Volume<std::int16_t>& hu, const BodyFinding& finding,
                                 const calibration::Calibration& calibration, const BoneOptions& options) {
  VertebraDensity result;
  result.level = finding.level;
  if (!finding.body) {
    result.excluded = finding.missing;
    return result;
  }
  const VertebralBody& body = *finding.body;
  if (!body.cut_by_field_of_view)
    result.heights = body.heights;
  result.tilt_deg = body.tilt_deg;
  result.voi = trabecular_voi(body, hu.geometry(), options.voi);
  result.island_fraction = remove_islands(result.voi, hu, options.voi.island_sd);
  result.trabecular = hu_statistics(hu, result.voi);
  if (result.trabecular)
    result.bmd_mg_cm3 = calibration::bmd_mg_cm3(calibration, result.trabecular->mean_hu);
  const double loss = height_loss(body.heights);
  if (body.cut_by_field_of_view)
    result.excluded = "the body is cut by the field of view";
  else if (!result.trabecular)
    result.excluded = "the body is too small for a volume of interest inside its cortex";
  else if (holds_metal(hu, body, options))
    result.excluded =
        fmt::format("more than {:g} % of the inside of the body is above {:g} HU (cement, a screw or dense sclerosis)",
                    100 * options.metal_fraction, options.metal_hu);
  else if (loss >= options.height_loss)
    result.excluded = fmt::format("height loss of {:.0f} % (1 - min(anterior, middle) / posterior)", 100 * loss);
  return result;
}

void exclude_outliers(std::vector<VertebraDensity>& vertebrae, const BoneOptions& options) {
  const auto usable = [](const VertebraDensity& v) { return v.trabecular && !v.excluded; };
  std::vector<std::pair<std::size_t, double>> outliers;
  for (std::size_t i = 0; i < vertebrae.size(); ++i) {
    if (!usable(vertebrae[i]))
      continue;
    std::vector<double> others; // up to two neighbours on either side: density drifts along the spine
    for (std::size_t j = i >= 2 ? i - 2 : 0; j < std::min(i + 3, vertebrae.size()); ++j)
      if (j != i && usable(vertebrae[j]))
        others.push_back(vertebrae[j].trabecular->mean_hu);
    if (others.size() < 3)
      continue;
    double mean = 0, squares = 0;
    for (const double value : others)
      mean += value / static_cast<double>(others.size());
    for (const double value : others)
      squares += (value - mean) * (value - mean);
    const double sd = std::max(options.outlier_floor_hu, std::sqrt(squares / static_cast<double>(others.size() - 1)));
    const double z = (vertebrae[i].trabecular->mean_hu - mean) / sd;
    if (std::abs(z) > options.outlier_sd)
      outliers.emplace_back(i, z);
  }
  for (const auto& [i, z] : outliers)
    vertebrae[i].excluded = fmt::format("{:+.1f} SD from its neighbours", z);
}

std::optional<BoneSummary> summarise(const std::vector<VertebraDensity>& vertebrae,
                                     const calibration::Calibration& calibration) {
  BoneSummary summary;
  for (const Vertebra level : {Vertebra::L1, Vertebra::L2, Vertebra::L3, Vertebra::L4}) {
    const auto found = std::ranges::find(vertebrae, level, &VertebraDensity::level);
    if (found == vertebrae.end() || found->excluded || !found->trabecular || summary.levels.size() == 2)
      continue;
    summary.levels.push_back(level);
    summary.mean_hu += found->trabecular->mean_hu / 2;
  }
  if (summary.levels.size() < 2)
    return std::nullopt;
  summary.bmd_mg_cm3 = calibration::bmd_mg_cm3(calibration, summary.mean_hu);
  const bool calibrated =
      calibration.mode != calibration::Mode::Raw && calibration.mode != calibration::Mode::Published;
  if (calibrated && summary.bmd_mg_cm3)
    summary.category = *summary.bmd_mg_cm3 > normal_above_mg_cm3         ? "normal"
                       : *summary.bmd_mg_cm3 < osteoporosis_below_mg_cm3 ? "osteoporosis"
                                                                         : "low";
  return summary;
}

} // namespace

BoneResult measure_bone(const Volume<std::int16_t>& hu, const std::vector<BodyFinding>& bodies,
                        const calibration::Calibration& calibration, const BoneOptions& options) {
  BoneResult result;
  result.calibration = calibration;
  result.vertebrae = parallel_map(bodies.size(), options.parallel,
                                  [&](std::size_t i) { return measure_vertebra(hu, bodies[i], calibration, options); });
  exclude_outliers(result.vertebrae, options);
  result.summary = summarise(result.vertebrae, calibration);
  if (result.vertebrae.empty())
    result.issues.push_back(refused("BONE-NO-VERTEBRA", "bone",
                                    "the label map holds no vertebra (ids 27 to 43, or 261 "
                                    "to 277 for bodies) nothing was measured"));
  else if (!result.summary)
    result.issues.push_back(refused("BONE-NO-SUMMARY", "bone",
                                    "fewer than two of L1 to L4 are usable (the reasons stand with each level) no mean "
                                    "is given"));
  for (const VertebraDensity& vertebra : result.vertebrae)
    if (vertebra.island_fraction > options.island_fraction)
      result.issues.push_back(warning("BONE-ISLAND", std::string(to_string(vertebra.level)),
                                      fmt::format("{:.0f} % of the volume of interest are far denser than the rest "
                                                  "(sclerosis or a bone island) and were left out; look at the picture",
                                                  100 * vertebra.island_fraction)));
  for (const VertebraDensity& vertebra : result.vertebrae)
    if (vertebra.excluded)
      result.issues.push_back(warning("BONE-EXCLUDED", std::string(to_string(vertebra.level)), *vertebra.excluded));
  if (calibration.mode == calibration::Mode::Published)
    result.issues.push_back(warning("BONE-PUBLISHED-LINE", "bone",
                                    "densities come from a published single-centre line (" + calibration.name +
                                        "), not from a calibration of this scanner"));
  return result;
}

} // namespace osteocalc::bone
