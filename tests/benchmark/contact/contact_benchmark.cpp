// SPDX-License-Identifier: Apache-2.0
// contact_benchmark: a plaque in the aorta's posterior wall and an osteophyte that reaches towards it, 0 to 5 mm apart,
// blurred and averaged as a scanner would; the error of each way to tell them apart, as the tables of
// docs/methods/contact.md.
#include "osteocalc/calcium/score.h"
#include "osteocalc/image/combine_slices.h"
#include "osteocalc/study/analyze.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <random>

using namespace osteocalc;

namespace {

constexpr double fine_mm = 0.35, fine_z_mm = 0.5, pixel_mm = 0.7, slice_mm = 3, blur_fwhm_mm = 1.1, noise_hu = 12;
constexpr double aorta_mm = 10, plaque_mm = 2, plaque_half_angle = 0.5, plaque_half_length_mm = 6;
constexpr double blood_hu = 42, fat_hu = -90, plaque_hu = 600, cortex_hu = 550, trabecular_hu = 150;

struct Scene {
  bool plaque = true, osteophyte = true;
  double gap_mm = 0;         ///< from the plaque's outer surface (the aorta's) to the osteophyte's tip
  double label_error_mm = 0; ///< how much too wide the aorta was outlined
};

/// The osteophyte: a paraboloid from the vertebra's front, whose front lies 8 mm behind the tip.
bool in_osteophyte(const Vec3& p, double tip_y) {
  const double height = p[1] - tip_y;
  return height >= 0 && height <= 8 && std::hypot(p[0], p[2]) <= 6 * std::sqrt(height / 8);
}

double hu_at(const Vec3& p, const Scene& scene) {
  const double r = std::hypot(p[0], p[1]);
  const double tip_y = aorta_mm + scene.gap_mm;
  if (r <= aorta_mm) {
    const bool in_wall = r >= aorta_mm - plaque_mm && std::abs(std::atan2(p[0], p[1])) <= plaque_half_angle;
    return scene.plaque && in_wall && std::abs(p[2]) <= plaque_half_length_mm ? plaque_hu : blood_hu;
  }
  if (p[1] >= tip_y + 8)
    return p[1] <= tip_y + 9.5 ? cortex_hu : trabecular_hu;
  return scene.osteophyte && in_osteophyte(p, tip_y) ? cortex_hu : fat_hu;
}

Volume<std::int16_t> blurred(const Volume<std::int16_t>& fine) {
  const double sigma = blur_fwhm_mm / 2.3548 / fine_mm;
  const int reach = static_cast<int>(std::ceil(3 * sigma));
  std::vector<double> kernel;
  double sum = 0;
  for (int i = -reach; i <= reach; ++i)
    sum += kernel.emplace_back(std::exp(-i * i / (2 * sigma * sigma)));
  Volume<std::int16_t> rows(fine.geometry()), result(fine.geometry());
  const auto pass = [&](const Volume<std::int16_t>& from, Volume<std::int16_t>& to, int dx, int dy) {
    for (int z = 0; z < from.size(2); ++z)
      for (int y = 0; y < from.size(1); ++y)
        for (int x = 0; x < from.size(0); ++x) {
          double value = 0;
          for (int i = -reach; i <= reach; ++i)
            value += kernel[static_cast<std::size_t>(i + reach)] *
                     from(std::clamp(x + i * dx, 0, from.size(0) - 1), std::clamp(y + i * dy, 0, from.size(1) - 1), z);
          to(x, y, z) = static_cast<std::int16_t>(std::lround(value / sum));
        }
  };
  pass(fine, rows, 1, 0);
  pass(rows, result, 0, 1);
  return result;
}

/// What the scanner shows: blurred in the plane, averaged over the slice, two fine pixels to one, noise.
Volume<std::int16_t> scan(const Scene& scene, std::uint32_t seed) {
  Volume<std::int16_t> fine(VolumeGeometry{{140, 160, 72}, {fine_mm, fine_mm, fine_z_mm}, {-24.5, -16, -17.75}});
  for (int z = 0; z < fine.size(2); ++z)
    for (int y = 0; y < fine.size(1); ++y)
      for (int x = 0; x < fine.size(0); ++x)
        fine(x, y, z) =
            static_cast<std::int16_t>(hu_at(index_to_point(fine.geometry(), {double(x), double(y), double(z)}), scene));
  const Volume<std::int16_t> thick = combine_slices(blurred(fine), slice_mm, {});
  VolumeGeometry grid = thick.geometry();
  grid.size = {70, 80, thick.size(2)};
  grid.spacing_mm[0] = grid.spacing_mm[1] = pixel_mm;
  grid.origin_mm = index_to_point(thick.geometry(), {0.5, 0.5, 0});
  Volume<std::int16_t> hu(grid);
  std::mt19937 random(seed);
  std::normal_distribution<double> noise(0, noise_hu);
  for (int z = 0; z < hu.size(2); ++z)
    for (int y = 0; y < hu.size(1); ++y)
      for (int x = 0; x < hu.size(0); ++x)
        hu(x, y, z) =
            static_cast<std::int16_t>(std::lround((thick(2 * x, 2 * y, z) + thick(2 * x + 1, 2 * y, z) +
                                                   thick(2 * x, 2 * y + 1, z) + thick(2 * x + 1, 2 * y + 1, z)) /
                                                      4.0 +
                                                  noise(random)));
  return hu;
}

LabelMap labels_for(const VolumeGeometry& grid, const Scene& scene) {
  LabelMap labels{Volume<LabelId>(grid, 0), {}};
  for (int z = 0; z < grid.size[2]; ++z)
    for (int y = 0; y < grid.size[1]; ++y)
      for (int x = 0; x < grid.size[0]; ++x) {
        const Vec3 p = index_to_point(grid, {double(x), double(y), double(z)});
        const double tip_y = aorta_mm + scene.gap_mm;
        if (std::hypot(p[0], p[1]) <= aorta_mm + scene.label_error_mm)
          labels.voxels(x, y, z) = label::aorta;
        else if (p[1] >= tip_y + 8 || (scene.osteophyte && in_osteophyte(p, tip_y)))
          labels.voxels(x, y, z) = whole_vertebra_label(Vertebra::L3);
      }
  return labels;
}

struct Scores {
  double label = 0, shell = 0, shape = 0, guard_1 = 0, guard_3 = 0;
};

double plain(const Volume<std::int16_t>& hu, const Volume<LabelId>& labels) {
  calcium::ScoreOptions options;
  options.kvp = KiloVolt{120};
  return calcium::score(hu, labels, {{"aorta", {label::aorta}}}, options).regions.front().scores.front().agatston;
}

/// The labels without what lies within 3 mm of the vertebra: what some programs do.
Volume<LabelId> without_shell(const Volume<LabelId>& labels) {
  Volume<LabelId> kept = labels.clone();
  const int reach = static_cast<int>(3 / pixel_mm);
  for (int z = 0; z < labels.size(2); ++z)
    for (int y = 0; y < labels.size(1); ++y)
      for (int x = 0; x < labels.size(0); ++x)
        if (is_bone_label(labels(x, y, z)))
          for (int dy = -reach; dy <= reach; ++dy)
            for (int dx = -reach; dx <= reach; ++dx)
              if (labels.contains(x + dx, y + dy, z) && labels(x + dx, y + dy, z) == label::aorta &&
                  std::hypot(dx, dy) * pixel_mm <= 3)
                kept(x + dx, y + dy, z) = 0;
  return kept;
}

Scores score_scene(const Scene& scene) {
  Scores mean;
  constexpr int repeats = 8;
  for (std::uint32_t seed = 1; seed <= repeats; ++seed) {
    CtImage image;
    image.hu = scan(scene, seed);
    image.acquisition.kvp_kv = 120;
    image.acquisition.nominal_thickness_mm = slice_mm;
    const LabelMap labels = labels_for(image.hu.geometry(), scene);
    const study::StudyResult result = study::analyze(image, labels, {});
    mean.label += plain(image.hu, labels.voxels) / repeats;
    mean.shell += plain(image.hu, without_shell(labels.voxels)) / repeats;
    for (const study::ContactGuard& guard : result.contact_guard)
      if (guard.bed == result.beds.front().bed) {
        if (guard.distance_mm == 0)
          mean.shape += guard.agatston / repeats;
        if (guard.distance_mm == 1)
          mean.guard_1 += guard.agatston / repeats;
        if (guard.distance_mm == 3)
          mean.guard_3 += guard.agatston / repeats;
      }
  }
  return mean;
}

void table(const char* title, double label_error_mm) {
  const double plaque = score_scene({true, false, 5, 0}).label;
  std::printf("%s (the plaque alone: %.0f)\n\n| gap mm | label | 3 mm shell cut | connection and shape | "
              "guard 1 mm | guard 3 mm | osteophyte alone: label | shell cut | connection and shape |\n"
              "|---|---|---|---|---|---|---|---|---|\n",
              title, plaque);
  for (int gap = 0; gap <= 5; ++gap) {
    const Scores both = score_scene({true, true, double(gap), label_error_mm});
    const Scores bone = score_scene({false, true, double(gap), label_error_mm});
    const auto error = [&](double score) { return 100 * (score - plaque) / plaque; };
    std::printf("| %d | %+.0f %% | %+.0f %% | %+.0f %% | %+.0f %% | %+.0f %% | %.0f | %.0f | %.0f |\n", gap,
                error(both.label), error(both.shell), error(both.shape), error(both.guard_1), error(both.guard_3),
                bone.label, bone.shell, bone.shape);
  }
  std::printf("\n");
}

} // namespace

int main() {
  table("The aorta outlined as it is", 0);
  table("The aorta outlined 1.5 mm too wide", 1.5);
}
