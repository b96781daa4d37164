// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/qc_calibration.h"

#include "osteocalc/image/resample.h"
#include "osteocalc/report/qc_view.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <numbers>

namespace osteocalc::report {
namespace {

constexpr Rgb yellow{0.94, 0.89, 0.26};
constexpr double inner_fraction = calibration::RodOptions{}.inner_fraction;

void draw_circle(Canvas& canvas, double x, double y, double radius) {
  constexpr int sides = 48;
  for (int k = 0; k < sides; ++k) {
    const double a = 2 * std::numbers::pi * k / sides, b = 2 * std::numbers::pi * (k + 1) / sides;
    canvas.line(x + radius * std::cos(a), y + radius * std::sin(a), x + radius * std::cos(b), y + radius * std::sin(b),
                yellow, 1);
  }
}

/// A window in which the tissue is neither black nor white.
Window window_for(calibration::Tissue tissue) {
  switch (tissue) {
  case calibration::Tissue::Air:
    return {-1100, 300};
  case calibration::Tissue::CorticalBone:
    return {-250, 1800};
  default:
    return {-200, 300};
  }
}

QcPicture draw_sample(const CtImage& image, const calibration::SampledTissues& tissues,
                      const calibration::SamplePlace& place, const std::filesystem::path& folder) {
  const VolumeGeometry& g = image.hu.geometry();
  const int z = place.voxels.front()[2];
  const QcView view = fitted_view(g.size[0] * g.spacing_mm[0], g.size[1] * g.spacing_mm[1], 0);
  Canvas canvas = draw_view(view, window_for(place.tissue), {"R", "L", "A", "P"}, [&](double x_mm, double y_mm) {
    return interpolate(image.hu, {x_mm / g.spacing_mm[0] - 0.5, y_mm / g.spacing_mm[1] - 0.5, double(z)});
  });
  constexpr std::size_t few = 40; // so few specks are lost in a whole slice: they get a ring each
  constexpr double ring_mm = 5;
  const int half_px = std::max(1, static_cast<int>(0.8 / view.mm_per_px));
  for (const auto& voxel : place.voxels) {
    const int cx = static_cast<int>((voxel[0] + 0.5) * g.spacing_mm[0] / view.mm_per_px),
              cy = static_cast<int>((voxel[1] + 0.5) * g.spacing_mm[1] / view.mm_per_px);
    for (int y = cy - half_px; y <= cy + half_px; ++y)
      for (int x = cx - half_px; x <= cx + half_px; ++x)
        canvas.blend(x, y, yellow, 0.6);
    if (place.voxels.size() <= few)
      draw_circle(canvas, cx, cy, ring_mm / view.mm_per_px);
  }
  const calibration::TissueSample& sample = *tissues.samples[static_cast<std::size_t>(place.tissue)];
  const std::string file = fmt::format("calibration_{}.png", to_string(place.tissue));
  std::string name(to_string(place.tissue));
  std::ranges::replace(name, '_', ' ');
  canvas.text(10, 24, fmt::format("{}  {:.0f} HU (SD {:.0f})", name, sample.hu, sample.sd_hu), 14, yellow);
  canvas.write_png(folder / file);
  return {file, "Calibration sample: " + name,
          fmt::format("Slice {} with the voxels (yellow) taken for {}; their median over the scan is {:.1f} HU (SD "
                      "{:.1f}, {} samples). Anything else among them bends the calibration.",
                      z, name, sample.hu, sample.sd_hu, sample.n)};
}

} // namespace

Canvas draw_rods(const CtImage& image, const calibration::FoundPhantom& found) {
  constexpr double text_px = 12;
  const VolumeGeometry& g = image.hu.geometry();
  const Vec3 shown = point_to_index(g, found.rods[found.rods.size() / 2].point_mm);
  const int z = std::clamp(static_cast<int>(std::lround(shown[2])), 0, g.size[2] - 1);
  const QcView view = fitted_view(g.size[0] * g.spacing_mm[0], g.size[1] * g.spacing_mm[1], 0);
  Canvas canvas = draw_view(view, {-250, 950}, {"R", "L", "A", "P"}, [&](double x_mm, double y_mm) {
    return interpolate(image.hu, {x_mm / g.spacing_mm[0] - 0.5, y_mm / g.spacing_mm[1] - 0.5, double(z)});
  });
  const Vec3 slice_mm = index_to_point(g, {0, 0, double(z)}), normal = cross(g.axes[0], g.axes[1]);
  for (std::size_t i = 0; i < found.rods.size(); ++i) {
    const calibration::Rod& rod = found.rods[i];
    const double t = dot(slice_mm - rod.point_mm, normal) / dot(rod.direction, normal);
    const Vec3 c = point_to_index(g, rod.point_mm + t * rod.direction);
    const double x = (c[0] + 0.5) * g.spacing_mm[0] / view.mm_per_px,
                 y = (c[1] + 0.5) * g.spacing_mm[1] / view.mm_per_px, r = rod.radius_mm / view.mm_per_px;
    draw_circle(canvas, x, y, inner_fraction * r);
    const auto centered = [&](double base_y, const std::string& text, const Rgb& color) {
      canvas.text(x - 0.5 * canvas.text_width(text, text_px), base_y, text, text_px, color);
    };
    const calibration::CalibrationRod& value = found.calibration.rods[i];
    centered(y - 1.3 * r, fmt::format("{:.4g}", value.density_mg_cm3), yellow);
    centered(y + 1.3 * r + text_px, fmt::format("{:.0f}", value.hu), {1, 1, 1});
  }
  canvas.text(10, 24,
              fmt::format("{}  {} mg/cm3 above, HU below", found.phantom.name, to_string(found.phantom.material)), 14,
              yellow);
  return canvas;
}

std::vector<QcPicture> write_calibration_pictures(const CtImage& image, const study::CalibrationEvidence& evidence,
                                                  const std::filesystem::path& folder) {
  std::vector<QcPicture> pictures;
  if (evidence.phantom) {
    draw_rods(image, *evidence.phantom).write_png(folder / "calibration_rods.png");
    pictures.push_back({"calibration_rods.png", "Calibration rods",
                        "Slice through the middle of the phantom's rods: what of each was measured (circle), its "
                        "density in mg/cm3 (yellow) and its HU."});
  }
  if (evidence.tissues)
    for (const calibration::SamplePlace& place : evidence.tissues->places)
      pictures.push_back(draw_sample(image, *evidence.tissues, place, folder));
  return pictures;
}

} // namespace osteocalc::report
