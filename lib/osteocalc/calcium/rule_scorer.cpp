// SPDX-License-Identifier: Apache-2.0
// Agatston's steps with every choice taken from the rule: objects, groups, sizes, peaks, weights, thickness.
#include "osteocalc/calcium/rule_scorer.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace osteocalc::calcium {
namespace {

int weight_of(int peak_hu, const WeightBounds& from_hu) {
  int weight = 0;
  while (weight < 4 && peak_hu >= from_hu[static_cast<std::size_t>(weight)])
    ++weight;
  return weight;
}

/// The groups of one slice that count, and the runs that belong to them.
struct SliceGroups {
  std::vector<PixelRun> runs;
  std::vector<std::uint32_t> of_run;
  std::vector<Component> groups;
  std::vector<int> weights;
};

/// Drops groups that are too small and numbers the rest anew, in the same order.
SliceGroups keep_large(std::span<const PixelRun> runs, SliceComponents found, const ScoringRule& rule) {
  SliceGroups kept;
  std::vector<std::uint32_t> number(found.components.size());
  for (std::size_t group = 0; group < number.size(); ++group) {
    const Component& component = found.components[group];
    number[group] = static_cast<std::uint32_t>(kept.groups.size());
    if (component.pixels < rule.min_group_pixels)
      number[group] = std::numeric_limits<std::uint32_t>::max();
    else {
      kept.groups.push_back(component);
      kept.weights.push_back(weight_of(component.peak_hu, rule.weight_from_hu));
    }
  }
  for (std::size_t i = 0; i < runs.size(); ++i)
    if (number[found.of_run[i]] != std::numeric_limits<std::uint32_t>::max()) {
      kept.runs.push_back(runs[i]);
      kept.of_run.push_back(number[found.of_run[i]]);
    }
  return kept;
}

SliceComponents single_pixels(std::span<const PixelRun> runs, HuSlice slice, std::vector<PixelRun>& pixels) {
  SliceComponents found;
  for (const PixelRun& run : runs)
    for (std::int32_t x = run.x_begin; x < run.x_end; ++x) {
      pixels.push_back({run.y, x, x + 1});
      found.of_run.push_back(static_cast<std::uint32_t>(found.components.size()));
      found.components.push_back(measure(pixels.back(), slice));
    }
  return found;
}

/// Runs of one slice grouped by the 3-D object they belong to.
SliceComponents by_object(std::span<const PixelRun> runs, std::span<const std::uint32_t> object_of_run, HuSlice slice) {
  SliceComponents found;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> order; // object, run
  for (std::uint32_t i = 0; i < runs.size(); ++i)
    order.emplace_back(object_of_run[i], i);
  std::ranges::sort(order);
  found.of_run.resize(runs.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i == 0 || order[i].first != order[i - 1].first)
      found.components.push_back({0, std::numeric_limits<std::int16_t>::min(), 0, 0, 0});
    const auto [object, run] = order[i];
    const Component part = measure(runs[run], slice);
    Component& whole = found.components.back();
    whole = {whole.pixels + part.pixels, std::max(whole.peak_hu, part.peak_hu), whole.sum_hu + part.sum_hu,
             whole.sum_x + part.sum_x, whole.sum_y + part.sum_y};
    found.of_run[run] = static_cast<std::uint32_t>(found.components.size() - 1);
  }
  return found;
}

/// The per-slice kernel: candidates in, groups with size, peak and weight out. Knows no threads and no other slice.
SliceGroups group_slice(std::span<const PixelRun> runs, std::span<const std::uint32_t> object_of_run, HuSlice slice,
                        const ScoringRule& rule) {
  using Group = ScoringRule::Group;
  switch (rule.group) {
  case Group::Slice4:
    return keep_large(runs, connect(runs, slice, Connectivity::Four), rule);
  case Group::Slice8:
    return keep_large(runs, connect(runs, slice, Connectivity::Eight), rule);
  case Group::Pixel: {
    std::vector<PixelRun> pixels;
    SliceComponents found = single_pixels(runs, slice, pixels);
    return keep_large(pixels, std::move(found), rule);
  }
  case Group::ObjectInSlice:
  case Group::Object:
    return keep_large(runs, by_object(runs, object_of_run, slice), rule);
  }
  return {};
}

/// 3-D objects, the small ones dropped from `runs`.
struct LargeObjects {
  RunStack runs;
  std::vector<std::vector<std::uint32_t>> of_run;
  std::vector<std::int64_t> voxels;
  std::vector<int> peak_hu;
  int count = 0;
};

LargeObjects large_objects(const Volume<std::int16_t>& hu, const RunStack& runs, const ScoringRule& rule) {
  const Objects objects = connect_stack(runs, *rule.object);
  LargeObjects large;
  large.voxels.assign(objects.count, 0);
  large.peak_hu.assign(objects.count, std::numeric_limits<std::int16_t>::min());
  for (std::size_t z = 0; z < runs.size(); ++z)
    for (std::size_t i = 0; i < runs[z].size(); ++i) {
      const Component part = measure(runs[z][i], hu.slice(static_cast<int>(z)));
      const std::uint32_t object = objects.of_run[z][i];
      large.voxels[object] += part.pixels;
      large.peak_hu[object] = std::max(large.peak_hu[object], part.peak_hu);
    }
  large.runs.resize(runs.size());
  large.of_run.resize(runs.size());
  for (std::size_t z = 0; z < runs.size(); ++z)
    for (std::size_t i = 0; i < runs[z].size(); ++i)
      if (large.voxels[objects.of_run[z][i]] >= rule.min_object_voxels) {
        large.runs[z].push_back(runs[z][i]);
        large.of_run[z].push_back(objects.of_run[z][i]);
      }
  large.count = static_cast<int>(
      std::ranges::count_if(large.voxels, [&](std::int64_t voxels) { return voxels >= rule.min_object_voxels; }));
  return large;
}

double rounded_to_thousandths(double value) {
  return std::nearbyint(value * 1000) / 1000;
}

/// Sum of weight x area x thickness. Weights and pixels are whole numbers, so unrounded rules add them exactly and
/// multiply once: the order of slices cannot matter.
double agatston_of(const std::vector<SliceGroups>& slices, const ScoringRule& rule, double area_mm2) {
  std::int64_t weighted_pixels = 0;
  double rounded_sum = 0;
  const double slab = rounded_to_thousandths(area_mm2 * rule.thickness_factor);
  for (const SliceGroups& slice : slices)
    for (std::size_t group = 0; group < slice.groups.size(); ++group) {
      const std::int64_t weighted = slice.weights[group] * slice.groups[group].pixels;
      weighted_pixels += weighted;
      rounded_sum += rounded_to_thousandths(static_cast<double>(weighted) * slab);
    }
  return rule.rounding == ScoringRule::Rounding::ThreeDecimals
             ? rounded_sum
             : static_cast<double>(weighted_pixels) * area_mm2 * rule.thickness_factor;
}

double agatston_by_object(const LargeObjects& objects, const ScoringRule& rule, double area_mm2) {
  double sum = 0;
  for (std::size_t object = 0; object < objects.voxels.size(); ++object)
    if (objects.voxels[object] >= rule.min_object_voxels)
      sum += std::nearbyint(weight_of(objects.peak_hu[object], rule.weight_from_hu) *
                            static_cast<double>(objects.voxels[object]) * area_mm2 * rule.thickness_factor);
  return sum;
}

RunStack runs_of(const std::vector<SliceGroups>& slices) {
  RunStack runs;
  for (const SliceGroups& slice : slices)
    runs.push_back(slice.runs);
  return runs;
}

/// What a lesion gathers before it is scaled to mm.
struct LesionSums {
  std::int64_t voxels = 0, weighted_pixels = 0, sum_hu = 0;
  std::array<std::int64_t, 3> sum_index{};
};

std::vector<Lesion> lesions_of(const Volume<std::int16_t>& hu, const std::vector<SliceGroups>& slices,
                               const Objects& objects, const ScoringRule& rule) {
  std::vector<Lesion> lesions(objects.count);
  std::vector<LesionSums> sums(objects.count);
  for (int z = 0; z < static_cast<int>(slices.size()); ++z) {
    const SliceGroups& slice = slices[static_cast<std::size_t>(z)];
    for (std::size_t i = 0; i < slice.runs.size(); ++i) {
      const std::uint32_t index = objects.of_run[static_cast<std::size_t>(z)][i];
      const Component part = measure(slice.runs[i], hu.slice(z));
      Lesion& lesion = lesions[index];
      LesionSums& sum = sums[index];
      lesion.first_slice = sum.voxels == 0 ? z : lesion.first_slice;
      lesion.max_hu = sum.voxels == 0 ? part.peak_hu : std::max(lesion.max_hu, part.peak_hu);
      lesion.last_slice = z;
      lesion.runs.push_back({z, slice.runs[i]});
      sum.voxels += part.pixels;
      sum.weighted_pixels += slice.weights[slice.of_run[i]] * part.pixels;
      sum.sum_hu += part.sum_hu;
      sum.sum_index[0] += part.sum_x;
      sum.sum_index[1] += part.sum_y;
      sum.sum_index[2] += z * part.pixels;
    }
  }
  const VolumeGeometry& geometry = hu.geometry();
  const double area_mm2 = geometry.spacing_mm[0] * geometry.spacing_mm[1];
  for (std::size_t index = 0; index < lesions.size(); ++index) {
    const auto voxels = static_cast<double>(sums[index].voxels);
    Vec3 centroid{};
    for (std::size_t axis = 0; axis < 3; ++axis)
      centroid[axis] = static_cast<double>(sums[index].sum_index[axis]) / voxels;
    Lesion& lesion = lesions[index];
    lesion.id = static_cast<int>(index) + 1;
    lesion.centroid_mm = index_to_point(geometry, centroid);
    lesion.agatston = static_cast<double>(sums[index].weighted_pixels) * area_mm2 * rule.thickness_factor;
    lesion.volume_mm3 = voxels * voxel_volume_mm3(geometry);
    lesion.mean_hu = static_cast<double>(sums[index].sum_hu) / voxels;
  }
  return lesions;
}

} // namespace

RuleScore score_by_rule(const Volume<std::int16_t>& hu, const RunStack& runs, const ScoringRule& rule, Lesions lesions,
                        Parallel parallel) {
  LargeObjects objects;
  if (rule.object)
    objects = large_objects(hu, runs, rule);
  const RunStack& scored_runs = rule.object ? objects.runs : runs;
  const std::vector<SliceGroups> slices = parallel_map(scored_runs.size(), parallel, [&](std::size_t z) {
    const std::span<const std::uint32_t> object_of_run =
        rule.object ? std::span<const std::uint32_t>(objects.of_run[z]) : std::span<const std::uint32_t>{};
    return group_slice(scored_runs[z], object_of_run, hu.slice(static_cast<int>(z)), rule);
  });

  RuleScore result;
  VariantScore& score = result.score;
  const VolumeGeometry& geometry = hu.geometry();
  const double area_mm2 = geometry.spacing_mm[0] * geometry.spacing_mm[1];
  std::int64_t pixels = 0;
  for (const SliceGroups& slice : slices)
    for (const Component& group : slice.groups) {
      pixels += group.pixels;
      score.max_hu = std::max(score.max_hu.value_or(group.peak_hu), group.peak_hu);
    }
  score.agatston = rule.group == ScoringRule::Group::Object ? agatston_by_object(objects, rule, area_mm2)
                                                            : agatston_of(slices, rule, area_mm2);
  score.area_mm2 = static_cast<double>(pixels) * area_mm2;
  score.volume_mm3 = score.area_mm2 * geometry.spacing_mm[2];
  if (score.agatston > 0)
    score.density_score = score.agatston / (score.area_mm2 * rule.thickness_factor);
  if (rule.object && rule.group != ScoringRule::Group::Slice4) {
    score.lesions = objects.count;
  } else {
    const Objects lesion_objects = connect_stack(runs_of(slices), Connectivity::Eight);
    score.lesions = static_cast<int>(lesion_objects.count);
    if (lesions == Lesions::Listed)
      result.lesions = lesions_of(hu, slices, lesion_objects, rule);
  }
  return result;
}

} // namespace osteocalc::calcium
