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
  constexpr int sides = 40;
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
  const int half_px = std::max(1, static_cast<int>(0.8 / view.mm_per_px));
  for (const auto& voxel : place.voxels) {
    const int cx = static_cast<int>((voxel[0] + 0.5) * g.spacing_mm[0] / view.mm_per_px),
              cy = static_cast<int>((voxel[1] + 0.5) * g.spacing_mm[1] / view.mm_per_px);
    for (int y = cy - half_px; y <= cy + half_px; ++y)
      for (int x = cx - half_px; x <= cx + half_px; ++x)
        canvas.blend(x, y, yellow, 0.6);
  }
  const calibration::TissueSample& sample = *tissues.samples[static_cast<std::size_t>(place.tissue)];
  const std::string name(to_string(place.tissue)), file = "calibration_" + name + ".png";
  canvas.text(10, 24, fmt::format("{}  {:.0f} HU (SD {:.0f})", name, sample.hu, sample.sd_hu), 14, yellow);
  canvas.write_png(folder / file);
  return {file, "Calibration sample: " + name,
          fmt::format("Slice {} with the voxels (yellow) taken for {}; their median over the scan is {:.1f} HU (SD "
                      "{:.1f}, {} samples). Anything else among them bends the calibration.",
                      z, name, sample.hu, sample.sd_hu, sample.n)};
}

} // namespace

Canvas draw_rods(const CtImage& image, const calibration::FoundPhantom& found) {
  constexpr double low_hu = -250, high_hu = 950;
  const VolumeGeometry& g = image.hu.geometry();
  const Vec3 shown = point_to_index(g, found.rods[found.rods.size() / 2].point_mm);
  const int z = std::clamp(static_cast<int>(std::lround(shown[2])), 0, g.size[2] - 1);
  Canvas canvas(g.size[0], g.size[1]);
  for (int y = 0; y < g.size[1]; ++y)
    for (int x = 0; x < g.size[0]; ++x)
      canvas.set_gray(x, y, std::clamp((image.hu(x, y, z) - low_hu) / (high_hu - low_hu), 0.0, 1.0));
  const Vec3 slice_mm = index_to_point(g, {0, 0, double(z)}), normal = cross(g.axes[0], g.axes[1]);
  for (std::size_t i = 0; i < found.rods.size(); ++i) {
    const calibration::Rod& rod = found.rods[i];
    const double t = dot(slice_mm - rod.point_mm, normal) / dot(rod.direction, normal);
    const Vec3 c = point_to_index(g, rod.point_mm + t * rod.direction);
    const double r = inner_fraction * rod.radius_mm / g.spacing_mm[0];
    draw_circle(canvas, c[0], c[1], r);
    const calibration::CalibrationRod& value = found.calibration.rods[i];
    canvas.text(c[0] - 1.6 * r, c[1] - 2.0 * r, fmt::format("{:g}", value.density_mg_cm3), 11, yellow);
    canvas.text(c[0] - 1.6 * r, c[1] + 2.6 * r, fmt::format("{:.0f}", value.hu), 11);
  }
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
