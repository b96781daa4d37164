// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/synth/ct.h"

#include <cmath>
#include <utility>

namespace osteocalc::synth {
namespace {

/// Lowest and highest slice position of a field of view.
std::pair<double, double> z_range(const Torso& torso, Field field) {
  const Spine& spine = torso.spine;
  const double neck = spine.z_mm(Vertebra::T1) + 22, pelvis = -48;
  switch (field) {
  case Field::Heart:
    return {torso.trunk.root_mm - 104 * torso.heart.size, torso.trunk.carina_mm + 8};
  case Field::Chest:
    return {spine.z_mm(Vertebra::L1) - 12, neck};
  case Field::Abdomen:
    return {pelvis, spine.z_mm(Vertebra::T10)};
  case Field::ChestAbdomen:
    break;
  }
  return {pelvis, neck};
}

VolumeGeometry grid_of(const Torso& torso, const Scanner& scanner) {
  const auto [low, high] = z_range(torso, scanner.field);
  const Vec3 heart = torso.heart.at(22, 0, -40);
  const Outline skin = torso.trunk.at(torso.spine.z_mm(Vertebra::T12)).skin;
  const bool small = scanner.field == Field::Heart;
  const double x = small ? heart[0] : skin.x_mm, y = small ? heart[1] : skin.y_mm + 8;
  const double half = 0.5 * scanner.pixel_mm * (scanner.matrix - 1);
  VolumeGeometry grid;
  grid.size = {scanner.matrix, scanner.matrix, static_cast<int>(std::floor((high - low) / scanner.increment_mm)) + 1};
  grid.spacing_mm = {scanner.pixel_mm, scanner.pixel_mm, scanner.increment_mm};
  grid.origin_mm = {x - half, y - half, low};
  return grid;
}

CtAcquisition acquisition(const CtRequest& request) {
  CtAcquisition out = acquisition_of(request.scanner);
  out.patient_id = request.patient_id;
  out.age_years = request.person.age_years;
  out.sex = request.person.sex;
  return out;
}

} // namespace

double trabecular_hu(double mg_cm3, double kvp_kv) {
  return tissue::marrow_hu + hu_per_mg_cm3(kvp_kv) * mg_cm3;
}

SyntheticCt make_ct(const CtRequest& request, Parallel parallel) {
  check(request.scanner);
  CtTruth truth{
      .torso = build_torso(request.person, request.densities), .scanner = request.scanner, .loads = request.calcium};
  Torso& torso = truth.torso;
  truth.plaques = place_calcium(torso, request.calcium);
  truth.plaques.insert(truth.plaques.end(), request.plaques.begin(), request.plaques.end());
  if (!request.calibration_phantom.empty()) {
    truth.slab = calibration_slab(request.calibration_phantom, torso.trunk.table_mm);
    torso.trunk.table_mm += CalibrationSlab::thickness_mm;
  }
  truth.grid = grid_of(torso, request.scanner);
  ScannedVolume scanned = scan(
      request.scanner, truth.grid, request.person.seed,
      [&](Canvas& canvas, double layer_mm) {
        paint_torso(canvas, torso);
        if (truth.slab)
          paint_slab(canvas, *truth.slab, request.scanner.kvp_kv);
        paint_plaques(canvas, truth.plaques, layer_mm);
      },
      parallel);
  SyntheticCt ct;
  ct.image = {std::move(scanned.hu), acquisition(request), {}, {}};
  ct.labels.voxels = std::move(scanned.labels);
  ct.parts.voxels = std::move(scanned.parts);
  ct.truth = std::move(truth);
  return ct;
}

} // namespace osteocalc::synth
