// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/parallel.h"
#include "osteocalc/image/volume.h"

#include <cstddef>
#include <vector>

namespace osteocalc::segmentation {

/// A box of pixels in a pile of pictures; half-open.
struct PictureWindow {
  int x0 = 0, x1 = 0, y0 = 0, y1 = 0, k0 = 0, k1 = 0;
};

/// How round vessels are told in a picture. Pixels are `working_spacing_mm` wide.
struct CircleRule {
  std::vector<double> radii_mm;
  int rays = 24;
  double full_edge_hu = 60.0;  ///< an outward fall of this much counts fully
  double inner_least_hu = 0.0; ///< an edge with darker tissue on its inner side counts nothing
  double foreign_hu = 0.0;     ///< darker pixels within the circle speak against it
};

/// How well a circle of each radius about each pixel of a window fits: 1 = a full edge all around, about 0 = chance.
class CircleScores {
 public:
  CircleScores(const PictureWindow& w, std::vector<double> radii)
      : window(w), radii_mm(std::move(radii)), values(static_cast<std::size_t>(w.k1 - w.k0) * section_size(), 0.0F) {}
  [[nodiscard]] int width() const noexcept { return window.x1 - window.x0; }
  [[nodiscard]] int height() const noexcept { return window.y1 - window.y0; }
  [[nodiscard]] int count() const noexcept { return window.k1 - window.k0; }
  [[nodiscard]] int radii() const noexcept { return static_cast<int>(radii_mm.size()); }
  [[nodiscard]] std::size_t plane_size() const noexcept {
    return static_cast<std::size_t>(width()) * static_cast<std::size_t>(height());
  }
  [[nodiscard]] std::size_t section_size() const noexcept { return plane_size() * radii_mm.size(); }
  /// All radii of one section, then rows; k and all else count from the window's corner.
  [[nodiscard]] float* section(int k) noexcept { return values.data() + static_cast<std::size_t>(k) * section_size(); }
  [[nodiscard]] const float* section(int k) const noexcept {
    return values.data() + static_cast<std::size_t>(k) * section_size();
  }
  /// Adds bias(x, y, radius_mm, k) everywhere; x, y and k are the pictures'.
  template <class Bias>
  void add(const Bias& bias, Parallel parallel) {
    parallel_for(static_cast<std::size_t>(count()), parallel, [&](std::size_t s) {
      float* out = section(static_cast<int>(s));
      for (const double r : radii_mm)
        for (int y = window.y0; y < window.y1; ++y)
          for (int x = window.x0; x < window.x1; ++x)
            *out++ += static_cast<float>(bias(x, y, r, window.k0 + static_cast<int>(s)));
    });
  }

  PictureWindow window;
  std::vector<double> radii_mm;
  std::vector<float> values;
};

/// Radii in equal ratios, so that a step means the same for a small and for a wide vessel.
[[nodiscard]] std::vector<double> radii_between(double least_mm, double most_mm);

[[nodiscard]] CircleScores circle_scores(const Volume<float>& pictures, const PictureWindow& window,
                                         const CircleRule& rule, Parallel parallel);

/// One circle of a vessel's course, in its picture.
struct CircleHit {
  int k = 0;               ///< picture
  double x = 0.0, y = 0.0; ///< pixel
  double radius_mm = 0.0;
  double score = 0.0;
};

enum class TrackEnds { Free, FromFirst, Through }; ///< where a course may start and stop

struct TrackRule {
  TrackEnds ends = TrackEnds::Free;
  int reach = 2;           ///< pixels a step sideways at most, along x and along y
  double move = 0.12;      ///< price of a step of one pixel; grows with its square
  double widen = 0.13;     ///< price of a change to the next radius
  double threshold = 0.25; ///< sections that score less shorten a course with a free end
};

/// The course with the largest sum of (score - threshold) less the price of its steps, in order of k; dynamic
/// programming over place and radius.
[[nodiscard]] std::vector<CircleHit> track_circles(const CircleScores& scores, const TrackRule& rule);

} // namespace osteocalc::segmentation
