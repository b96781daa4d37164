// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/dxa/decomposition.h"

#include "osteocalc/core/error.h"
#include "osteocalc/dxa/flat_image.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace osteocalc::dxa {
namespace {

constexpr double beside_bone_mm = 3;    ///< bone's blurred edge is no soft tissue
constexpr double baseline_sigma_mm = 5; ///< soft tissue is averaged over this before its kind is read; more in noise
constexpr double baseline_noise_g_cm2 = 0.003;
constexpr double mask_sigma_mm = 1.5;    ///< bone is told from soft tissue on a map averaged so far
constexpr double seed_bone_g_cm2 = 0.15; ///< surely bone against a rough baseline
constexpr double least_bone_g_cm2 = 0.05;

double quantile(std::vector<float> values, double share) {
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::ranges::nth_element(values, at);
  return static_cast<double>(*at);
}

class Decomposition {
 public:
  Decomposition(const Volume<float>& low, const Volume<float>& high, const AttenuationModel& model, Parallel parallel)
      : low_(low), high_(high), model_(model), parallel_(parallel) {}

  /// What soft tissue each pixel would be if it held no bone, from attenuations averaged over the pixels that count.
  [[nodiscard]] Volume<float> soft_tissue(const Volume<std::uint8_t>& counts, double sigma_mm) const {
    const Volume<float> low = masked_mean(low_, counts, sigma_mm, 0), high = masked_mean(high_, counts, sigma_mm, 0);
    return mapped([&](int x, int y) {
      return high(x, y, 0) > 0 ? model_.soft_tissue({low(x, y, 0), high(x, y, 0)}) : 0.0;
    });
  }

  [[nodiscard]] Volume<float> bone(const Volume<float>& soft, double sigma_mm) const {
    const Volume<float>* low = &low_;
    const Volume<float>* high = &high_;
    Volume<float> smooth_low, smooth_high;
    if (sigma_mm > 0) {
      smooth_low = blurred(low_, sigma_mm);
      smooth_high = blurred(high_, sigma_mm);
      low = &smooth_low;
      high = &smooth_high;
    }
    return mapped([&](int x, int y) { return model_.bone_g_cm2({(*low)(x, y, 0), (*high)(x, y, 0)}, soft(x, y, 0)); });
  }

 private:
  template <class Value>
  [[nodiscard]] Volume<float> mapped(const Value& value) const {
    Volume<float> out(low_.geometry());
    parallel_for(static_cast<std::size_t>(low_.size(1)), parallel_, [&](std::size_t row) {
      for (int x = 0; x < low_.size(0); ++x)
        out(x, static_cast<int>(row), 0) = static_cast<float>(value(x, static_cast<int>(row)));
    });
    return out;
  }

  const Volume<float>& low_;
  const Volume<float>& high_;
  const AttenuationModel& model_;
  Parallel parallel_;
};

Volume<std::uint8_t> above(const Volume<float>& bone, double threshold) {
  Volume<std::uint8_t> mask(bone.geometry());
  std::ranges::transform(bone.voxels(), mask.voxels().begin(),
                         [&](float b) { return static_cast<std::uint8_t>(static_cast<double>(b) > threshold); });
  return mask;
}

Volume<std::uint8_t> inverted(const Volume<std::uint8_t>& mask) {
  Volume<std::uint8_t> out(mask.geometry());
  std::ranges::transform(mask.voxels(), out.voxels().begin(),
                         [](std::uint8_t m) { return static_cast<std::uint8_t>(m == 0); });
  return out;
}

void require_soft_tissue(const Volume<std::uint8_t>& is_bone) {
  const auto free = std::ranges::count(is_bone.voxels(), std::uint8_t{0});
  if (static_cast<double>(free) < 0.05 * static_cast<double>(is_bone.voxels().size()))
    throw Refusal(
        refused("DXA-NO-SOFT-TISSUE", "image",
                "bone covers nearly the whole image (what lies over it cannot be told from soft tissue beside "
                "it) give an image with soft tissue on both sides"));
}

double robust_sd(const Volume<float>& bone, const Volume<std::uint8_t>& is_bone) {
  std::vector<float> values;
  for (std::size_t i = 0; i < bone.voxels().size(); ++i)
    if (is_bone.voxels()[i] == 0)
      values.push_back(std::abs(bone.voxels()[i]));
  return 1.4826 * quantile(std::move(values), 0.5);
}

} // namespace

BoneImage decompose(const Volume<float>& low, const Volume<float>& high, const AttenuationModel& model,
                    Parallel parallel) {
  if (low.size(2) != 1 || !same_grid(low.geometry(), high.geometry()))
    throw GeometryError("the low and the high energy image differ in size or pixel spacing (a ray's two readings would "
                        "not belong together) give both of one scan");
  const Decomposition steps(low, high, model, parallel);
  const Volume<std::uint8_t> everywhere(low.geometry(), 1);
  // A rough baseline: bone looks like tissue leaner than any, so most of what is not bone lies above the median.
  Volume<float> soft = steps.soft_tissue(everywhere, 1);
  const std::vector<float> kinds(soft.voxels().begin(), soft.voxels().end());
  const double rough = quantile(kinds, model.knows_fat() ? 0.65 : 0.35);
  soft = Volume<float>(low.geometry(), static_cast<float>(rough));
  BoneImage out;
  double threshold = seed_bone_g_cm2, baseline_sigma = baseline_sigma_mm;
  for (int round = 0; round < 3; ++round) {
    out.is_bone = dilated(above(steps.bone(soft, mask_sigma_mm), threshold), beside_bone_mm);
    require_soft_tissue(out.is_bone);
    soft = steps.soft_tissue(inverted(out.is_bone), baseline_sigma);
    fill_smoothly(soft, out.is_bone);
    out.bone_g_cm2 = steps.bone(soft, 0);
    out.noise_g_cm2 = robust_sd(out.bone_g_cm2, out.is_bone);
    // A Gaussian of sigma averages over (2 sqrt(pi) sigma)^2 of area.
    const double noise_mm = out.noise_g_cm2 * low.geometry().spacing_mm[0] / (2 * std::sqrt(std::numbers::pi));
    threshold = std::max(least_bone_g_cm2, 4 * noise_mm / mask_sigma_mm);
    baseline_sigma = std::clamp(noise_mm / baseline_noise_g_cm2, baseline_sigma_mm, 3 * baseline_sigma_mm);
  }
  out.soft_tissue = std::move(soft);
  return out;
}

} // namespace osteocalc::dxa
