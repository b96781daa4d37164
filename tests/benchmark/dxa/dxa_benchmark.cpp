// SPDX-License-Identifier: Apache-2.0
// Accuracy of areal density and of placement on simulated people: the tables of docs/methods/dxa.md, in Markdown.
//   dxa_benchmark [density | placement | aac [SEEDS]]   without a word: all
#include "osteocalc/dxa/decomposition.h"
#include "osteocalc/dxa/spine_regions.h"
#include "osteocalc/synth/dxa.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <string_view>

namespace osteocalc {
namespace {

dxa::AttenuationModel model_of(const std::string& beam) {
  std::vector<dxa::CalibrationStep> steps;
  for (const auto& [m, low, high] : synth::step_wedge(synth::dxa_beam(beam)))
    steps.push_back({{m.lean_g_cm2, m.fat_g_cm2, m.bone_g_cm2}, {low, high}});
  return dxa::AttenuationModel::from_steps(steps);
}

struct Case {
  std::uint32_t seed;
  std::optional<synth::SoftTissueSlab> slab;
  double photons;
  std::string beam = "cerium";
};

struct Outcome {
  std::vector<double> errors_percent; ///< of L1 to L4
  double summary_percent = 0;
  double worst_gap_mm = 0; ///< of the region's upper and lower ends
  bool placed = false;     ///< all four named right
};

std::array<double, 2> ends(const Polygon& outline) {
  const auto [low, high] = std::ranges::minmax(outline, {}, [](const Vec2& p) { return p[1]; });
  return {low[1], high[1]};
}

Outcome spine_outcome(const Case& c) {
  synth::DxaRequest request;
  request.person = synth::draw_person(c.seed);
  request.slab = c.slab;
  request.photons_per_mm2 = c.photons;
  request.beam = c.beam;
  const synth::SyntheticDxa made = synth::make_dxa(request, {});
  const dxa::BoneImage image = dxa::decompose(made.low, made.high, model_of(c.beam), {});
  const dxa::SpineRegions found = dxa::find_spine_regions(image);
  Outcome out;
  std::vector<dxa::SiteDensity> sites;
  double bmc = 0, area = 0;
  for (const synth::DxaRegionTruth& truth : made.truth.regions) {
    bmc += truth.bmc_g;
    area += truth.area_cm2;
    const auto region = std::ranges::find(found.regions, truth.name, &dxa::Region::name);
    if (region == found.regions.end())
      continue;
    const auto site = dxa::measure(*region, image.bone_g_cm2, image.noise_g_cm2);
    sites.push_back(*site);
    out.errors_percent.push_back(100 * (site->abmd_g_cm2() / truth.abmd_g_cm2() - 1));
    const auto a = ends(truth.outline), b = ends(region->outline);
    out.worst_gap_mm = std::max({out.worst_gap_mm, std::abs(a[0] - b[0]), std::abs(a[1] - b[1])});
  }
  out.placed = sites.size() == 4 && out.worst_gap_mm < 8;
  if (!sites.empty())
    out.summary_percent = 100 * (dxa::combined("L1-L4", sites).abmd_g_cm2() / (bmc / area) - 1);
  return out;
}

void density_table(std::uint32_t seeds) {
  fmt::print("| thickness cm | fat % | noise | L1-L4 mean error % | worst L1-L4 % | worst level % | placed |\n"
             "|---|---|---|---|---|---|---|\n");
  for (const bool noise : {false, true})
    for (const double thickness : {12.0, 20.0, 30.0})
      for (const double fat : {0.1, 0.3, 0.5}) {
        double mean = 0, worst = 0, worst_level = 0;
        std::uint32_t placed = 0;
        for (std::uint32_t seed = 1; seed <= seeds; ++seed) {
          const Outcome o = spine_outcome(
              {seed, synth::SoftTissueSlab{thickness, fat}, noise ? synth::clinical_photons_per_mm2(thickness) : 0.0});
          mean += o.summary_percent / seeds;
          worst = std::max(worst, std::abs(o.summary_percent));
          for (const double error : o.errors_percent)
            worst_level = std::max(worst_level, std::abs(error));
          placed += o.placed;
        }
        fmt::print("| {} | {:.0f} | {} | {:+.2f} | {:.2f} | {:.2f} | {} of {} |\n", thickness, 100 * fat,
                   noise ? "clinical" : "none", mean, worst, worst_level, placed, seeds);
      }
}

void placement_table(std::uint32_t seeds) {
  std::uint32_t placed = 0;
  double mean = 0;
  for (std::uint32_t seed = 1; seed <= seeds; ++seed) {
    const Outcome o = spine_outcome({seed, {}, synth::clinical_photons_per_mm2(20)});
    placed += o.placed;
    mean += std::abs(o.summary_percent) / seeds;
    if (!o.placed)
      fmt::print("seed {}: {} levels, ends off by up to {:.1f} mm\n", seed, o.errors_percent.size(), o.worst_gap_mm);
  }
  fmt::print("L1 to L4 placed right in {} of {} torsos; mean error of L1-L4 {:.1f} %\n", placed, seeds, mean);
}

} // namespace
} // namespace osteocalc

int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "all";
  const auto seeds = static_cast<std::uint32_t>(argc > 2 ? std::stoul(argv[2]) : 0);
  if (what == "all" || what == "density")
    osteocalc::density_table(seeds > 0 ? seeds : 6);
  if (what == "all" || what == "placement")
    osteocalc::placement_table(seeds > 0 ? seeds : 60);
}
