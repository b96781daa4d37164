// SPDX-License-Identifier: Apache-2.0
#include "benchmark/calcium/chest.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace osteocalc::benchmark {
namespace {

double distance(double x, double y, double center_x, double center_y, double stretch_x = 1, double stretch_y = 1) {
  return std::hypot((x - center_x) / stretch_x, (y - center_y) / stretch_y);
}

/// HU of a chest at a pixel (mm from the centre, y backwards), without noise.
double chest_hu(double x, double y, double z) {
  if (distance(x, y, 0, 0, 1.4, 1) > 110)
    return -1000;
  const double vertebra = distance(x, y, 0, 60, 1.3, 1); // cortex around trabecular bone, disc every 36 mm
  if (vertebra < 17)
    return vertebra > 15 ? 550 : std::fmod(z, 36) > 30 ? 80 : 150;
  const double rib = std::abs(std::fmod(z + 0.4 * std::abs(y) + 500, 28) - 14);
  if (const double wall = distance(x, y, 0, 0, 1.4, 1); wall > 98 && wall < 104 && rib < 5)
    return 400;
  if (distance(std::abs(x), y, 70, -5, 0.85, 1.3) < 50)
    return -850;
  return distance(x, y, 0, 0, 1.4, 1) > 104 ? -100 : 45;
}

} // namespace

Volume<std::int16_t> synthetic_chest(int slices, std::uint32_t seed) {
  Volume<std::int16_t> hu(VolumeGeometry{{width, width, slices}, {pixel_mm, pixel_mm, increment_mm}, {0, 0, 0}});
  std::mt19937 random(seed);
  std::vector<std::int16_t> noise(1U << 20U); // SD 18 HU: the sum of twelve uniform numbers
  for (std::int16_t& value : noise) {
    double sum = -6;
    for (int i = 0; i < 12; ++i)
      sum += static_cast<double>(random()) / 4294967296.0;
    value = static_cast<std::int16_t>(std::lround(18 * sum));
  }
  for (int z = 0; z < slices; ++z)
    for (int y = 0; y < width; ++y) {
      std::size_t at = random() % noise.size();
      for (int x = 0; x < width; ++x, at = (at + 1) % noise.size())
        hu(x, y, z) = static_cast<std::int16_t>(
            chest_hu((x - 255.5) * pixel_mm, (y - 255.5) * pixel_mm, z * increment_mm) + noise[at]);
    }
  for (int plaque = 0; plaque < slices / 4; ++plaque) {
    const int cx = 206 + static_cast<int>(random() % 100), cy = 170 + static_cast<int>(random() % 120);
    const int cz = static_cast<int>(random() % static_cast<unsigned>(slices)),
              radius = 1 + static_cast<int>(random() % 5);
    const auto peak = static_cast<std::int16_t>(150 + random() % 700);
    for (int z = std::max(0, cz - radius); z <= std::min(slices - 1, cz + radius); ++z)
      for (int y = cy - radius; y <= cy + radius; ++y)
        for (int x = cx - radius; x <= cx + radius; ++x)
          if ((x - cx) * (x - cx) + (y - cy) * (y - cy) + (z - cz) * (z - cz) <= radius * radius)
            hu(x, y, z) = peak;
  }
  return hu;
}

Volume<LabelId> synthetic_labels(int slices) {
  Volume<LabelId> labels(VolumeGeometry{{width, width, slices}, {pixel_mm, pixel_mm, increment_mm}, {0, 0, 0}}, 0);
  for (int z = 0; z < slices; ++z)
    for (int y = 0; y < width; ++y)
      for (int x = 0; x < width; ++x) {
        const double across = (x - 255.5) * pixel_mm, back = (y - 255.5) * pixel_mm;
        LabelId& id = labels(x, y, z);
        if (distance(across, back, 22, 42) < 13)
          id = z < slices / 3 ? label::aorta_abdominal : label::aorta_descending;
        else if (z > slices / 2 && z < 9 * slices / 10 && distance(across, back, 5, -20, 1.3, 1) < 45)
          id = distance(across, back, 0, -10) < 12 ? label::aortic_valve
               : back < -35                        ? (across > 0 ? label::coronary_lad : label::coronary_rca)
               : across > 40                       ? label::coronary_lcx
                                                   : label::coronary_territory;
      }
  return labels;
}

std::vector<calcium::Region> synthetic_beds() {
  using namespace label;
  return {
      {"arteries",
       {aorta_abdominal, aorta_descending, coronary_territory, coronary_lad, coronary_lcx, coronary_rca, aortic_valve}},
      {"coronary", {coronary_territory, coronary_lad, coronary_lcx, coronary_rca}},
      {"lad", {coronary_lad}},
      {"lcx", {coronary_lcx}},
      {"rca", {coronary_rca}},
      {"valve", {aortic_valve}},
      {"aorta", {aorta_abdominal, aorta_descending}},
      {"abdominal", {aorta_abdominal}},
      {"descending", {aorta_descending}}};
}

Volume<std::int16_t> blocks(int count) {
  constexpr int slices = 400, per_row = width / 8;
  Volume<std::int16_t> hu(VolumeGeometry{{width, width, slices}, {pixel_mm, pixel_mm, increment_mm}, {0, 0, 0}}, 40);
  for (int i = 0; i < count; ++i) {
    const int z = i % slices, place = i / slices * 7 % (per_row * per_row);
    for (const int dy : {0, 1})
      for (const int dx : {0, 1})
        hu(place % per_row * 8 + dx, place / per_row * 8 + dy, z) = 300;
  }
  return hu;
}

} // namespace osteocalc::benchmark
