// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/slice_order.h"

#include "osteocalc/core/contract.h"
#include "osteocalc/core/error.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <numeric>
#include <tuple>

namespace osteocalc::io {
namespace {

constexpr double same_place_mm = 0.01;
constexpr double largest_variation = 0.01; // of the median step; beyond it volumes are off by more than that
constexpr double largest_tilt = 0.01;      // in-plane part of the step, per mm
constexpr double smallest_gap = 1.9;       // in median steps; shorter ones are uneven steps, not missing slices

std::string in_mm(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f mm", value);
  return text;
}

std::string listed(const std::vector<std::string>& items) {
  constexpr std::size_t shown = 5;
  std::string text;
  for (std::size_t i = 0; i < std::min(shown, items.size()); ++i)
    text.append(i == 0 ? "" : ", ").append(items[i]);
  return items.size() > shown ? text + " and " + std::to_string(items.size() - shown) + " more" : text;
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Indices in ascending order along the normal; of slices at one place the one with the first UID is kept.
std::vector<std::size_t> ordered(std::span<const SlicePosition> slices, std::span<const double> along, Issues& issues) {
  std::vector<std::size_t> order(slices.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::tie(along[a], slices[a].instance_uid, a) < std::tie(along[b], slices[b].instance_uid, b);
  });
  std::vector<std::string> places;
  std::vector<std::size_t> kept;
  for (const std::size_t index : order) {
    if (!kept.empty() && along[index] - along[kept.back()] < same_place_mm)
      places.push_back(in_mm(along[index]));
    else
      kept.push_back(index);
  }
  if (!places.empty())
    issues.push_back(warning("IO-DUPLICATE", "series",
                             "slices that lie where another one does: " + std::to_string(places.size()) + ", at " +
                                 listed(places) +
                                 " (each place is measured once; the first by SOPInstanceUID is kept)"
                                 " check for repeated phases or reconstructions in one series"));
  return kept;
}

struct Grid {
  std::vector<int> z;
  double variation = 0; ///< largest departure of a step from the median, relative
  std::vector<std::string> gaps;
};

Grid lay_out(std::span<const double> along) {
  std::vector<double> steps(along.size() - 1);
  std::transform(along.begin() + 1, along.end(), along.begin(), steps.begin(), std::minus<>{});
  const double usual = median(steps);
  Grid grid{{0}, 0, {}};
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const double increments = steps[i] < smallest_gap * usual ? 1.0 : std::round(steps[i] / usual);
    if (grid.z.back() + increments >= 2.0 * static_cast<double>(along.size()))
      throw GeometryError("more slices are missing than present: the step after " + in_mm(along[i]) + " is " +
                          in_mm(steps[i]) + " where " + in_mm(usual) +
                          " is usual (no volume can be built) pass the parts of the scan as separate folders");
    if (increments > 1)
      grid.gaps.push_back(std::to_string(static_cast<int>(increments) - 1) + " after " + in_mm(along[i]));
    grid.variation = std::max(grid.variation, std::abs(steps[i] / increments - usual) / usual);
    grid.z.push_back(grid.z.back() + static_cast<int>(increments));
  }
  return grid;
}

void describe(const Grid& grid, SliceStack& stack, double tilt) {
  if (!grid.gaps.empty())
    stack.issues.push_back(warning("IO-GAP", "series",
                                   "slices are missing: " + listed(grid.gaps) +
                                       " (their places stay in the grid as -1024 HU, nothing is measured there, and "
                                       "lesions across them are cut) transfer the series again"));
  if (grid.variation > largest_variation)
    stack.issues.push_back(warning("IO-UNEVEN", "series",
                                   "slice steps differ from their median by up to " +
                                       std::to_string(std::lround(100 * grid.variation)) + " % (the mean step of " +
                                       in_mm(stack.increment_mm) +
                                       " is used, so local volumes are off by as much) use a reconstruction with even "
                                       "steps"));
  if (tilt > largest_tilt)
    stack.issues.push_back(warning("IO-TILT", "series",
                                   "slices are shifted in their plane by " + in_mm(tilt) +
                                       " per mm along their normal (the gantry was tilted: areas and volumes hold, "
                                       "shapes across slices are sheared) read such scans with care"));
}

} // namespace

SliceStack stack_slices(std::span<const SlicePosition> slices, const Vec3& normal) {
  OSTEOCALC_EXPECT(!slices.empty());
  std::vector<double> along(slices.size());
  std::transform(slices.begin(), slices.end(), along.begin(),
                 [&](const SlicePosition& slice) { return dot(slice.position_mm, normal); });
  SliceStack stack;
  stack.order = ordered(slices, along, stack.issues);
  if (stack.order.size() == 1) {
    stack.grid_z = {0};
    stack.grid_slices = 1;
    return stack;
  }
  std::vector<double> places(stack.order.size());
  std::transform(stack.order.begin(), stack.order.end(), places.begin(), [&](std::size_t i) { return along[i]; });
  const Grid grid = lay_out(places);
  stack.grid_z = grid.z;
  stack.grid_slices = grid.z.back() + 1;
  const Vec3 span = slices[stack.order.back()].position_mm - slices[stack.order.front()].position_mm;
  stack.step_mm = (1.0 / grid.z.back()) * span;
  // Positions are decimal texts: the last binary digits of their differences mean nothing.
  stack.increment_mm = std::round(1e9 * dot(stack.step_mm, normal)) / 1e9;
  describe(grid, stack, norm(stack.step_mm - stack.increment_mm * normal) / stack.increment_mm);
  return stack;
}

} // namespace osteocalc::io
