// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/synth/shapes.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

namespace osteocalc::synth {

/// What a shape is made of: HU without mineral, and the mineral (HA) on top of it.
struct Tissue {
  float hu = 0;
  float mineral_mg_cm3 = 0;
};

enum class Over { Everything, LungOnly, InsideCavity };

/// How a shape is painted. With a shell, `outer` is that shell and `core` what lies within.
struct Material {
  Tissue outer{};
  LabelId label = 0;
  LabelId part = 0; ///< of pieces of the shape that name no part of their own
  float shell_mm = 0;
  Tissue core{};
  float texture_hu = 0; ///< SD of the core's texture, zero on average
  std::uint32_t texture_seed = 0;
  Over over = Over::Everything;
};

/// One thin slice being painted. Shapes are joined into one distance field, which is then painted: HU in proportion to
/// the share of the pixel the shape covers, labels where the pixel's centre is inside.
class Canvas {
 public:
  /// \param grid an axial grid in LPS order \param hu_per_mg what 1 mg/cm3 of mineral adds
  Canvas(const VolumeGeometry& grid, double hu_per_mg_cm3);

  void begin(double z_mm); ///< air and no labels at this height
  void join(const Ellipsoid& shape);
  void join(const Tube& shape);
  void join(const Block& shape);
  void join(const Outline& shape);
  /// Keeps only what lies where `distance_mm(x, y)` < 0 of the shape joined so far.
  template <class Distance>
  void intersect(const Distance& distance_mm);
  void paint(const Material& material); ///< paints the joined shape and forgets it
  /// Adds mineral to the share of each pixel (times `layer_mm` in z) for which `inside(point)` holds. Sampled a dozen
  /// times across the body, so that its mass is right however small it is and whatever the grid.
  template <class Inside>
  void deposit(const Box& box, double mg_cm3, double layer_mm, const Inside& inside);
  void keep_as_cavity(); ///< makes the joined shape the cavity that Over::InsideCavity refers to

  [[nodiscard]] double z_mm() const noexcept { return z_; }
  [[nodiscard]] std::span<float> hu() noexcept { return hu_; }
  [[nodiscard]] std::span<const LabelId> labels() const noexcept { return labels_; }
  [[nodiscard]] std::span<const LabelId> parts() const noexcept { return parts_; }

 private:
  struct Region {
    int x0 = 0, x1 = 0, y0 = 0, y1 = 0; ///< half-open
    [[nodiscard]] bool empty() const { return x0 >= x1 || y0 >= y1; }
  };
  template <class Distance>
  void join_where(const Box& box, LabelId part, const Distance& distance_mm);
  [[nodiscard]] Region region_of(const Box& box) const;
  [[nodiscard]] std::size_t offset(int x, int y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) + static_cast<std::size_t>(x);
  }
  [[nodiscard]] float x_mm(int x) const { return x0_ + pixel_ * static_cast<float>(x); }
  [[nodiscard]] float y_mm(int y) const { return y0_ + pixel_ * static_cast<float>(y); }
  void paint_pixel(std::size_t i, float distance, const Material& material, float texture);
  void forget();

  int width_, height_;
  float x0_, y0_, pixel_, hu_per_mg_;
  double z_ = 0;
  Region joined_;
  std::vector<float> hu_, distance_, cavity_;
  std::vector<LabelId> labels_, parts_, joined_part_;
};

template <class Inside>
void Canvas::deposit(const Box& box, double mg_cm3, double layer_mm, const Inside& inside) {
  const Vec3 half_layer{0, 0, 0.5 * layer_mm};
  const Region region = region_of({box.low - half_layer, box.high + half_layer});
  const Vec3 extent = box.high - box.low;
  const double step_mm = std::clamp(std::min({extent[0], extent[1], extent[2]}) / 12, 0.05, 0.25);
  const int n = static_cast<int>(std::ceil(pixel_ / step_mm)), layers = static_cast<int>(std::ceil(layer_mm / step_mm));
  const auto added_hu = static_cast<float>(hu_per_mg_ * mg_cm3 / (n * n * layers));
  const auto place = [](int i, int count, double length) { return ((i + 0.5) / count - 0.5) * length; };
  for (int y = region.y0; y < region.y1; ++y)
    for (int x = region.x0; x < region.x1; ++x) {
      int hits = 0;
      for (int k = 0; k < layers; ++k)
        for (int j = 0; j < n; ++j)
          for (int i = 0; i < n; ++i)
            hits += inside(
                Vec3{x_mm(x) + place(i, n, pixel_), y_mm(y) + place(j, n, pixel_), z_ + place(k, layers, layer_mm)});
      hu_[offset(x, y)] += static_cast<float>(hits) * added_hu;
    }
}

template <class Distance>
void Canvas::intersect(const Distance& distance_mm) {
  for (int y = joined_.y0; y < joined_.y1; ++y)
    for (int x = joined_.x0; x < joined_.x1; ++x) {
      float& d = distance_[offset(x, y)];
      d = std::max(d, distance_mm(x_mm(x), y_mm(y)));
    }
}

} // namespace osteocalc::synth
