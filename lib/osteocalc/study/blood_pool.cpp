// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/study/blood_pool.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace osteocalc::study {
namespace {

constexpr double inside_mm = 4;
constexpr std::size_t least_pixels = 50;
constexpr double mad_to_sd = 1.4826, outlier_sd = 4;

bool is_aorta(LabelId id) {
  return id == label::aorta || (id >= label::aorta_ascending && id <= label::aorta_abdominal);
}

double median_of(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

using Offset = std::array<int, 2>;

/// Blood pixels of one slice in reading order.
std::vector<Offset> blood_pixels(SliceView<const LabelId> labels, const Vec3& spacing_mm) {
  const int reach_x = static_cast<int>(std::ceil(inside_mm / spacing_mm[0]));
  const int reach_y = static_cast<int>(std::ceil(inside_mm / spacing_mm[1]));
  const std::array<Offset, 8> ring{{{reach_x, 0},
                                    {-reach_x, 0},
                                    {0, reach_y},
                                    {0, -reach_y},
                                    {reach_x, reach_y},
                                    {-reach_x, reach_y},
                                    {reach_x, -reach_y},
                                    {-reach_x, -reach_y}}};
  std::vector<Offset> pixels;
  for (int y = reach_y; y < labels.height - reach_y; ++y)
    for (int x = reach_x; x < labels.width - reach_x; ++x)
      if (is_aorta(labels(x, y)) &&
          std::ranges::all_of(ring, [&](const Offset& step) { return is_aorta(labels(x + step[0], y + step[1])); }))
        pixels.push_back({x, y});
  return pixels;
}

/// What one slice tells of the noise: deviations from the slice's median, and products of horizontal neighbours.
struct SliceBlood {
  std::vector<double> hu;
  double median_hu = 0;
  std::vector<double> deviations;
  std::vector<std::array<double, 2>> neighbours;
};

SliceBlood blood_of_slice(SliceView<const std::int16_t> hu, SliceView<const LabelId> labels, const Vec3& spacing_mm) {
  SliceBlood blood;
  const std::vector<Offset> pixels = blood_pixels(labels, spacing_mm);
  for (const Offset& at : pixels)
    blood.hu.push_back(hu(at[0], at[1]));
  if (blood.hu.size() < least_pixels)
    return blood;
  std::vector<double> sorted = blood.hu;
  blood.median_hu = median_of(sorted);
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    blood.deviations.push_back(blood.hu[i] - blood.median_hu);
    if (i > 0 && pixels[i][1] == pixels[i - 1][1] && pixels[i][0] == pixels[i - 1][0] + 1)
      blood.neighbours.push_back({blood.deviations[i - 1], blood.deviations[i]});
  }
  return blood;
}

std::optional<calcium::TissueNoise> noise_of(const std::vector<SliceBlood>& slices, double median_hu, double step_mm) {
  std::vector<double> away;
  for (const SliceBlood& slice : slices)
    for (const double deviation : slice.deviations)
      away.push_back(std::abs(deviation));
  if (away.size() < least_pixels)
    return std::nullopt;
  const double reach = outlier_sd * std::max(0.5, mad_to_sd * median_of(away));
  double squares = 0, products = 0, pair_squares = 0;
  std::size_t n = 0;
  for (const SliceBlood& slice : slices) {
    for (const double deviation : slice.deviations)
      if (std::abs(deviation) <= reach) {
        squares += deviation * deviation;
        ++n;
      }
    for (const auto& [a, b] : slice.neighbours)
      if (std::abs(a) <= reach && std::abs(b) <= reach) {
        products += a * b;
        pair_squares += (a * a + b * b) / 2;
      }
  }
  if (squares <= 0 || pair_squares <= 0)
    return std::nullopt;
  return calcium::TissueNoise{median_hu, std::sqrt(squares / static_cast<double>(n)),
                              calcium::fwhm_from_correlation(products / pair_squares, step_mm)};
}

} // namespace

BloodPool measure_blood_pool(const Volume<std::int16_t>& hu, const Volume<LabelId>& labels, Parallel parallel) {
  const Vec3& spacing_mm = hu.geometry().spacing_mm;
  const std::vector<SliceBlood> slices =
      parallel_map(static_cast<std::size_t>(hu.size(2)), parallel, [&](std::size_t z) {
        return blood_of_slice(hu.slice(static_cast<int>(z)), labels.slice(static_cast<int>(z)), spacing_mm);
      });
  BloodPool pool;
  std::vector<double> all;
  for (const SliceBlood& slice : slices) {
    all.insert(all.end(), slice.hu.begin(), slice.hu.end());
    pool.slice_median_hu.push_back(slice.hu.size() < least_pixels ? std::nullopt : std::optional(slice.median_hu));
  }
  if (all.empty())
    return pool;
  pool.median_hu = median_of(all);
  pool.noise = noise_of(slices, *pool.median_hu, spacing_mm[0]);
  return pool;
}

bone::ContrastPhase contrast_phase(const BloodPool& blood) noexcept {
  constexpr double enhanced_hu = 100, arterial_hu = 200;
  const double blood_hu = blood.median_hu.value_or(0);
  return blood_hu > arterial_hu   ? bone::ContrastPhase::Arterial
         : blood_hu > enhanced_hu ? bone::ContrastPhase::Later
                                  : bone::ContrastPhase::None;
}

} // namespace osteocalc::study
