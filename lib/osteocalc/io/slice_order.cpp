// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/slice_order.h"

#include "osteocalc/core/contract.h"
#include "osteocalc/core/error.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <numbers>
#include <numeric>
#include <tuple>

namespace osteocalc::io {
namespace {

constexpr double same_place_mm = 0.01;
constexpr double largest_variation = 0.01; // of the usual step; beyond it volumes are off by more than that
constexpr double largest_tilt = 0.01;      // in-plane part of the step, per mm
constexpr double smallest_gap = 1.9;       // in usual steps; shorter ones are uneven steps, not missing slices
constexpr double largest_overlap = 0.5;    // in usual steps
constexpr double alike_share = 0.02, alike_mm = 0.02;
constexpr int mixed_from = 3;
constexpr double mixed_share = 0.2;

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

/// Steps that are alike counted together, commonest first.
std::vector<StepCount> histogram(std::vector<double> steps) {
  std::sort(steps.begin(), steps.end());
  std::vector<StepCount> counts;
  for (auto first = steps.begin(); first != steps.end();) {
    const double bound = *first * (1 + alike_share) + alike_mm;
    const auto last = std::find_if(first, steps.end(), [&](double step) { return step > bound; });
    counts.push_back({*(first + (last - first) / 2), static_cast<int>(last - first)});
    first = last;
  }
  std::stable_sort(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.count > b.count; });
  return counts;
}

std::vector<double> steps_between(std::span<const double> along) {
  std::vector<double> steps(along.size() - 1);
  std::transform(along.begin() + 1, along.end(), along.begin(), steps.begin(), std::minus<>{});
  return steps;
}

struct Grid {
  std::vector<int> z;
  double variation = 0; ///< largest departure of a step from the usual one, relative
  std::vector<std::string> gaps;
};

Grid lay_out(std::span<const double> along, double usual) {
  const std::vector<double> steps = steps_between(along);
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

void describe(const StepSurvey& survey, const Grid& grid, SliceStack& stack) {
  if (!survey.doubled_mm.empty()) {
    std::vector<std::string> places(survey.doubled_mm.size());
    std::transform(survey.doubled_mm.begin(), survey.doubled_mm.end(), places.begin(), in_mm);
    stack.issues.push_back(warning("IO-DUPLICATE", "series",
                                   "slices that lie where another one does: " + std::to_string(places.size()) +
                                       ", at " + listed(places) +
                                       " (each place is measured once; the first by SOPInstanceUID is kept)"
                                       " check for repeated phases or reconstructions in one series"));
  }
  if (survey.mixed) {
    std::vector<std::string> steps(survey.steps.size());
    std::transform(survey.steps.begin(), survey.steps.end(), steps.begin(),
                   [](const StepCount& step) { return std::to_string(step.count) + " of " + in_mm(step.step_mm); });
    stack.issues.push_back(warning("IO-MIXED-STEPS", "series",
                                   "slices lie in steps of several sizes: " + listed(steps) +
                                       " (no one increment describes the scan, every volume would be wrong somewhere) "
                                       "separate the parts or use another reconstruction"));
  }
  if (!grid.gaps.empty())
    stack.issues.push_back(warning("IO-GAP", "series",
                                   "slices are missing: " + listed(grid.gaps) +
                                       " (their places stay in the grid as -1024 HU, nothing is measured there, and "
                                       "lesions across them are cut) transfer the series again"));
  if (survey.overlaps > 0)
    stack.issues.push_back(
        warning("IO-OVERLAP", "series",
                "slices nearer to each other than half the usual step: " + std::to_string(survey.overlaps) +
                    " (their volumes overlap, calcium counts twice) check for a repeated part"));
  if (grid.variation > largest_variation)
    stack.issues.push_back(warning("IO-UNEVEN", "series",
                                   "slice steps differ from the usual one by up to " +
                                       std::to_string(std::lround(100 * grid.variation)) + " % (the mean step of " +
                                       in_mm(stack.increment_mm) +
                                       " is used, so local volumes are off by as much) use a reconstruction with even "
                                       "steps"));
}

void describe_tilt(SliceStack& stack, const Vec3& normal) {
  const double tilt = norm(stack.step_mm - stack.increment_mm * normal) / stack.increment_mm;
  if (tilt <= largest_tilt)
    return;
  stack.tilt_deg = std::atan(tilt) * 180 / std::numbers::pi;
  char degrees[32];
  std::snprintf(degrees, sizeof degrees, "%.1f", stack.tilt_deg);
  stack.issues.push_back(warning("IO-TILT", "series",
                                 "slices are shifted in their plane: the gantry was tilted by " + std::string(degrees) +
                                     " degrees (areas and volumes hold slice by slice; shapes through slices are "
                                     "sheared, so organs are found on an upright copy) read such scans with care"));
}

} // namespace

std::size_t StepSurvey::faults() const noexcept {
  return doubled_mm.size() + static_cast<std::size_t>(gaps) + static_cast<std::size_t>(overlaps);
}

StepSurvey survey_steps(std::span<const SlicePosition> slices, const Vec3& normal) {
  OSTEOCALC_EXPECT(!slices.empty());
  std::vector<double> along(slices.size());
  std::transform(slices.begin(), slices.end(), along.begin(),
                 [&](const SlicePosition& slice) { return dot(slice.position_mm, normal); });
  std::vector<std::size_t> order(slices.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::tie(along[a], slices[a].instance_uid, a) < std::tie(along[b], slices[b].instance_uid, b);
  });
  StepSurvey survey;
  for (const std::size_t index : order) {
    if (!survey.order.empty() && along[index] - survey.along_mm.back() < same_place_mm) {
      survey.doubled_mm.push_back(along[index]);
      continue;
    }
    survey.order.push_back(index);
    survey.along_mm.push_back(along[index]);
  }
  if (survey.order.size() < 2)
    return survey;
  const std::vector<double> steps = steps_between(survey.along_mm);
  survey.steps = histogram(steps);
  const StepCount& commonest = survey.steps.front();
  survey.usual_mm = 2 * static_cast<std::size_t>(commonest.count) >= steps.size() ? commonest.step_mm : median(steps);
  for (const double step : steps) {
    survey.gaps += step >= smallest_gap * survey.usual_mm ? 1 : 0;
    survey.overlaps += step <= largest_overlap * survey.usual_mm ? 1 : 0;
  }
  const int odd = survey.gaps + survey.overlaps;
  survey.mixed = odd >= mixed_from && odd >= mixed_share * static_cast<double>(steps.size());
  return survey;
}

SliceStack stack_slices(std::span<const SlicePosition> slices, const Vec3& normal) {
  const StepSurvey survey = survey_steps(slices, normal);
  SliceStack stack;
  stack.order = survey.order;
  stack.steps = survey.steps;
  if (stack.order.size() == 1) {
    stack.grid_z = {0};
    stack.grid_slices = 1;
    describe(survey, {}, stack);
    return stack;
  }
  const Grid grid = lay_out(survey.along_mm, survey.usual_mm);
  stack.grid_z = grid.z;
  stack.grid_slices = grid.z.back() + 1;
  const Vec3 span = slices[stack.order.back()].position_mm - slices[stack.order.front()].position_mm;
  stack.step_mm = (1.0 / grid.z.back()) * span;
  // Positions are decimal texts: the last binary digits of their differences mean nothing.
  stack.increment_mm = std::round(1e9 * dot(stack.step_mm, normal)) / 1e9;
  describe(survey, grid, stack);
  describe_tilt(stack, normal);
  return stack;
}

} // namespace osteocalc::io
