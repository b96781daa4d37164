// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/aorta_lower.h"

#include "osteocalc/segmentation/aorta_image.h"
#include "osteocalc/segmentation/line_filter.h"

#include <algorithm>
#include <cmath>

namespace osteocalc::segmentation {
namespace {

constexpr int depth = 12; // slices compared above and below: 24 mm
constexpr double least_pair_score = 0.42, least_merit = 0.75, flat_merit = 0.04;
constexpr double vein_price = 0.7, chance_score = 0.25;
enum class Side { Right = -1, Left = 1 };

double square(double v) {
  return v * v;
}

/// The typical aorta just above a place.
struct Trunk {
  double x = 0.0, y = 0.0, radius_mm = 0.0;
  int k = 0;
};

Trunk trunk_above(const std::vector<CircleHit>& hits, std::size_t i) {
  Line x, y, r;
  for (std::size_t j = i; j < std::min(hits.size(), i + 20); ++j) {
    r.push_back(hits[j].radius_mm);
    if (j < i + 5) {
      x.push_back(hits[j].x);
      y.push_back(hits[j].y);
    }
  }
  return {quantile(x, 0.5), quantile(y, 0.5), quantile(r, 0.5), hits[i].k};
}

/// How well a circle fits at a place over the 24 mm above the fork, on average: beside the aorta the vena cava goes on
/// there, a branch does not.
double score_above(const CircleScores& scores, const Trunk& trunk, int x, int y, std::size_t radius) {
  const PictureWindow& w = scores.window;
  double sum = 0.0;
  int count = 0;
  for (int k = trunk.k + 1; k < std::min(w.k1, trunk.k + depth); ++k, ++count) {
    const float* plane = scores.section(k - w.k0) + radius * scores.plane_size();
    float best = -1.0F;
    for (int v = std::max(w.y0, y - 1); v <= std::min(w.y1 - 1, y + 1); ++v)
      for (int u = std::max(w.x0, x - 1); u <= std::min(w.x1 - 1, x + 1); ++u)
        best = std::max(best, plane[(v - w.y0) * scores.width() + u - w.x0]);
    sum += double(best);
  }
  return count == 0 ? 0.0 : sum / count;
}

/// One branch from just below the trunk downwards, on its side of the trunk's axis.
std::vector<CircleHit> track_branch(const CircleScores& scores, const Trunk& trunk, Side side) {
  const PictureWindow& w = scores.window;
  const int top = trunk.k - 1 - w.k0, count = std::min(depth, top + 1);
  const int reach = 16;
  PictureWindow box{std::max(w.x0, static_cast<int>(trunk.x) - reach),
                    std::min(w.x1, static_cast<int>(trunk.x) + reach),
                    std::max(w.y0, static_cast<int>(trunk.y) - 9),
                    std::min(w.y1, static_cast<int>(trunk.y) + 12),
                    0,
                    count};
  std::vector<double> radii;
  std::size_t first_radius = 0;
  for (std::size_t i = 0; i < scores.radii_mm.size(); ++i)
    if (const double share = scores.radii_mm[i] / trunk.radius_mm; share > 0.4 && share < 0.85) {
      first_radius = radii.empty() ? i : first_radius;
      radii.push_back(scores.radii_mm[i]);
    }
  if (radii.empty() || box.x1 <= box.x0 || box.y1 <= box.y0 || count < depth / 2)
    return {};
  CircleScores down(box, radii);
  for (int k = 0; k < count; ++k)
    for (int r = 0; r < down.radii(); ++r)
      for (int y = 0; y < down.height(); ++y)
        std::copy_n(scores.section(top - k) + (first_radius + static_cast<std::size_t>(r)) * scores.plane_size() +
                        static_cast<std::size_t>((box.y0 - w.y0 + y) * scores.width() + box.x0 - w.x0),
                    down.width(), down.section(k) + static_cast<std::size_t>((r * down.height() + y) * down.width()));
  std::vector<float> above; // as one section of `down` runs
  for (std::size_t r = 0; r < radii.size(); ++r)
    for (int y = box.y0; y < box.y1; ++y)
      for (int x = box.x0; x < box.x1; ++x)
        above.push_back(static_cast<float>(
            vein_price * std::max(0.0, score_above(scores, trunk, x, y, first_radius + r) - chance_score)));
  for (int k = 0; k < count; ++k)
    std::transform(above.begin(), above.end(), down.section(k), down.section(k),
                   [](float price, float score) { return score - price; });
  down.add(
      [&](int x, int y, double r, int k) {
        const double out = static_cast<int>(side) * (x - trunk.x) * working_spacing_mm;
        const double back = (y - trunk.y) * working_spacing_mm;
        if (out < 0.8 * r || (k == 0 && (out > 1.3 * trunk.radius_mm || std::abs(back) > 1.2 * trunk.radius_mm)))
          return -10.0;
        return -0.03 * square((out - 0.7 * trunk.radius_mm - 0.4 * k * working_spacing_mm) / 8.0) -
               0.03 * square(back / 10.0);
      },
      {1});
  auto hits = track_circles(down, {TrackEnds::Through, 2, 0.05, 0.13, 0.0});
  for (CircleHit& h : hits)
    h.k = trunk.k - 1 - h.k;
  return hits;
}

double mean_score(const std::vector<CircleHit>& hits) {
  double sum = 0.0;
  for (const CircleHit& h : hits)
    sum += h.score;
  return hits.empty() ? -1.0 : sum / static_cast<double>(hits.size());
}

/// How well one circle of about the trunk's width fits over the stretch above.
double single_score(const std::vector<CircleHit>& hits, std::size_t i, double radius_mm) {
  double sum = 0.0;
  const std::size_t last = std::min(hits.size(), i + depth);
  for (std::size_t j = i; j < last; ++j)
    sum += hits[j].radius_mm > 0.8 * radius_mm ? hits[j].score : 0.0;
  return sum / static_cast<double>(last - i);
}

/// How well one circle of the trunk's width goes on below, nearly straight down.
double onward_score(const CircleScores& scores, const Trunk& trunk) {
  const PictureWindow& w = scores.window;
  double sum = 0.0;
  int count = 0;
  for (int k = trunk.k - 1; k >= std::max(w.k0, trunk.k - depth); --k, ++count) {
    const int reach = 2 + (trunk.k - k) / 4;
    float best = -1.0F;
    for (int r = 0; r < scores.radii(); ++r) {
      // A ring a little wider than a branch still scores as one: none narrower than the trunk.
      if (const double share = scores.radii_mm[static_cast<std::size_t>(r)] / trunk.radius_mm;
          share < 0.92 || share > 1.2)
        continue;
      const float* plane = scores.section(k - w.k0) + static_cast<std::size_t>(r) * scores.plane_size();
      for (int y = std::max(w.y0, int(trunk.y) - reach); y <= std::min(w.y1 - 1, int(trunk.y) + reach); ++y)
        for (int x = std::max(w.x0, int(trunk.x) - reach); x <= std::min(w.x1 - 1, int(trunk.x) + reach); ++x)
          best = std::max(best, plane[(y - w.y0) * scores.width() + x - w.x0]);
    }
    sum += double(best);
  }
  return count == 0 ? 1.0 : sum / count;
}

} // namespace

std::optional<Bifurcation> find_bifurcation(const CircleScores& scores, const std::vector<CircleHit>& hits,
                                            std::size_t end, Parallel parallel) {
  struct Trial {
    std::vector<CircleHit> left, right;
    double merit = -1e9;
  };
  auto trials = parallel_map(end, parallel, [&](std::size_t i) {
    const Trunk trunk = trunk_above(hits, i);
    Trial t{track_branch(scores, trunk, Side::Left), track_branch(scores, trunk, Side::Right)};
    const double left = mean_score(t.left), right = mean_score(t.right);
    if (std::min(left, right) > least_pair_score)
      t.merit = 0.5 * (left + right) + single_score(hits, i, trunk.radius_mm) - onward_score(scores, trunk);
    return t;
  });
  const auto best = std::ranges::max_element(trials, {}, &Trial::merit);
  if (best == trials.end() || best->merit < least_merit)
    return std::nullopt;
  // Over the last millimetres the merit is nearly flat: the branches begin at the highest place as good as the best.
  const std::ptrdiff_t lowest =
      std::ranges::find_if(trials.rbegin(), trials.rend(),
                           [&](const Trial& t) { return t.merit >= best->merit - flat_merit; })
          .base() -
      trials.begin() - 1;
  Trial& chosen = trials[static_cast<std::size_t>(lowest)];
  const Trunk trunk = trunk_above(hits, static_cast<std::size_t>(lowest));
  Bifurcation fork{{}, std::move(chosen.left), std::move(chosen.right), chosen.merit};
  // Until its branches part the wide end is still aorta.
  while (!fork.left.empty() && !fork.right.empty()) {
    const CircleHit &l = fork.left.front(), &r = fork.right.front();
    if (std::hypot(l.x - r.x, l.y - r.y) * working_spacing_mm >= l.radius_mm + r.radius_mm)
      break;
    fork.aorta.insert(fork.aorta.begin(),
                      {l.k, 0.5 * (l.x + r.x), 0.5 * (l.y + r.y), trunk.radius_mm, 0.5 * (l.score + r.score)});
    fork.left.erase(fork.left.begin());
    fork.right.erase(fork.right.begin());
  }
  fork.aorta.insert(fork.aorta.end(), hits.begin() + lowest, hits.end());
  return fork;
}

} // namespace osteocalc::segmentation
