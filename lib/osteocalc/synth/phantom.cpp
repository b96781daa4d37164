// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/synth/phantom.h"

#include "osteocalc/synth/attenuation.h"
#include "osteocalc/synth/canvas.h"
#include "osteocalc/synth/random.h"

#include <cmath>
#include <numbers>

namespace osteocalc::synth {
namespace {

constexpr double heart_y = -15, insert_radius = 50, half_length = 45, rod_radius = 10;

Tube rod_at(const Vec3& center, double radius) {
  return {.nodes = {{center - Vec3{0, 0, 200}, radius}, {center + Vec3{0, 0, 200}, radius}}};
}

void paint_thorax(Canvas& canvas, const PhantomTruth& truth) {
  const auto hu = static_cast<float>(truth.background_hu);
  canvas.join(Outline{0, 0, 150, 100});
  canvas.paint({.outer = {hu, 0}});
  for (const double side : {-1.0, 1.0})
    canvas.join(Ellipsoid{{.center_mm = {side * 88, -2, 0}}, {42, 72, 1e4}});
  canvas.paint({.outer = {-800, 0}});
  canvas.join(Ellipsoid{{.center_mm = {0, 58, 0}}, {20, 16, 1e4}});
  canvas.paint({.outer = {0, 350}, .shell_mm = 2, .core = {0, 180}});
  canvas.join(rod_at({0, heart_y, 0}, insert_radius));
  canvas.paint({.outer = {hu, 0}});
  canvas.join(rod_at(truth.rod_center_mm, rod_radius));
  canvas.paint({.outer = {tissue::water_hu, 200}});
  canvas.join(rod_at(truth.water_center_mm, rod_radius));
  canvas.paint({.outer = {tissue::water_hu, 0}});
}

void paint_cylinders(Canvas& canvas, const PhantomTruth& truth, double layer_mm) {
  for (const HaCylinder& c : truth.cylinders) {
    const double r = 0.5 * c.diameter_mm;
    const Vec3 half{r, r, r};
    // A cylinder is the insert's resin with its mineral, as a scan of the real insert shows.
    canvas.deposit({c.center_mm - half, c.center_mm + half}, c.density_mg_cm3, layer_mm, [&](const Vec3& p) {
      return std::hypot(p[0] - c.center_mm[0], p[1] - c.center_mm[1]) <= r && std::abs(p[2] - c.center_mm[2]) <= r;
    });
  }
}

PhantomTruth layout(const Scanner& scanner, std::uint32_t seed) {
  PhantomTruth truth{.scanner = scanner};
  const double densities[]{200, 400, 800}, diameters[]{5, 3, 1}, radii[]{38, 25, 13};
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t k = 0; k < 3; ++k) {
      const double angle = (30 + 120.0 * static_cast<double>(i)) * std::numbers::pi / 180;
      truth.cylinders.push_back(
          {{radii[k] * std::cos(angle), heart_y + radii[k] * std::sin(angle), 0}, diameters[k], densities[i]});
    }
  truth.rod_center_mm = {-22, heart_y - 28, 0};
  truth.water_center_mm = {22, heart_y - 28, 0};
  const double half = 0.5 * scanner.pixel_mm * (scanner.matrix - 1);
  truth.grid.size = {scanner.matrix, scanner.matrix, 1 + static_cast<int>(2 * half_length / scanner.increment_mm)};
  truth.grid.spacing_mm = {scanner.pixel_mm, scanner.pixel_mm, scanner.increment_mm};
  truth.grid.origin_mm = {-half, -half, -half_length + Random(seed, 40).uniform(-0.5, 0.5) * scanner.increment_mm};
  return truth;
}

} // namespace

double HaCylinder::volume_mm3() const {
  return 0.25 * std::numbers::pi * diameter_mm * diameter_mm * diameter_mm;
}

Scanner phantom_scanner() {
  Scanner scanner;
  scanner.matrix = 512;
  scanner.pixel_mm = 0.625;
  scanner.noise_sd_hu = 15;
  return scanner;
}

SyntheticPhantom make_insert_phantom(const Scanner& scanner, std::uint32_t seed, Parallel parallel) {
  check(scanner);
  SyntheticPhantom phantom;
  phantom.truth = layout(scanner, seed);
  ScannedVolume scanned = scan(
      scanner, phantom.truth.grid, seed,
      [&](Canvas& canvas, double layer_mm) {
        paint_thorax(canvas, phantom.truth);
        paint_cylinders(canvas, phantom.truth, layer_mm);
      },
      parallel);
  phantom.image.hu = std::move(scanned.hu);
  phantom.image.acquisition = acquisition_of(scanner);
  return phantom;
}

} // namespace osteocalc::synth
