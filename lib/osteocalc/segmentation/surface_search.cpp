// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/surface_search.h"

#include <algorithm>
#include <limits>

namespace osteocalc::segmentation {
namespace {

/// One column of the recursion: cost of reaching each height, given the neighbour's.
void advance(const float* cost, std::vector<float>& reached, std::vector<float>& next, float p1, float p2) {
  const int n = static_cast<int>(reached.size());
  const float cheapest = *std::ranges::min_element(reached);
  const auto from = [&](int h) { return reached[static_cast<std::size_t>(h)]; };
  for (int h = 0; h < n; ++h) {
    float best = std::min(from(h), cheapest + p2);
    if (h > 0)
      best = std::min(best, from(h - 1) + p1);
    if (h + 1 < n)
      best = std::min(best, from(h + 1) + p1);
    if (h > 1)
      best = std::min(best, from(h - 2) + 2.6F * p1);
    if (h + 2 < n)
      best = std::min(best, from(h + 2) + 2.6F * p1);
    next[static_cast<std::size_t>(h)] = cost[h] + best - cheapest;
  }
  reached.swap(next);
}

/// Aggregates along one line of columns given by their offsets, adding to `total` from the `skip`-th on.
void aggregate(const CostField& field, const std::vector<std::size_t>& line, std::size_t skip, float p1, float p2,
               std::vector<float>& total) {
  const auto heights = static_cast<std::size_t>(field.heights);
  std::vector<float> reached(heights, 0.0F), next(heights);
  for (std::size_t i = 0; i < line.size(); ++i) {
    advance(field.cost.data() + line[i], reached, next, p1, p2);
    if (i >= skip)
      for (std::size_t h = 0; h < heights; ++h)
        total[line[i] + h] += reached[h];
  }
}

float sub_sample_minimum(const float* cost, int heights) {
  const int k = std::clamp(static_cast<int>(std::min_element(cost, cost + heights) - cost), 1, heights - 2);
  const float a = cost[k - 1], b = cost[k], c = cost[k + 1];
  const float shift = 0.5F * (a - c) / std::max(a - 2.0F * b + c, 1e-3F);
  return static_cast<float>(k) + std::clamp(shift, -0.5F, 0.5F);
}

} // namespace

std::vector<float> cheapest_surface(const CostField& field, float small_step, float large_step, Ends columns) {
  std::vector<float> total(field.cost.size(), 0.0F);
  std::vector<std::size_t> line;
  const auto both_ways = [&](std::size_t skip) {
    aggregate(field, line, skip, small_step, large_step, total);
    std::ranges::reverse(line);
    aggregate(field, line, skip, small_step, large_step, total);
  };
  for (int c = 0; c < field.columns; ++c) {
    line.clear();
    for (int r = 0; r < field.rows; ++r)
      line.push_back(field.offset(r, c));
    both_ways(0);
  }
  // A ring is walked one and a half times and counted on its last turn, so that no column is the first.
  const int lead = columns == Ends::Circular ? field.columns / 2 : 0;
  for (int r = 0; r < field.rows; ++r)
    for (const bool backwards : {false, true}) {
      line.clear();
      for (int c = -lead; c < field.columns; ++c) {
        const int wrapped = (c + field.columns) % field.columns;
        line.push_back(field.offset(r, backwards ? field.columns - 1 - wrapped : wrapped));
      }
      aggregate(field, line, static_cast<std::size_t>(lead), small_step, large_step, total);
    }
  std::vector<float> surface;
  for (std::size_t at = 0; at < total.size(); at += static_cast<std::size_t>(field.heights))
    surface.push_back(sub_sample_minimum(total.data() + at, field.heights));
  return surface;
}

std::vector<int> best_path(const std::vector<std::vector<double>>& gain, double bend, int max_step) {
  const int n = static_cast<int>(gain.front().size());
  std::vector<double> sum = gain.front(), next(sum.size());
  std::vector<std::vector<int>> from(gain.size(), std::vector<int>(sum.size(), 0));
  for (std::size_t i = 1; i < gain.size(); ++i) {
    for (int j = 0; j < n; ++j) {
      double best = -std::numeric_limits<double>::infinity();
      for (int step = -max_step; step <= max_step; ++step)
        if (j + step >= 0 && j + step < n)
          if (const double value = sum[static_cast<std::size_t>(j + step)] - bend * step * step; value > best) {
            best = value;
            from[i][static_cast<std::size_t>(j)] = j + step;
          }
      next[static_cast<std::size_t>(j)] = best + gain[i][static_cast<std::size_t>(j)];
    }
    sum.swap(next);
  }
  std::vector<int> path(gain.size());
  path.back() = static_cast<int>(std::ranges::max_element(sum) - sum.begin());
  for (std::size_t i = gain.size() - 1; i > 0; --i)
    path[i - 1] = from[i][static_cast<std::size_t>(path[i])];
  return path;
}

} // namespace osteocalc::segmentation
