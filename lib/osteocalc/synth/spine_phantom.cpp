// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/synth/spine_phantom.h"

#include "osteocalc/synth/random.h"

namespace osteocalc::synth {
namespace {

constexpr double pitch_mm = 36, spine_y = 15, half_length_mm = 60, cortex_mg_cm3 = 800, arch_mg_cm3 = 400;
constexpr LabelId femur_left = 75, femur_right = 76; // TotalSegmentator's

Tube along_z(double x, double y, double radius) {
  return {.nodes = {{{x, y, -300}, radius}, {{x, y, 300}, radius}}};
}

std::array<VertebraForm, 3> vertebrae_of(const SpinePhantomRequest& request) {
  std::array<VertebraForm, 3> forms;
  for (std::size_t i = 0; i < forms.size(); ++i) {
    VertebraForm& form = forms[i];
    form.level = static_cast<Vertebra>(static_cast<int>(Vertebra::L1) + static_cast<int>(i));
    form.trabecular_mg_cm3 = request.trabecular_mg_cm3[i];
    form.body.frame.center_mm = {0, spine_y, pitch_mm * (1 - static_cast<double>(i))};
    form.body.half_width_mm = 22;
    form.body.half_depth_mm = 16;
    form.body.anterior_mm = request.heights_mm[i][0];
    form.body.middle_mm = request.heights_mm[i][1];
    form.body.posterior_mm = request.heights_mm[i][2];
    form.body.part = vertebral_body_label(form.level);
  }
  return forms;
}

/// Pedicles and laminae around a canal, so that the vertebra has a back.
void join_arch(Canvas& canvas, const VertebraForm& form) {
  const Frame& frame = form.body.frame;
  const double b = form.body.half_depth_mm;
  for (const double side : {-1.0, 1.0}) {
    canvas.join(Tube{{{frame.at(side * 13, b - 3, 3), 4}, {frame.at(side * 13, b + 12, 3), 4}}, 1.3, {}});
    canvas.join(Tube{{{frame.at(side * 12, b + 12, 2), 4}, {frame.at(side * 2, b + 20, 0), 4}}, 1.8, {}});
  }
}

void paint_body(Canvas& canvas, const SpinePhantomRequest& request) {
  const auto hu = [](double value) { return Tissue{static_cast<float>(value), 0}; };
  canvas.join(Outline{0, 0, request.half_width_mm, request.half_depth_mm});
  canvas.paint({.outer = hu(request.fat_mm ? request.tissues.fat_hu : tissue::water_hu)});
  if (!request.fat_mm)
    return;
  canvas.join(Outline{0, 0, request.half_width_mm - *request.fat_mm, request.half_depth_mm - *request.fat_mm});
  canvas.paint({.outer = hu(request.tissues.muscle_hu)});
  canvas.join(along_z(14, spine_y - 30, 11));
  canvas.paint({.outer = hu(request.tissues.blood_hu), .label = label::aorta});
  for (const double side : {-1.0, 1.0}) {
    canvas.join(along_z(side * 62, 10, 9));
    canvas.paint({.outer = hu(request.tissues.cortical_hu), .label = side > 0 ? femur_left : femur_right});
  }
}

void paint_vertebra(Canvas& canvas, const VertebraForm& form, double cortex_mm) {
  join_arch(canvas, form);
  canvas.paint(
      {.outer = {tissue::water_hu, static_cast<float>(arch_mg_cm3)}, .label = whole_vertebra_label(form.level)});
  canvas.join(form.body);
  canvas.paint({.outer = {tissue::water_hu, static_cast<float>(cortex_mg_cm3)},
                .label = whole_vertebra_label(form.level),
                .shell_mm = static_cast<float>(cortex_mm),
                .core = {tissue::water_hu, static_cast<float>(form.trabecular_mg_cm3)}});
}

} // namespace

SpinePhantom make_spine_phantom(const SpinePhantomRequest& request, Parallel parallel) {
  check(request.scanner);
  SpinePhantom phantom;
  phantom.vertebrae = vertebrae_of(request);
  if (!request.calibration_phantom.empty())
    phantom.slab = calibration_slab(request.calibration_phantom, request.half_depth_mm);
  const Scanner& scanner = request.scanner;
  const double half = 0.5 * scanner.pixel_mm * (scanner.matrix - 1);
  VolumeGeometry grid;
  grid.size = {scanner.matrix, scanner.matrix, 1 + static_cast<int>(2 * half_length_mm / scanner.increment_mm)};
  grid.spacing_mm = {scanner.pixel_mm, scanner.pixel_mm, scanner.increment_mm};
  grid.origin_mm = {-half, -half + 15,
                    -half_length_mm + Random(request.seed, 41).uniform(-0.5, 0.5) * scanner.increment_mm};
  ScannedVolume scanned = scan(
      scanner, grid, request.seed,
      [&](Canvas& canvas, double) {
        paint_body(canvas, request);
        if (phantom.slab)
          paint_slab(canvas, *phantom.slab, scanner.kvp_kv);
        for (std::size_t i = 0; i < phantom.vertebrae.size(); ++i)
          paint_vertebra(canvas, phantom.vertebrae[i], request.cortex_mm[i]);
      },
      parallel);
  phantom.image.hu = std::move(scanned.hu);
  phantom.image.acquisition = acquisition_of(scanner);
  phantom.labels.voxels = std::move(scanned.labels);
  phantom.parts.voxels = std::move(scanned.parts);
  return phantom;
}

} // namespace osteocalc::synth
