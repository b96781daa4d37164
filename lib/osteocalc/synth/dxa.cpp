// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/synth/dxa.h"

#include "osteocalc/core/error.h"
#include "osteocalc/synth/dxa_femur.h"
#include "osteocalc/synth/random.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace osteocalc::synth {
namespace {

constexpr double lateral_pixel_share = 0.7;

/// Counted photons for an expected number: Poisson by inversion when few, by its normal limit when many.
double counted(double expected, Random& random) {
  if (expected > 60)
    return std::max(1.0, std::round(random.normal(expected, std::sqrt(expected))));
  double probability = std::exp(-expected), reached = probability;
  const double target = random.uniform(0, 1);
  int count = 0;
  while (reached < target && count < 1000) {
    probability *= expected / ++count;
    reached += probability;
  }
  return std::max(1, count);
}

void measure_channel(const AreaImage& image, const Spectrum& spectrum, double photons, std::uint32_t seed,
                     Volume<float>& out, Parallel parallel) {
  out = Volume<float>(image.grid);
  const int width = image.grid.size[0];
  parallel_for(static_cast<std::size_t>(image.grid.size[1]), parallel, [&](std::size_t row) {
    Random random(seed, 3000 + static_cast<std::uint32_t>(row));
    for (int x = 0; x < width; ++x) {
      const double through = spectrum.transmission(image.at(x, static_cast<int>(row)));
      const double share = photons > 0 ? counted(photons * through, random) / photons : through;
      out(x, static_cast<int>(row), 0) = static_cast<float>(-std::log(share));
    }
  });
}

/// The torso as it lies for densitometry: arms away from the body, the table known and taken off.
Torso placed_torso(const DxaRequest& request) {
  Torso torso = build_torso(request.person, request.densities);
  torso.trunk.arms_down = false;
  torso.trunk.outside = outside_pieces(request.person, torso.spine, torso.trunk);
  torso.trunk.table_mm = 1e4;
  return torso;
}

FlatField field_of(const DxaRequest& request, const Spine& spine) {
  Random random(request.person.seed, 61);
  FlatField field;
  const double top = spine.z_mm(Vertebra::T12) + random.uniform(0, 18);
  if (request.view == DxaView::Lateral) {
    field = {.rays = RayDirection::SideToSide, .width_mm = 160, .depth_mm = 460};
    field.pixel_mm = lateral_pixel_share * request.pixel_mm;
    field.corner_mm = {-230, spine.at(Vertebra::L3).body.frame.center_mm[1] - 100, top};
    field.height_mm = top - spine.z_mm(Vertebra::S1);
    return field;
  }
  field.pixel_mm = request.pixel_mm;
  field.corner_mm = {spine.at(Vertebra::L3).body.frame.center_mm[0] - 80 + random.uniform(-8, 8), -260, top};
  field.depth_mm = 460;
  field.height_mm = top - spine.z_mm(Vertebra::L5) + random.uniform(-4, 20);
  return field;
}

/// Where a point of the body falls on the image.
Vec2 on_image(const FlatField& field, const Vec3& p) {
  const std::size_t across = field.rays == RayDirection::FrontToBack ? 0 : 1;
  return {p[across] - field.corner_mm[across], field.corner_mm[2] - p[2]};
}

/// The right or left edge of a body from its upper to its lower endplate, waist and all.
void add_side(Polygon& outline, const FlatField& field, const Block& body, double side, bool downwards) {
  const double half_height = 0.25 * (body.anterior_mm + body.posterior_mm);
  for (int i = 0; i <= 12; ++i) {
    const double w = (downwards ? 1 : -1) * (1 - i / 6.0);
    const double half_width = body.half_width_mm * (1 - body.waist * (1 - w * w));
    outline.push_back(on_image(field, body.frame.at(side * half_width, 0, w * half_height)));
  }
}

/// A level's region: between the edges of its body and the middles of the discs above and below.
Polygon level_outline(const FlatField& field, const Spine& spine, Vertebra level) {
  const auto index = static_cast<std::size_t>(level);
  const auto disc_end = [&](std::size_t above, double side) {
    const Block& upper = spine.vertebrae[above].body;
    const Block& lower = spine.vertebrae[above + 1].body;
    const auto corner = [&](const Block& b, double end) {
      return b.frame.at(side * b.half_width_mm, 0, end * 0.25 * (b.anterior_mm + b.posterior_mm));
    };
    return on_image(field, 0.5 * (corner(upper, -1) + corner(lower, 1)));
  };
  Polygon outline{disc_end(index - 1, -1), disc_end(index - 1, 1)};
  add_side(outline, field, spine.at(level).body, 1, true);
  outline.push_back(disc_end(index, 1));
  outline.push_back(disc_end(index, -1));
  add_side(outline, field, spine.at(level).body, -1, false);
  return outline;
}

DxaRegionTruth region_truth(std::string name, Polygon outline, const AreaImage& image) {
  DxaRegionTruth region{std::move(name), std::move(outline)};
  const double pixel = image.grid.spacing_mm[0], pixel_cm2 = 0.01 * pixel * pixel;
  for (const PixelShare& p : covered_pixels(region.outline, image.grid.size[0], image.grid.size[1], pixel, pixel))
    region.bmc_g += p.share * pixel_cm2 * image.at(p.x, p.y).bone_g_cm2;
  region.area_cm2 = 0.01 * area_mm2(region.outline);
  return region;
}

/// The same for a clip of the bone's own shadow: its area is what of the outline has mineral in it.
DxaRegionTruth shadow_truth(std::string name, Polygon outline, const AreaImage& image) {
  constexpr double no_bone_g_cm2 = 0.01;
  DxaRegionTruth region = region_truth(std::move(name), std::move(outline), image);
  const double pixel = image.grid.spacing_mm[0];
  region.area_cm2 = 0;
  for (const PixelShare& p : covered_pixels(region.outline, image.grid.size[0], image.grid.size[1], pixel, pixel))
    if (image.at(p.x, p.y).bone_g_cm2 > no_bone_g_cm2)
      region.area_cm2 += p.share * 0.01 * pixel * pixel;
  return region;
}

std::vector<SixPoints> six_points(const FlatField& field, const Spine& spine) {
  std::vector<SixPoints> marks;
  for (const Vertebra level : {Vertebra::T12, Vertebra::L1, Vertebra::L2, Vertebra::L3, Vertebra::L4, Vertebra::L5}) {
    const Block& b = spine.at(level).body;
    SixPoints mark{level, {}};
    std::size_t i = 0;
    for (const double end : {0.5, -0.5})
      for (const auto& [v, height] : {std::pair{-1.0, b.anterior_mm}, {0.0, b.middle_mm}, {1.0, b.posterior_mm}})
        mark.points[i++] = on_image(field, b.frame.at(0, v * b.half_depth_mm, end * height));
    if (std::ranges::all_of(mark.points, [&](const Vec2& p) { return p[1] >= 0 && p[1] <= field.height_mm; }))
      marks.push_back(mark);
  }
  return marks;
}

AreaImage project_torso(const DxaRequest& request, DxaTruth& truth, Parallel parallel) {
  truth.torso = placed_torso(request);
  const FlatField field = field_of(request, truth.torso.spine);
  AreaImage image = project(
      field,
      [&](Canvas& canvas, double layer_mm) {
        paint_torso(canvas, truth.torso);
        paint_plaques(canvas, request.plaques, layer_mm);
      },
      request.slab, parallel);
  if (request.view == DxaView::Lateral) {
    truth.walls = wall_segments(truth.torso, request.plaques);
    truth.marks = six_points(field, truth.torso.spine);
  } else {
    for (const Vertebra level : {Vertebra::L1, Vertebra::L2, Vertebra::L3, Vertebra::L4})
      truth.regions.push_back(
          region_truth(std::string(to_string(level)), level_outline(field, truth.torso.spine, level), image));
  }
  return image;
}

AreaImage project_hip(const DxaRequest& request, DxaTruth& truth, Parallel parallel) {
  const Femur femur = build_femur(request.person, request.view == DxaView::HipLeft ? Side::Left : Side::Right);
  FlatField field = femur.field;
  field.pixel_mm = request.pixel_mm;
  const auto paint = [&](Canvas& canvas, double) { paint_femur(canvas, femur); };
  FlatField fine = femur.field;
  fine.pixel_mm = 0.5;
  const AreaImage shadow = project(fine, paint, {}, parallel);
  for (const auto& [name, outline] : femur_regions(femur))
    truth.regions.push_back(shadow_truth(name, outline, shadow));
  return project(field, paint, request.slab.value_or(SoftTissueSlab{}), parallel);
}

} // namespace

double clinical_photons_per_mm2(double thickness_cm) {
  // About 0.05 g/cm2 in a pixel of 1 mm behind 20 cm. Standard speed up to 25 cm, a quarter of it above; four times it
  // below 13 cm.
  return 4e5 * (thickness_cm > 32 ? 24.0 : thickness_cm > 25 ? 4.0 : thickness_cm < 13 ? 0.25 : 1.0);
}

SyntheticDxa make_dxa(const DxaRequest& request, Parallel parallel) {
  if (!(request.pixel_mm >= 0.2 && request.pixel_mm <= 3) || request.photons_per_mm2 < 0)
    throw ConfigError("dxa: pixel_mm (0.2 to 3) or photons_per_mm2 (not negative) is out of range (no image can be "
                      "made with it); correct it");
  const DxaBeam beam = dxa_beam(request.beam);
  SyntheticDxa out;
  out.truth.request = request;
  const bool torso = request.view == DxaView::Spine || request.view == DxaView::Lateral;
  const AreaImage image =
      torso ? project_torso(request, out.truth, parallel) : project_hip(request, out.truth, parallel);
  const double photons = request.photons_per_mm2 * image.grid.spacing_mm[0] * image.grid.spacing_mm[1];
  measure_channel(image, beam.low, photons, request.person.seed, out.low, parallel);
  measure_channel(image, beam.high, photons, request.person.seed + 0x10000, out.high, parallel);
  out.bone_g_cm2 = Volume<float>(image.grid);
  std::ranges::transform(image.masses, out.bone_g_cm2.voxels().begin(),
                         [](const ArealMasses& m) { return static_cast<float>(m.bone_g_cm2); });
  return out;
}

std::vector<WedgeStep> step_wedge(const DxaBeam& beam) {
  std::vector<WedgeStep> steps;
  for (const double tissue : {8.0, 13.0, 18.0, 23.0, 28.0, 34.0})
    for (const double fat : {0.0, 0.25, 0.5, 0.75})
      for (const double bone : {0.0, 0.6, 1.4, 2.5}) {
        const ArealMasses masses{(1 - fat) * tissue, fat * tissue, bone};
        steps.push_back({masses, beam.low.attenuation(masses), beam.high.attenuation(masses)});
      }
  return steps;
}

} // namespace osteocalc::synth
