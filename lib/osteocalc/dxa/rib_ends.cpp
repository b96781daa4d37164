// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/dxa/rib_ends.h"

#include "osteocalc/dxa/flat_image.h"
#include "osteocalc/image/polygon.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <numbers>

namespace osteocalc::dxa {
namespace {

constexpr double nearest_mm = 8, farthest_mm = 50; ///< of a tip, in front of the spine
constexpr double around_mm = 2;                    ///< beyond the rim, which is blurred

/// A band that ends: its inside, and what it must stand out over.
class RibEnd {
 public:
  /// \param falls_degrees how steeply the rib comes down on its way forwards
  RibEnd(const Volume<float>& image, int forwards, double falls_degrees, double half_width_mm)
      : image_(image), back_{-forwards * std::cos(falls_degrees * std::numbers::pi / 180),
                             -std::sin(falls_degrees * std::numbers::pi / 180)},
        down_{forwards * back_[1], -forwards * back_[0]}, half_width_mm_(half_width_mm) {}

  [[nodiscard]] double strength(const Vec2& tip, double least) const {
    const double w = half_width_mm_, inner = w - 2;
    const std::initializer_list<double> across{-inner, -inner / 3, inner / 3, inner};
    const double inside = std::min({mean(tip, {2, 3.5, 5}, {-inner / 3, inner / 3}), mean(tip, {6, 7.5, 9}, across),
                                    mean(tip, {10, 11.5, 13}, across)});
    const double before = std::max(mean(tip, {-2, -3.5}, {-w, -w / 2, 0}), mean(tip, {-2, -3.5}, {0, w / 2, w}));
    if (inside - before < least)
      return 0;
    const double below = std::max(mean(tip, {1, 3, 5}, {w + 2.5, w + 4}), mean(tip, {7, 9, 11}, {w + 2.5, w + 4}));
    // The next rib may lie close above.
    const double above = mean(tip, {1, 3, 5}, {-w - 2.5, -w - 4}) - close_above * least;
    const double strength = inside - std::max({before, below, above});
    return strength < least ? 0 : strength;
  }

  /// Writes a strength to the round end behind a tip, where it is the greatest so far.
  void mark(Volume<float>& map, const Vec2& tip, double strength) const {
    const auto& spacing = map.geometry().spacing_mm;
    const double radius = half_width_mm_ + around_mm;
    const Vec2 middle{tip[0] + half_width_mm_ * back_[0], tip[1] + half_width_mm_ * back_[1]};
    const auto first = [&](int axis) { return std::max(0, static_cast<int>((middle[axis] - radius) / spacing[axis])); };
    const auto last = [&](int axis) {
      return std::min(map.size(axis) - 1, static_cast<int>((middle[axis] + radius) / spacing[axis]));
    };
    for (int y = first(1); y <= last(1); ++y)
      for (int x = first(0); x <= last(0); ++x)
        if (std::hypot((x + 0.5) * spacing[0] - middle[0], (y + 0.5) * spacing[1] - middle[1]) <= radius)
          map(x, y, 0) = std::max(map(x, y, 0), static_cast<float>(strength));
  }

 private:
  static constexpr double close_above = 1.1;

  /// Over places so many mm behind the tip and below the band's middle.
  [[nodiscard]] double mean(const Vec2& tip, std::initializer_list<double> behind,
                            std::initializer_list<double> below) const {
    double sum = 0;
    for (const double s : behind)
      for (const double v : below)
        sum += value_at(image_, tip[0] + s * back_[0] + v * down_[0], tip[1] + s * back_[1] + v * down_[1]);
    return sum / static_cast<double>(behind.size() * below.size());
  }

  const Volume<float>& image_;
  Vec2 back_, down_;
  double half_width_mm_;
};

} // namespace

Volume<float> rib_end_map(const Volume<float>& image, const InFront& in_front, int forwards, double least) {
  std::vector<RibEnd> forms;
  for (const double falls_degrees : {5.0, 15.0, 25.0, 35.0, 45.0})
    for (const double half_width_mm : {4.5, 5.5, 6.5})
      forms.emplace_back(image, forwards, falls_degrees, half_width_mm);
  Volume<float> map(image.geometry(), 0.0F);
  const auto& spacing = image.geometry().spacing_mm;
  for (int y = 0; y < image.size(1); ++y)
    for (int x = 0; x < image.size(0); ++x) {
      const Vec2 tip{(x + 0.5) * spacing[0], (y + 0.5) * spacing[1]};
      if (const double front = in_front(tip[0], tip[1]); front < nearest_mm || front > farthest_mm)
        continue;
      const RibEnd* likeliest = nullptr;
      double most = 0;
      for (const RibEnd& form : forms)
        if (const double strength = form.strength(tip, least); strength > most) {
          most = strength;
          likeliest = &form;
        }
      if (likeliest != nullptr)
        likeliest->mark(map, tip, most);
    }
  return map;
}

} // namespace osteocalc::dxa
