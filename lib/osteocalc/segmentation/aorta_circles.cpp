// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/aorta_circles.h"

#include "osteocalc/segmentation/aorta_image.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>

namespace osteocalc::segmentation {
namespace {

constexpr float off_picture = -0.3F; // a ray that leaves the picture: no edge was seen there

struct Offset {
  int x = 0, y = 0;
};

Offset along(double angle, double length_mm) {
  return {static_cast<int>(std::lround(std::cos(angle) * length_mm / working_spacing_mm)),
          static_cast<int>(std::lround(std::sin(angle) * length_mm / working_spacing_mm))};
}

/// How much the picture falls outwards along a direction, at every pixel.
void outward_edges(SliceView<const float> picture, double angle, const CircleRule& rule, std::vector<float>& edge) {
  const Offset near = along(angle, working_spacing_mm), far = along(angle, 2.0 * working_spacing_mm);
  constexpr int margin = 2;
  const auto full = static_cast<float>(rule.full_edge_hu), least = static_cast<float>(rule.inner_least_hu);
  std::ranges::fill(edge, off_picture);
  for (int y = margin; y < picture.height - margin; ++y)
    for (int x = margin; x < picture.width - margin; ++x) {
      const float inner = 0.5F * (picture(x - near.x, y - near.y) + picture(x - far.x, y - far.y));
      const float outer = 0.5F * (picture(x + near.x, y + near.y) + picture(x + far.x, y + far.y));
      float e = std::clamp((inner - outer) / full, -0.5F, 1.0F);
      if (inner < least)
        e = std::min(e, 0.0F);
      if (std::min(inner, outer) < 0.1F * beyond_image_hu)
        e = off_picture;
      edge[static_cast<std::size_t>(y * picture.width + x)] = e;
    }
}

void add_shifted(const std::vector<float>& edge, SliceView<const float> picture, Offset by, const PictureWindow& w,
                 float* out) {
  for (int y = w.y0; y < w.y1; ++y) {
    const int from_y = y + by.y, width = w.x1 - w.x0;
    const int first = std::clamp(-by.x - w.x0, 0, width), last = std::clamp(picture.width - by.x - w.x0, 0, width);
    if (from_y < 0 || from_y >= picture.height || last <= first) {
      for (int i = 0; i < width; ++i)
        out[i] += off_picture;
    } else {
      for (int i = 0; i < first; ++i)
        out[i] += off_picture;
      const float* from = edge.data() + from_y * picture.width + w.x0 + by.x;
      for (int i = first; i < last; ++i)
        out[i] += from[i];
      for (int i = last; i < width; ++i)
        out[i] += off_picture;
    }
    out += width;
  }
}

/// Takes 1.5 times the share of foreign pixels in the inner 80 % of each circle off its score.
void punish_foreign(SliceView<const float> picture, const PictureWindow& w, double radius_mm,
                    const std::vector<int>& sums, float* out) {
  const double radius = std::max(3.0, 0.8 * radius_mm) / working_spacing_mm;
  const int reach = static_cast<int>(radius), stride = picture.width + 1;

  std::vector<int> half(static_cast<std::size_t>(reach) + 1);
  int area = 0;
  for (int dy = 0; dy <= reach; ++dy) {
    half[static_cast<std::size_t>(dy)] = static_cast<int>(std::sqrt(radius * radius - dy * dy));
    area += (dy == 0 ? 1 : 2) * (2 * half[static_cast<std::size_t>(dy)] + 1);
  }
  const float price = 1.5F / static_cast<float>(area);
  for (int y = w.y0; y < w.y1; ++y)
    for (int x = w.x0; x < w.x1; ++x, ++out) {
      int foreign = 0;
      for (int dy = -reach; dy <= reach; ++dy) {
        const int row = std::clamp(y + dy, 0, picture.height - 1), h = half[static_cast<std::size_t>(std::abs(dy))];
        const int* sum = sums.data() + row * stride;
        foreign += sum[std::min(x + h + 1, picture.width)] - sum[std::max(x - h, 0)];
      }
      *out -= price * static_cast<float>(foreign);
    }
}

void score_section(SliceView<const float> picture, const CircleRule& rule, const PictureWindow& w, float* out) {
  std::vector<float> edge(static_cast<std::size_t>(picture.width * picture.height));
  const std::size_t plane = static_cast<std::size_t>((w.x1 - w.x0) * (w.y1 - w.y0));
  for (int ray = 0; ray < rule.rays; ++ray) {
    const double angle = 2.0 * std::numbers::pi * ray / rule.rays;
    outward_edges(picture, angle, rule, edge);
    for (std::size_t i = 0; i < rule.radii_mm.size(); ++i)
      add_shifted(edge, picture, along(angle, rule.radii_mm[i]), w, out + i * plane);
  }
  for (std::size_t i = 0; i < plane * rule.radii_mm.size(); ++i)
    out[i] /= static_cast<float>(rule.rays);
  std::vector<int> sums(static_cast<std::size_t>((picture.width + 1) * picture.height), 0);
  for (int y = 0; y < picture.height; ++y) {
    int* sum = sums.data() + y * (picture.width + 1);
    for (int x = 0; x < picture.width; ++x)
      sum[x + 1] = sum[x] + (static_cast<double>(picture(x, y)) < rule.foreign_hu ? 1 : 0);
  }
  for (std::size_t i = 0; i < rule.radii_mm.size(); ++i)
    punish_foreign(picture, w, rule.radii_mm[i], sums, out + i * plane);
}

/// best[i] = max over |o| <= reach of from[i + o * stride] - price * o^2 along lines of n samples; step = the o taken.
void sweep(const std::vector<float>& from, std::vector<float>& best, std::int8_t* step, int n, std::size_t stride,
           int reach, double price) {
  best = from;
  std::fill_n(step, from.size(), std::int8_t{0});
  const std::size_t block = stride * static_cast<std::size_t>(n);
  for (int o = -reach; o <= reach; ++o) {
    if (o == 0)
      continue;
    const auto cost = static_cast<float>(price * o * o);
    const std::size_t skip = static_cast<std::size_t>(std::abs(o)) * stride;
    if (skip >= block)
      continue;
    for (std::size_t start = 0; start < from.size(); start += block) {
      const std::size_t to = start + (o < 0 ? skip : 0), source = start + (o > 0 ? skip : 0);
      for (std::size_t i = 0; i < block - skip; ++i)
        if (from[source + i] - cost > best[to + i]) {
          best[to + i] = from[source + i] - cost;
          step[to + i] = static_cast<std::int8_t>(o);
        }
    }
  }
}

struct BackPointers {
  std::vector<std::int8_t> dx, dy, dr;
  std::vector<std::uint8_t> starts;
};

/// The course that ends in state `at` of section `last`.
std::vector<CircleHit> walk_back(const CircleScores& scores, const std::vector<BackPointers>& back, int last,
                                 std::size_t at) {
  const std::size_t row = static_cast<std::size_t>(scores.width()), plane = scores.plane_size();
  std::vector<CircleHit> course;
  for (int k = last;; --k) {
    const std::size_t in_plane = at % plane;
    course.push_back({scores.window.k0 + k, double(scores.window.x0) + static_cast<double>(in_plane % row),
                      double(scores.window.y0) + static_cast<double>(in_plane / row), scores.radii_mm[at / plane],
                      double(scores.section(k)[at])});
    const BackPointers& p = back[static_cast<std::size_t>(k)];
    if (k == 0 || p.starts[at])
      break;
    const auto move = [&](const std::vector<std::int8_t>& step, std::size_t stride) {
      at = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(at) + step[at] * static_cast<std::ptrdiff_t>(stride));
    };
    move(p.dr, plane);
    move(p.dy, row);
    move(p.dx, 1);
  }
  std::ranges::reverse(course);
  return course;
}

} // namespace

std::vector<double> radii_between(double least_mm, double most_mm) {
  std::vector<double> radii;
  for (double r = least_mm; r <= most_mm; r *= 1.15)
    radii.push_back(r);
  return radii;
}

CircleScores circle_scores(const Volume<float>& pictures, const PictureWindow& window, const CircleRule& rule,
                           Parallel parallel) {
  CircleScores scores(window, rule.radii_mm);
  parallel_for(static_cast<std::size_t>(scores.count()), parallel, [&](std::size_t s) {
    const int k = static_cast<int>(s);
    score_section(pictures.slice(window.k0 + k), rule, window, scores.section(k));
  });
  return scores;
}

std::vector<CircleHit> track_circles(const CircleScores& scores, const TrackRule& rule) {
  const int width = scores.width(), count = scores.count();
  const std::size_t size = scores.section_size(), row = static_cast<std::size_t>(width), plane = scores.plane_size();
  if (count == 0 || size == 0)
    return {};
  const auto gain = [&](int k, std::size_t i) { return scores.section(k)[i] - static_cast<float>(rule.threshold); };
  std::vector<BackPointers> back(static_cast<std::size_t>(count));
  std::vector<float> sum(size), a(size), b(size);
  float best_sum = -std::numeric_limits<float>::max();
  int last = 0;
  std::size_t at = 0;
  for (int k = 0; k < count; ++k) {
    BackPointers& p = back[static_cast<std::size_t>(k)];
    p.starts.assign(size, 1);
    if (k > 0) {
      p.dx.resize(size);
      p.dy.resize(size);
      p.dr.resize(size);
      sweep(sum, a, p.dx.data(), width, 1, rule.reach, rule.move);
      sweep(a, b, p.dy.data(), scores.height(), row, rule.reach, rule.move);
      sweep(b, a, p.dr.data(), scores.radii(), plane, 1, rule.widen);
      for (std::size_t i = 0; i < size; ++i)
        p.starts[i] = rule.ends == TrackEnds::Free && a[i] < 0.0F;
    }
    for (std::size_t i = 0; i < size; ++i)
      sum[i] = gain(k, i) + (p.starts[i] ? 0.0F : a[i]);
    const auto top = std::ranges::max_element(sum);
    if (*top > best_sum || (rule.ends == TrackEnds::Through && k == count - 1)) {
      best_sum = *top;
      last = k;
      at = static_cast<std::size_t>(top - sum.begin());
    }
  }
  return walk_back(scores, back, last, at);
}

} // namespace osteocalc::segmentation
