// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/synth/dxa_projection.h"

#include "osteocalc/synth/attenuation.h"

#include <algorithm>
#include <cmath>

namespace osteocalc::synth {
namespace {

constexpr double fat_g_cm3 = 0.95, lean_g_cm3 = 1.05;
/// Half-millimetre layers, so that an endplate's place within a pixel shows.
constexpr double layer_mm = 0.5;

/// Soft tissue of one voxel, g/cm3 of each kind.
ArealMasses densities_of(double hu) {
  if (hu < -150)
    return {.lean_g_cm2 = lean_g_cm3 * std::max(0.0, (hu + 1000) / 1052)};
  const double fat = std::clamp((tissue::muscle_hu - hu) / (tissue::muscle_hu - tissue::fat_hu), 0.0, 1.0);
  return {(1 - fat) * lean_g_cm3, fat * fat_g_cm3, 0};
}

VolumeGeometry image_grid(const FlatField& field) {
  const bool frontal = field.rays == RayDirection::FrontToBack;
  const double p = field.pixel_mm;
  VolumeGeometry grid;
  grid.size = {static_cast<int>(field.width_mm / p), static_cast<int>(field.height_mm / p), 1};
  grid.spacing_mm = {p, p, 1};
  const Vec3 along = frontal ? Vec3{1, 0, 0} : Vec3{0, 1, 0}, down{0, 0, -1};
  grid.axes = {along, down, cross(along, down)};
  grid.origin_mm = field.corner_mm + 0.5 * p * along + 0.5 * p * down;
  return grid;
}

/// The axial grid of the layers that the rays of one row pass through.
VolumeGeometry layer_grid(const FlatField& field) {
  const bool frontal = field.rays == RayDirection::FrontToBack;
  const int across = static_cast<int>(field.width_mm / field.pixel_mm),
            along = static_cast<int>(field.depth_mm / field.pixel_mm);
  VolumeGeometry grid;
  grid.size = {frontal ? across : along, frontal ? along : across, 1};
  grid.spacing_mm = {field.pixel_mm, field.pixel_mm, layer_mm};
  grid.origin_mm = field.corner_mm + Vec3{0.5 * field.pixel_mm, 0.5 * field.pixel_mm, 0};
  return grid;
}

} // namespace

ArealMasses SoftTissueSlab::masses() const {
  const double g_cm2 = thickness_cm / (fat_share / fat_g_cm3 + (1 - fat_share) / lean_g_cm3);
  return {(1 - fat_share) * g_cm2, fat_share * g_cm2, 0};
}

AreaImage project(const FlatField& field, const PaintLayer& paint, const std::optional<SoftTissueSlab>& slab,
                  Parallel parallel) {
  AreaImage image{image_grid(field), {}};
  const int width = image.grid.size[0], height = image.grid.size[1];
  image.masses.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  const VolumeGeometry layer = layer_grid(field);
  const int layers = std::max(1, static_cast<int>(std::lround(field.pixel_mm / layer_mm)));
  const double step_mm = field.pixel_mm / layers, step_cm = 0.1 * field.pixel_mm / layers;
  const bool frontal = field.rays == RayDirection::FrontToBack;
  parallel_for(static_cast<std::size_t>(height), parallel, [&](std::size_t row) {
    // Painted without mineral and with 1 HU a mg/cm3 the difference is the mineral.
    Canvas soft(layer, 0), whole(layer, 1);
    const std::span<ArealMasses> rays(image.masses.data() + row * static_cast<std::size_t>(width),
                                      static_cast<std::size_t>(width));
    for (int k = 0; k < layers; ++k) {
      const double z = field.corner_mm[2] - (static_cast<double>(row) * layers + k + 0.5) * step_mm;
      for (Canvas* canvas : {&soft, &whole}) {
        canvas->begin(z);
        paint(*canvas, step_mm);
      }
      for (std::size_t i = 0; i < soft.hu().size(); ++i) {
        const std::size_t columns = static_cast<std::size_t>(layer.size[0]);
        ArealMasses& ray = rays[frontal ? i % columns : i / columns];
        const ArealMasses voxel = densities_of(soft.hu()[i]);
        ray.lean_g_cm2 += step_cm * voxel.lean_g_cm2;
        ray.fat_g_cm2 += step_cm * voxel.fat_g_cm2;
        ray.bone_g_cm2 += step_cm * 1e-3 * static_cast<double>(whole.hu()[i] - soft.hu()[i]);
      }
    }
    if (slab)
      for (ArealMasses& ray : rays) {
        const double bone = ray.bone_g_cm2;
        ray = slab->masses();
        ray.bone_g_cm2 = bone;
      }
  });
  return image;
}

} // namespace osteocalc::synth
