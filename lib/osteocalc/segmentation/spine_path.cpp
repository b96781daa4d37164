// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/spine_path.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <vector>

namespace osteocalc::segmentation {
namespace {

constexpr double mm = working_spacing_mm;
constexpr int directions = 16;
constexpr int behind_cells = static_cast<int>(40.0 / mm); // room for a canal behind the field of view
constexpr double ray_mm = 16.0, disc_radius_mm = 13.0, ring_low_mm = 9.0, ring_high_mm = 26.0;
constexpr double period_mm = 40.0;     // a lumbar vertebra and its disc: the canal is open at the foramina
constexpr double kept_evidence = 0.30; // running mean below which the spine has ended

/// A slice with room behind it.
template <class T>
struct Plane {
  int width = 0, height = 0;
  std::vector<T> cells;
  Plane(int w, int h, T value)
      : width(w), height(h), cells(static_cast<std::size_t>(w) * static_cast<std::size_t>(h), value) {}
  T* row(int y) { return cells.data() + static_cast<std::ptrdiff_t>(y) * width; }
  const T* row(int y) const { return cells.data() + static_cast<std::ptrdiff_t>(y) * width; }
};

/// visit(target, source[y + dy][x + dx]) for every cell whose source lies in the plane.
template <class A, class B, class Visit>
void with_shifted(Plane<A>& target, const Plane<B>& source, int dx, int dy, const Visit& visit) {
  const int x0 = std::max(0, -dx), x1 = std::min(target.width, target.width - dx);
  for (int y = std::max(0, -dy); y < std::min(target.height, target.height - dy); ++y) {
    A* to = target.row(y);
    const B* from = source.row(y + dy) + dx;
    for (int x = x0; x < x1; ++x)
      visit(to[x], from[x]);
  }
}

std::array<int, 2> cell_towards(int direction, double distance_mm) {
  const double angle = 2.0 * std::numbers::pi * direction / directions;
  return {static_cast<int>(std::lround(distance_mm / mm * std::cos(angle))),
          static_cast<int>(std::lround(distance_mm / mm * std::sin(angle)))};
}

/// Mean over a disc of 13 mm of the cells that lie in the image.
Plane<float> disc_mean(const Plane<float>& values, int image_height) {
  const int radius = static_cast<int>(std::lround(disc_radius_mm / mm));
  const int w = values.width;
  Plane<float> sums(w + 1, image_height, 0.0F), result(w, values.height, 0.0F);
  for (int y = 0; y < image_height; ++y)
    for (int x = 0; x < w; ++x)
      sums.row(y)[x + 1] = sums.row(y)[x] + values.row(y)[x];
  for (int y = 0; y < values.height; ++y) {
    std::vector<float> total(static_cast<std::size_t>(w), 0.0F), count(total);
    for (int dy = -radius; dy <= radius; ++dy) {
      if (y + dy < 0 || y + dy >= image_height)
        continue;
      const int half = static_cast<int>(std::sqrt(std::max(0.0, std::pow(disc_radius_mm / mm, 2) - dy * dy)));
      const float* row = sums.row(y + dy);
      for (int x = 0; x < w; ++x) {
        const int low = std::max(0, x - half), high = std::min(w, x + half + 1);
        total[static_cast<std::size_t>(x)] += row[high] - row[low];
        count[static_cast<std::size_t>(x)] += static_cast<float>(high - low);
      }
    }
    // A disc of which the image shows less than a third says nothing.
    const float enough = static_cast<float>(std::numbers::pi * std::pow(disc_radius_mm / mm, 2) / 3.0);
    for (int x = 0; x < w; ++x)
      if (const auto i = static_cast<std::size_t>(x); count[i] > enough)
        result.row(y)[x] = total[i] / count[i];
  }
  return result;
}

/// A soft disc enclosed by bone in most directions, at about equal distance on opposite sides.
Plane<float> canal_score(const Plane<std::uint8_t>& bone, const Plane<float>& inner_hu) {
  constexpr std::uint8_t none = 99;
  const int reach = static_cast<int>(ray_mm / mm);
  std::vector<Plane<std::uint8_t>> hit(directions, Plane<std::uint8_t>(bone.width, bone.height, none));
  for (int k = 0; k < directions; ++k)
    for (int r = reach; r > 0; --r) {
      const auto [dx, dy] = cell_towards(k, r * mm);
      const auto distance = static_cast<std::uint8_t>(r);
      with_shifted(hit[static_cast<std::size_t>(k)], bone, dx, dy,
                   [distance](std::uint8_t& first, std::uint8_t is_bone) { first = is_bone ? distance : first; });
    }
  Plane<float> score(bone.width, bone.height, 0.0F);
  for (std::size_t i = 0; i < score.cells.size(); ++i) {
    int hits = 0, nearest = none, difference = 0, diameters = 0;
    for (std::size_t k = 0; k < directions / 2; ++k) {
      int a = hit[k].cells[i], b = hit[k + directions / 2].cells[i];
      hits += (a != none) + (b != none);
      a = a == none ? reach + 2 : a;
      b = b == none ? reach + 2 : b;
      nearest = std::min({nearest, a, b});
      difference += std::abs(a - b);
      diameters += a + b;
    }
    if (hits * 20 < directions * 9)
      continue;
    const double asymmetry_mm = difference * mm / (directions / 2), diameter_mm = diameters * mm / (directions / 2);
    const double hu = inner_hu.cells[i];
    score.cells[i] = static_cast<float>(ramp(double(hits) / directions, 0.45, 0.95) * ramp(nearest * mm, 2.0, 5.0) *
                                        (1.0 - ramp(asymmetry_mm, 3.0, 12.0)) * ramp(diameter_mm, 9.0, 14.0) *
                                        (1.0 - ramp(diameter_mm, 26.0, 34.0)) * ramp(hu, -60.0, -20.0) *
                                        (1.0 - ramp(hu, 100.0, 150.0)));
  }
  return score;
}

/// A bright disc, or one ringed by bone, without gas: a vertebral body around this cell.
Plane<float> body_score(const Plane<float>& hu, const Plane<std::uint8_t>& bone, int image_height, double soft_hu) {
  Plane<float> bright(hu.width, hu.height, 0.0F), thin(bright);
  Plane<std::uint8_t> hits(hu.width, hu.height, 0), in_view(hits), inside(hits);
  for (int y = 0; y < image_height; ++y)
    for (int x = 0; x < hu.width; ++x) {
      bright.row(y)[x] = static_cast<float>(ramp(hu.row(y)[x], soft_hu + 15.0, soft_hu + 105.0));
      thin.row(y)[x] = hu.row(y)[x] < -60.0F ? 1.0F : 0.0F;
      inside.row(y)[x] = 1;
    }
  for (int k = 0; k < directions; ++k) {
    Plane<std::uint8_t> hit(hu.width, hu.height, 0);
    for (double r = ring_low_mm; r <= ring_high_mm; r += mm) {
      const auto [dx, dy] = cell_towards(k, r);
      with_shifted(hit, bone, dx, dy, [](std::uint8_t& a, std::uint8_t b) { a = static_cast<std::uint8_t>(a | b); });
    }
    const auto [dx, dy] = cell_towards(k, 0.5 * (ring_low_mm + ring_high_mm));
    const auto add = [](std::uint8_t& a, std::uint8_t b) { a = static_cast<std::uint8_t>(a + b); };
    with_shifted(hits, hit, 0, 0, add);
    with_shifted(in_view, inside, dx, dy, add);
  }
  const Plane<float> core = disc_mean(bright, image_height), gas = disc_mean(thin, image_height);
  Plane<float> score(hu.width, hu.height, 0.0F);
  for (std::size_t i = 0; i < score.cells.size(); ++i)
    if (in_view.cells[i] >= directions / 3) {
      const double ring = ramp(std::min(1.0, double(hits.cells[i]) / in_view.cells[i]), 0.4, 1.0);
      score.cells[i] = static_cast<float>(std::min(1.0, 0.6 * core.cells[i] + 0.5 * ring) *
                                          (1.0 - std::min(1.0, 6.0 * double(gas.cells[i]))));
    }
  return score;
}

/// The best body 16-34 mm in front of each cell, up to 4 mm to either side.
Plane<float> body_in_front(const Plane<float>& body) {
  Plane<float> wide(body), best(body.width, body.height, 0.0F);
  const auto larger = [](float& a, float b) { a = std::max(a, b); };
  for (const int dx : {-2, 2})
    with_shifted(wide, body, dx, 0, larger);
  for (int dy = 8; dy <= 17; ++dy)
    with_shifted(best, wide, 0, -dy, larger);
  return best;
}

struct SliceScores {
  Plane<float> canal, body;
};

SliceScores score_slice(const Body& body, int z, double bone_hu) {
  const auto slice = body.hu.slice(z);
  const int w = slice.width, h = slice.height;
  Plane<float> hu(w, h + behind_cells, -2000.0F);
  Plane<std::uint8_t> bone(w, h + behind_cells, 0);
  for (int y = 0; y < h; ++y)
    for (int x = 0; x < w; ++x) {
      hu.row(y)[x] = slice(x, y);
      bone.row(y)[x] = slice(x, y) > bone_hu && body.space(x, y, z) != Space::Apart;
    }
  Plane<float> inner(hu);
  for (int y = 2; y + 2 < h; ++y)
    for (int x = 2; x + 2 < w; ++x) {
      float sum = 0.0F;
      for (int dy = -2; dy <= 2; ++dy)
        for (int dx = -2; dx <= 2; ++dx)
          sum += slice(x + dx, y + dy);
      inner.row(y)[x] = sum / 25.0F;
    }
  return {canal_score(bone, inner), body_in_front(body_score(hu, bone, h, body.tissue.soft_hu))};
}

/// Mid-column of the trunk; absent when its sides are cut.
std::optional<double> trunk_midline(const Body& body) {
  if (!body.sides_in_view)
    return std::nullopt;
  Line middles;
  for (int z = 0; z < body.space.size(2); ++z) {
    double sum = 0.0, count = 0.0;
    for (int x = 0; x < body.space.size(0); ++x)
      for (int y = 0; y < body.space.size(1); ++y)
        if (const Space s = body.space(x, y, z); s != Space::Outside && s != Space::Apart) {
          sum += x;
          count += 1.0;
          break;
        }
    if (count > 0.0)
      middles.push_back(sum / count);
  }
  return middles.empty() ? std::nullopt : std::optional(quantile(middles, 0.5));
}

/// Evidence of a canal at each cell: its own shape, canals nearby along the spine, a body in front, the midline.
Plane<float> evidence_plane(const std::vector<SliceScores>& scores, int z, int image_height,
                            std::optional<double> midline) {
  const auto& own = scores[static_cast<std::size_t>(z)];
  const int w = own.canal.width, h = own.canal.height;
  Plane<float> near(w, h, 0.0F);
  for (int k = std::max(0, z - 3); k <= std::min(static_cast<int>(scores.size()) - 1, z + 3); ++k)
    for (int dy = -1; dy <= 1; ++dy)
      for (int dx = -1; dx <= 1; ++dx)
        with_shifted(near, scores[static_cast<std::size_t>(k)].canal, dx, dy,
                     [](float& a, float b) { a = std::max(a, b); });
  Plane<float> result(w, h, 0.0F);
  for (int y = 0; y < h; ++y)
    for (int x = 0; x < w; ++x) {
      const bool out = y >= image_height - 2;
      const float canal = own.canal.row(y)[x], body = own.body.row(y)[x];
      const float score = out ? 0.25F : 0.6F * canal + 0.4F * near.row(y)[x];
      float value = score * (0.5F + 0.5F * body) + 0.45F * body * (out ? 1.0F : std::min(1.0F, 0.35F + 2.0F * canal));
      if (midline)
        value -= static_cast<float>(1.2 * std::pow(ramp(std::abs(x - *midline) * mm, 15.0, 75.0), 2));
      result.row(y)[x] = value;
    }
  return result;
}

/// Best of the cells up to two steps away along one axis, each step paying for the bend.
void relax(const Plane<float>& from, Plane<float>& to, Plane<std::int8_t>& step, int sx, int sy) {
  constexpr float bend = 0.02F;
  to = from;
  std::ranges::fill(step.cells, std::int8_t{0});
  for (const int d : {-1, 1, -2, 2})
    for (int y = std::max(0, -d * sy); y < std::min(to.height, to.height - d * sy); ++y) {
      const float* source = from.row(y + d * sy) + d * sx;
      float* best = to.row(y);
      std::int8_t* back = step.row(y);
      for (int x = std::max(0, -d * sx); x < std::min(to.width, to.width - d * sx); ++x)
        if (const float value = source[x] - bend * static_cast<float>(d * d); value > best[x]) {
          best[x] = value;
          back[x] = static_cast<std::int8_t>(d);
        }
    }
}

CanalPath follow(const std::vector<Plane<float>>& evidence) {
  const int w = evidence.front().width, h = evidence.front().height;
  Plane<float> sum(evidence.front()), half(w, h, 0.0F), full(w, h, 0.0F);
  std::vector<Plane<std::int8_t>> step_x(evidence.size(), Plane<std::int8_t>(w, h, 0)), step_y(step_x);
  for (std::size_t z = 1; z < evidence.size(); ++z) {
    relax(sum, half, step_y[z], 0, 1);
    relax(half, full, step_x[z], 1, 0);
    for (std::size_t i = 0; i < full.cells.size(); ++i)
      sum.cells[i] = full.cells[i] + evidence[z].cells[i];
  }
  const auto end = std::ranges::max_element(sum.cells) - sum.cells.begin();
  int x = static_cast<int>(end % w), y = static_cast<int>(end / w);
  CanalPath path;
  path.x.resize(evidence.size());
  path.y.resize(evidence.size());
  path.evidence.resize(evidence.size());
  for (std::size_t z = evidence.size(); z-- > 0;) {
    path.x[z] = x;
    path.y[z] = y;
    path.evidence[z] = evidence[z].row(y)[x];
    x += step_x[z].row(y)[x];
    y += step_y[z].row(y)[x];
  }
  return path;
}

/// Keeps the longest stretch with evidence; a sideways kink is where the path leaves the sacrum for a hip.
void keep_spine(CanalPath& path) {
  const int n = static_cast<int>(path.x.size()), reach = static_cast<int>(12.0 / mm);
  const Line mean = box_mean(path.evidence, static_cast<int>(period_mm / mm));
  const Line course = gaussian(path.x, 8.0 / mm);
  Line slope;
  for (int z = 0; z < n; ++z)
    slope.push_back((value_at(course, z + reach) - value_at(course, z - reach)) / (2.0 * reach));
  const Line usual = running_quantile(slope, static_cast<int>(80.0 / mm) | 1, 0.5);
  int length = 0;
  for (int z = 0; z < n; ++z) {
    const auto i = static_cast<std::size_t>(z);
    length = mean[i] > kept_evidence && std::abs(slope[i] - usual[i]) < 0.45 ? length + 1 : 0;
    if (length > path.last - path.first + 1) {
      path.first = z - length + 1;
      path.last = z;
    }
  }
}

CanalPath find_at(const Body& body, double bone_hu, Parallel parallel) {
  const auto slices = static_cast<std::size_t>(body.hu.size(2));
  const auto midline = trunk_midline(body);
  std::vector<SliceScores> scores(slices, SliceScores{Plane<float>(0, 0, 0.0F), Plane<float>(0, 0, 0.0F)});
  parallel_for(slices, parallel, [&](std::size_t z) { scores[z] = score_slice(body, static_cast<int>(z), bone_hu); });
  std::vector<Plane<float>> evidence(slices, Plane<float>(0, 0, 0.0F));
  parallel_for(slices, parallel, [&](std::size_t z) {
    evidence[z] = evidence_plane(scores, static_cast<int>(z), body.hu.size(1), midline);
  });
  CanalPath path = follow(evidence);
  path.bone_hu = bone_hu;
  keep_spine(path);
  return path;
}

} // namespace

std::optional<CanalPath> find_canal(const Body& body, Parallel parallel) {
  const auto strength = [](const CanalPath& path) {
    double sum = 0.0;
    for (const double e : box_mean(path.evidence, static_cast<int>(period_mm / mm)))
      sum += std::max(0.0, e - kept_evidence);
    return sum;
  };
  CanalPath path = find_at(body, body.tissue.bone_hu, parallel);
  if (path.last - path.first + 1 < static_cast<int>(0.95 * static_cast<double>(path.x.size()))) {
    // Thin bone: the cortex around the canal may not reach the usual threshold.
    const double low = body.tissue.soft_hu + std::max(55.0, 3.5 * body.tissue.noise_hu);
    CanalPath thin = find_at(body, low, parallel);
    if (strength(thin) > 1.15 * strength(path))
      path = std::move(thin);
  }
  return (path.last - path.first + 1) * mm < 24.0 ? std::nullopt : std::optional(std::move(path));
}

} // namespace osteocalc::segmentation
