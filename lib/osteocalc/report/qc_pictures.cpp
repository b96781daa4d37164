// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/qc_pictures.h"

#include "osteocalc/image/resample.h"
#include "osteocalc/report/qc_calibration.h"
#include "osteocalc/report/qc_view.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <map>
#include <optional>
#include <ranges>
#include <unordered_map>

namespace osteocalc::report {
namespace {

// Okabe and Ito's colours: apart for nearly every eye, on black too.
constexpr Rgb sky{0.34, 0.71, 0.91}, orange{0.90, 0.62, 0.0}, green{0.0, 0.62, 0.45}, yellow{0.94, 0.89, 0.26},
    vermilion{0.84, 0.37, 0.0}, purple{0.80, 0.47, 0.65}, blue{0.2, 0.5, 0.95}, white{1, 1, 1},
    violet{0.72, 0.55, 0.95}, peach{1.0, 0.80, 0.60};
constexpr Window bone_window{-250, 650}, calcium_window{-150, 750};

struct BedColor {
  std::string_view bed;
  Rgb color;
};
constexpr std::array<BedColor, 12> bed_colors{{{"coronary", peach},
                                               {"coronary_lm", vermilion},
                                               {"coronary_lad", orange},
                                               {"coronary_lcx", yellow},
                                               {"coronary_rca", purple},
                                               {"aortic_valve", white},
                                               {"aorta_ascending", sky},
                                               {"aorta_arch", blue},
                                               {"aorta_descending", green},
                                               {"aorta_thoracic", green},
                                               {"aorta_abdominal", violet},
                                               {"aorta", yellow}}};

std::optional<Rgb> color_of(std::string_view bed) {
  const auto found = std::ranges::find(bed_colors, bed, &BedColor::bed);
  return found == bed_colors.end() ? std::nullopt : std::optional(found->color);
}

double extent_mm(const VolumeGeometry& geometry, std::size_t axis) {
  return geometry.size[axis] * geometry.spacing_mm[axis];
}

/// Which vertebra's volume of interest a voxel belongs to.
class VoiLookup {
 public:
  VoiLookup(const bone::BoneResult& bone, const VolumeGeometry& geometry) : size_(geometry.size) {
    for (std::size_t i = 0; i < bone.vertebrae.size(); ++i)
      for (const auto& voxel : bone.vertebrae[i].voi.voxels)
        owner_[key(voxel)] = i;
  }
  [[nodiscard]] std::optional<std::size_t> at(const Vec3& index) const {
    const std::array<int, 3> voxel{static_cast<int>(std::lround(index[0])), static_cast<int>(std::lround(index[1])),
                                   static_cast<int>(std::lround(index[2]))};
    const auto found = owner_.find(key(voxel));
    return found == owner_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  [[nodiscard]] std::size_t key(const std::array<int, 3>& v) const {
    return (static_cast<std::size_t>(v[2]) * static_cast<std::size_t>(size_[1]) + static_cast<std::size_t>(v[1])) *
               static_cast<std::size_t>(size_[0]) +
           static_cast<std::size_t>(v[0]);
  }
  std::array<int, 3> size_;
  std::unordered_map<std::size_t, std::size_t> owner_;
};

/// Where a vertebra's volume of interest lies (index space).
struct Stop {
  std::size_t vertebra;
  Vec3 index;
};

std::vector<Stop> stops_along_spine(const bone::BoneResult& bone) {
  std::vector<Stop> stops;
  for (std::size_t i = 0; i < bone.vertebrae.size(); ++i) {
    const auto& voxels = bone.vertebrae[i].voi.voxels;
    if (voxels.empty() || !bone.vertebrae[i].trabecular)
      continue;
    Vec3 sum{0, 0, 0};
    for (const auto& v : voxels)
      sum = sum + Vec3{double(v[0]), double(v[1]), double(v[2])};
    stops.push_back({i, (1.0 / static_cast<double>(voxels.size())) * sum});
  }
  std::ranges::sort(stops, {}, [](const Stop& stop) { return stop.index[2]; });
  return stops;
}

/// The cut follows the spine from side to side, so that a scoliosis stays in view.
double x_along_spine(const std::vector<Stop>& stops, double z) {
  if (z <= stops.front().index[2])
    return stops.front().index[0];
  for (std::size_t i = 1; i < stops.size(); ++i)
    if (z <= stops[i].index[2]) {
      const double part = (z - stops[i - 1].index[2]) / (stops[i].index[2] - stops[i - 1].index[2]);
      return (1 - part) * stops[i - 1].index[0] + part * stops[i].index[0];
    }
  return stops.back().index[0];
}

std::string level_text(const bone::VertebraDensity& vertebra) {
  std::string text = fmt::format("{}  {:.0f} HU", to_string(vertebra.level), vertebra.trabecular->mean_hu);
  if (vertebra.bmd_mg_cm3)
    text += fmt::format("  {:.0f} mg/cm3", *vertebra.bmd_mg_cm3);
  return vertebra.excluded ? text + "  excluded" : text;
}

Rgb color_of(const bone::VertebraDensity& vertebra) {
  return vertebra.excluded ? vermilion : sky;
}

/// A part of a picture, pixels.
struct Cell {
  int left, top, width, height;
};

/// Outlines of the volumes of interest, faintly filled. \param owner_at the vertebra at a pixel of the cell
template <class OwnerAt>
void draw_volumes(Canvas& canvas, const Cell& cell, const bone::BoneResult& bone, const OwnerAt& owner_at) {
  for (int py = 1; py + 1 < cell.height; ++py)
    for (int px = 1; px + 1 < cell.width; ++px)
      if (const std::optional<std::size_t> owner = owner_at(px, py)) {
        const bool edge = owner_at(px - 1, py) != owner || owner_at(px + 1, py) != owner ||
                          owner_at(px, py - 1) != owner || owner_at(px, py + 1) != owner;
        canvas.blend(cell.left + px, cell.top + py, color_of(bone.vertebrae[*owner]), edge ? 1.0 : 0.15);
      }
}

std::optional<QcPicture> draw_spine(const CtImage& image, const bone::BoneResult& bone,
                                    const std::filesystem::path& folder) {
  const std::vector<Stop> stops = stops_along_spine(bone);
  if (stops.empty())
    return std::nullopt;
  const VolumeGeometry& geometry = image.hu.geometry();
  const QcView view = fitted_view(extent_mm(geometry, 1), extent_mm(geometry, 2), 260);
  const auto index_at = [&](double x_mm, double y_mm) -> Vec3 {
    const double z = geometry.size[2] - 0.5 - y_mm / geometry.spacing_mm[2];
    return {x_along_spine(stops, z), x_mm / geometry.spacing_mm[1] - 0.5, z};
  };
  Canvas canvas = draw_view(view, bone_window, {"A", "P", "H", "F"},
                            [&](double x_mm, double y_mm) { return interpolate(image.hu, index_at(x_mm, y_mm)); });
  const VoiLookup lookup(bone, geometry);
  draw_volumes(canvas, {0, 0, view.width_px(), view.height_px()}, bone, [&](int px, int py) {
    return lookup.at(index_at((px + 0.5) * view.mm_per_px, (py + 0.5) * view.mm_per_px));
  });
  constexpr double line_px = 17; // of text
  double text_y = 0;
  for (const Stop& stop : stops | std::views::reverse) { // from the head down
    const bone::VertebraDensity& vertebra = bone.vertebrae[stop.vertebra];
    const double y_px = (geometry.size[2] - 0.5 - stop.index[2]) * geometry.spacing_mm[2] / view.mm_per_px;
    const Rgb color = color_of(vertebra);
    const double x_px = (stop.index[1] + 0.5) * geometry.spacing_mm[1] / view.mm_per_px;
    text_y = std::max(text_y + line_px, y_px + 5);
    canvas.line(x_px + 18 / view.mm_per_px, y_px, view.width_px() - 20, y_px, color, 1);
    canvas.line(view.width_px() - 20, y_px, view.width_px() + 6, text_y - 5, color, 1);
    canvas.text(view.width_px() + 10, text_y, level_text(vertebra), 13, color);
  }
  canvas.write_png(folder / "sagittal_spine.png");
  return QcPicture{
      "sagittal_spine.png", "Spine",
      "Sagittal cut that follows the spine from side to side. Blue: trabecular volumes of interest; orange: "
      "measured but excluded."};
}

/// The slice that holds most of a volume of interest.
int fullest_slice(const bone::VolumeOfInterest& voi) {
  std::map<int, int> count;
  for (const auto& voxel : voi.voxels)
    ++count[voxel[2]];
  return std::ranges::max_element(count, {}, [](const auto& entry) { return entry.second; })->first;
}

/// One vertebra's slice at (left, top) of the sheet.
void draw_axial(Canvas& canvas, const CtImage& image, const bone::BoneResult& bone, const VoiLookup& lookup,
                const Stop& stop, const Cell& cell, double mm_per_px) {
  const VolumeGeometry& geometry = image.hu.geometry();
  const bone::VertebraDensity& vertebra = bone.vertebrae[stop.vertebra];
  const int z = fullest_slice(vertebra.voi);
  const double behind_mm = 10; // the arch belongs into the picture, too
  const auto index_at = [&](int px, int py) -> Vec3 {
    return {stop.index[0] + (px - 0.5 * cell.width) * mm_per_px / geometry.spacing_mm[0],
            stop.index[1] + ((py - 0.5 * cell.height) * mm_per_px + behind_mm) / geometry.spacing_mm[1], double(z)};
  };
  for (int py = 0; py < cell.height; ++py)
    for (int px = 0; px < cell.width; ++px)
      canvas.set_gray(cell.left + px, cell.top + py, bone_window.gray(interpolate(image.hu, index_at(px, py))));
  draw_volumes(canvas, cell, bone, [&](int px, int py) { return lookup.at(index_at(px, py)); });
  const double middle_x = cell.left + 0.5 * cell.width, middle_y = cell.top + 0.5 * cell.height;
  canvas.text(cell.left + 4, middle_y, "R", 12);
  canvas.text(cell.left + cell.width - 14, middle_y, "L", 12);
  canvas.text(middle_x, cell.top + cell.height - 5, "P", 12);
  canvas.line(cell.left + 8, cell.top + cell.height - 8, cell.left + 8 + 20 / mm_per_px, cell.top + cell.height - 8,
              {1, 1, 1}, 2);
  canvas.text(cell.left + 8, cell.top + cell.height - 13, "20 mm", 11);
  canvas.text(cell.left + 6, cell.top + 16, level_text(vertebra), 12, color_of(vertebra));
}

/// Every level's slice through the middle of what is measured, so that cortex, vein and arch can be seen beside it.
std::optional<QcPicture> draw_axial_sheet(const CtImage& image, const bone::BoneResult& bone,
                                          const std::filesystem::path& folder) {
  constexpr int side = 230, gap = 4, most_columns = 5;
  constexpr double cell_mm = 90;
  const std::vector<Stop> stops = stops_along_spine(bone);
  if (stops.empty())
    return std::nullopt;
  const int count = static_cast<int>(stops.size()), columns = std::min(count, most_columns),
            rows = (count + columns - 1) / columns;
  Canvas canvas(columns * (side + gap) - gap, rows * (side + gap) - gap);
  canvas.fill_rectangle(0, 0, canvas.width(), canvas.height(), {0.08, 0.08, 0.08});
  const VoiLookup lookup(bone, image.hu.geometry());
  for (int i = 0; i < count; ++i) // from the head down
    draw_axial(canvas, image, bone, lookup, stops[static_cast<std::size_t>(count - 1 - i)],
               {i % columns * (side + gap), i / columns * (side + gap), side, side}, cell_mm / side);
  canvas.write_png(folder / "axial_vertebrae.png");
  return QcPicture{"axial_vertebrae.png", "Vertebrae",
                   "Of every level the slice with most of its trabecular volume of interest (outlined: exactly the "
                   "voxels that are measured; islands left out are holes). Blue: used; orange: excluded."};
}

/// The brightest voxel along one axis; `x_axis` runs to the right and `y_axis` down in the picture.
struct Projection {
  std::size_t x_axis, y_axis, along;
  bool y_down_is_negative; ///< z runs up in a coronal picture
  Orientation letters;
};

Volume<std::int16_t> maximum(const Volume<std::int16_t>& hu, const Projection& projection) {
  VolumeGeometry flat;
  flat.size = {hu.size(projection.x_axis), hu.size(projection.y_axis), 1};
  Volume<std::int16_t> result(flat, -1024);
  std::array<int, 3> at{};
  for (at[2] = 0; at[2] < hu.size(2); ++at[2])
    for (at[1] = 0; at[1] < hu.size(1); ++at[1])
      for (at[0] = 0; at[0] < hu.size(0); ++at[0]) {
        std::int16_t& brightest = result(at[projection.x_axis], at[projection.y_axis], 0);
        brightest = std::max(brightest, hu(at[0], at[1], at[2]));
      }
  return result;
}

QcPicture draw_lesions(const CtImage& image, const study::StudyResult& result, const Projection& projection,
                       const std::filesystem::path& folder, const std::string& name, const std::string& title) {
  const VolumeGeometry& geometry = image.hu.geometry();
  const double dx = geometry.spacing_mm[projection.x_axis], dy = geometry.spacing_mm[projection.y_axis];
  const int rows = geometry.size[projection.y_axis];
  const Volume<std::int16_t> brightest = maximum(image.hu, projection);
  const QcView view = fitted_view(extent_mm(geometry, projection.x_axis), extent_mm(geometry, projection.y_axis), 260);
  Canvas canvas = draw_view(view, calcium_window, projection.letters, [&](double x_mm, double y_mm) {
    const double y = y_mm / dy - 0.5;
    return interpolate(brightest, {x_mm / dx - 0.5, projection.y_down_is_negative ? rows - 1 - y : y, 0});
  });
  double legend_y = 24;
  for (const study::BedScore& bed : result.beds) {
    const std::optional<Rgb> color = color_of(bed.bed);
    if (!color)
      continue; // levels repeat what the segments show
    for (const calcium::Lesion& lesion : bed.lesions)
      for (const calcium::LesionRun& part : lesion.runs)
        for (int x = part.run.x_begin; x < part.run.x_end; ++x) {
          const std::array<int, 3> voxel{x, part.run.y, part.z};
          const int row =
              projection.y_down_is_negative ? rows - 1 - voxel[projection.y_axis] : voxel[projection.y_axis];
          const double left = voxel[projection.x_axis] * dx / view.mm_per_px, top = row * dy / view.mm_per_px;
          for (int py = static_cast<int>(top); py < top + std::max(1.0, dy / view.mm_per_px); ++py)
            for (int px = static_cast<int>(left); px < left + std::max(1.0, dx / view.mm_per_px); ++px)
              canvas.blend(px, py, *color, 0.85);
        }
    canvas.fill_rectangle(view.width_px() + 10, legend_y - 10, 12, 12, *color);
    canvas.text(view.width_px() + 28, legend_y,
                fmt::format("{} {}", bed.bed,
                            bed.reference ? fmt::format("{:.1f}", bed.reference->agatston) : std::string("refused")),
                13);
    legend_y += 22;
  }
  canvas.write_png(folder / name);
  return {name, title,
          "Brightest voxel along each line of sight; counted lesions in the colour of their bed, with its "
          "Agatston score."};
}

} // namespace

std::vector<QcPicture> write_qc_pictures(const CtImage& image, const study::StudyResult& result,
                                         const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  std::vector<QcPicture> pictures;
  if (result.bone)
    for (auto& picture : {draw_spine(image, *result.bone, folder), draw_axial_sheet(image, *result.bone, folder)})
      if (picture)
        pictures.push_back(*picture);
  pictures.push_back(draw_lesions(image, result, {0, 1, 2, false, {"R", "L", "A", "P"}}, folder, "axial_lesions.png",
                                  "Calcium seen from below"));
  pictures.push_back(draw_lesions(image, result, {0, 2, 1, true, {"R", "L", "H", "F"}}, folder, "coronal_lesions.png",
                                  "Calcium seen from the front"));
  for (QcPicture& picture : write_calibration_pictures(image, result.calibration_evidence, folder))
    pictures.push_back(std::move(picture));
  return pictures;
}

} // namespace osteocalc::report
