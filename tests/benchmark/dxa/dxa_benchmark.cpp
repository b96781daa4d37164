// SPDX-License-Identifier: Apache-2.0
// Accuracy of areal density and of placement on simulated people: the tables of docs/methods/dxa.md, in Markdown.
//   dxa_benchmark [density | placement | hip | aac | lateral [SEEDS [FIRST]]]   without a word: all
#include "osteocalc/dxa/aac_ct.h"
#include "osteocalc/dxa/aac_lateral.h"
#include "osteocalc/dxa/decomposition.h"
#include "osteocalc/dxa/hip_regions.h"
#include "osteocalc/dxa/lateral_levels.h"
#include "osteocalc/dxa/spine_regions.h"
#include "osteocalc/synth/ct.h"
#include "osteocalc/synth/dxa.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fmt/format.h>
#include <map>
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

void placement_table(std::uint32_t seeds, std::uint32_t first) {
  std::uint32_t placed = 0;
  double mean = 0;
  for (std::uint32_t seed = first; seed < first + seeds; ++seed) {
    const Outcome o = spine_outcome({seed, {}, synth::clinical_photons_per_mm2(20)});
    placed += o.placed;
    mean += std::abs(o.summary_percent) / seeds;
    if (!o.placed)
      fmt::print("seed {}: {} levels, ends off by up to {:.1f} mm\n", seed, o.errors_percent.size(), o.worst_gap_mm);
  }
  fmt::print("L1 to L4 placed right in {} of {} torsos; mean error of L1-L4 {:.1f} %\n", placed, seeds, mean);
}

/// Left femora of odd seeds, right ones of even ones; regions placed by the program, against the object itself.
void hip_table(std::uint32_t seeds, std::uint32_t first) {
  std::map<std::string, std::vector<double>> errors_percent;
  const dxa::AttenuationModel model = model_of("cerium");
  for (std::uint32_t seed = first; seed < first + seeds; ++seed) {
    const bool left = seed % 2 == 1;
    synth::DxaRequest request;
    request.person = synth::draw_person(seed);
    request.view = left ? synth::DxaView::HipLeft : synth::DxaView::HipRight;
    request.photons_per_mm2 = synth::clinical_photons_per_mm2(20);
    const synth::SyntheticDxa made = synth::make_dxa(request, {});
    const dxa::BoneImage image = dxa::decompose(made.low, made.high, model, {});
    const dxa::HipRegions found = dxa::find_hip_regions(image, left ? dxa::HipSide::Left : dxa::HipSide::Right);
    for (const synth::DxaRegionTruth& truth : made.truth.regions)
      if (const auto region = std::ranges::find(found.regions, truth.name, &dxa::Region::name);
          region != found.regions.end())
        errors_percent[truth.name].push_back(
            100 * (dxa::measure(*region, image.bone_g_cm2, image.noise_g_cm2)->abmd_g_cm2() / truth.abmd_g_cm2() - 1));
  }
  fmt::print("| site | hips | mean error % | worst % |\n|---|---|---|---|\n");
  for (const auto& [site, errors] : errors_percent) {
    double sum = 0, worst = 0;
    for (const double error : errors) {
      sum += error;
      worst = std::max(worst, std::abs(error));
    }
    fmt::print("| {} | {} of {} | {:+.2f} | {:.2f} |\n", site, errors.size(), seeds,
               sum / static_cast<double>(errors.size()), worst);
  }
}

int truth_total(const std::array<synth::WallSegment, 8>& walls) {
  int total = 0;
  for (const synth::WallSegment& wall : walls)
    total += dxa::wall_grade(wall.calcified_mm / wall.length_mm());
  return total;
}

std::vector<dxa::SixPointMark> marks_of(const std::vector<synth::SixPoints>& truth) {
  std::vector<dxa::SixPointMark> marks;
  for (const auto& [level, points] : truth)
    marks.push_back({level, points});
  return marks;
}

synth::SyntheticDxa lateral_image(std::uint32_t seed) {
  synth::DxaRequest request;
  request.person = synth::draw_person(seed);
  request.view = synth::DxaView::Lateral;
  request.plaques = synth::wall_plaques(synth::build_torso(request.person));
  request.photons_per_mm2 = synth::clinical_photons_per_mm2(40);
  return synth::make_dxa(request, {});
}

int lateral_total(const synth::SyntheticDxa& made) {
  const dxa::BoneImage image = dxa::decompose(made.low, made.high, model_of("cerium"), {});
  return dxa::score_aac(dxa::find_wall_calcium(image.bone_g_cm2, marks_of(made.truth.marks)).walls).aac24.value_or(-1);
}

int ct_total(const synth::Person& person, const std::vector<synth::Plaque>& plaques) {
  synth::CtRequest request;
  request.person = person;
  request.plaques = plaques;
  request.scanner.field = synth::Field::Abdomen;
  const synth::SyntheticCt ct = synth::make_ct(request, {});
  return dxa::score_aac(dxa::wall_calcium_from_ct(ct.image.hu, ct.labels.voxels, {})).aac24.value_or(-1);
}

/// The same people's aortas seen from the side by DXA and through CT, against what was put there.
void aac_table(std::uint32_t seeds, std::uint32_t first) {
  std::uint32_t lateral_close = 0, ct_close = 0, same = 0;
  fmt::print("| seed | truth | lateral DXA | CT |\n|---|---|---|---|\n");
  for (std::uint32_t seed = first; seed < first + seeds; ++seed) {
    const synth::SyntheticDxa made = lateral_image(seed);
    const int truth = truth_total(made.truth.walls), lateral = lateral_total(made),
              ct = ct_total(made.truth.request.person, made.truth.request.plaques);
    fmt::print("| {} | {} | {} | {} |\n", seed, truth, lateral, ct);
    lateral_close += std::abs(truth - lateral) <= 1;
    ct_close += std::abs(truth - ct) <= 1;
    same += std::abs(lateral - ct) <= 1;
  }
  fmt::print("within 1 point: lateral {} of {}, CT {}, lateral against CT {}\n", lateral_close, seeds, ct_close, same);
}

/// Levels that are found on lateral images against the true ones: names (within 10 mm), corners, and what it does to
/// the score.
void lateral_table(std::uint32_t seeds, std::uint32_t first) {
  std::uint32_t named = 0, none = 0, close = 0;
  std::array<double, 6> squares{};
  double points = 0;
  for (std::uint32_t seed = first; seed < first + seeds; ++seed) {
    const synth::SyntheticDxa made = lateral_image(seed);
    const Volume<float> bone = dxa::decompose(made.low, made.high, model_of("cerium"), {}).bone_g_cm2;
    const std::vector<dxa::SixPointMark> truth = marks_of(made.truth.marks),
                                         found = dxa::find_lateral_levels(bone).marks;
    int right = 0;
    for (const dxa::SixPointMark& mark : truth) {
      const auto same = std::ranges::find(found, mark.level, &dxa::SixPointMark::level);
      if (mark.level < Vertebra::L1 || mark.level > Vertebra::L4 || same == found.end())
        continue;
      right += std::abs(same->points[1][1] - mark.points[1][1]) < 10;
      for (std::size_t p = 0; p < 6; ++p)
        squares[p] +=
            std::pow(same->points[p][0] - mark.points[p][0], 2) + std::pow(same->points[p][1] - mark.points[p][1], 2);
      ++points;
    }
    const auto total = [&](const std::vector<dxa::SixPointMark>& marks) {
      return dxa::score_aac(dxa::find_wall_calcium(bone, marks).walls).aac24;
    };
    none += found.empty();
    named += right == 4;
    close += !found.empty() && std::abs(total(found).value_or(-9) - total(truth).value_or(-99)) <= 1;
  }
  fmt::print("| L1 to L4 named right | refused | AAC-24 within 1 of that with true marks | corners, mm RMS |\n"
             "|---|---|---|---|\n| {} of {} | {} | {} |",
             named, seeds, none, close);
  for (const double sum : squares)
    fmt::print(" {:.1f}", std::sqrt(sum / points));
  fmt::print(" |\n");
}

} // namespace
} // namespace osteocalc

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0); // a line at a time: a whole run takes minutes
  const std::string_view what = argc > 1 ? argv[1] : "all";
  const auto seeds = static_cast<std::uint32_t>(argc > 2 ? std::stoul(argv[2]) : 0);
  const auto first = static_cast<std::uint32_t>(argc > 3 ? std::stoul(argv[3]) : 1);
  if (what == "all" || what == "density")
    osteocalc::density_table(seeds > 0 ? seeds : 6);
  if (what == "all" || what == "placement")
    osteocalc::placement_table(seeds > 0 ? seeds : 60, first);
  if (what == "all" || what == "hip")
    osteocalc::hip_table(seeds > 0 ? seeds : 20, first);
  if (what == "all" || what == "aac")
    osteocalc::aac_table(seeds > 0 ? seeds : 60, first);
  if (what == "all" || what == "lateral")
    osteocalc::lateral_table(seeds > 0 ? seeds : 60, first);
}
