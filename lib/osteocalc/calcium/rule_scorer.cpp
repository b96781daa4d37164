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
      pixels.push_back(measured_run(slice, run.y, x, x + 1));
      found.of_run.push_back(static_cast<std::uint32_t>(found.components.size()));
      add(pixels.back(), found.components.emplace_back());
    }
  return found;
}

/// Runs of one slice grouped by the 3-D object they belong to.
SliceComponents by_object(std::span<const PixelRun> runs, std::span<const std::uint32_t> object_of_run) {
  SliceComponents found;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> order; // object, run
  for (std::uint32_t i = 0; i < runs.size(); ++i)
    order.emplace_back(object_of_run[i], i);
  std::ranges::sort(order);
  found.of_run.resize(runs.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i == 0 || order[i].first != order[i - 1].first)
      found.components.emplace_back();
    const std::uint32_t run = order[i].second;
    add(runs[run], found.components.back());
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
    return keep_large(runs, connect(runs, Connectivity::Four), rule);
  case Group::Slice8:
    return keep_large(runs, connect(runs, Connectivity::Eight), rule);
  case Group::Pixel: {
    std::vector<PixelRun> pixels;
    SliceComponents found = single_pixels(runs, slice, pixels);
    return keep_large(pixels, std::move(found), rule);
  }
  case Group::ObjectInSlice:
  case Group::Object:
    return keep_large(runs, by_object(runs, object_of_run), rule);
  }
  return {};
}

/// 3-D objects, the small ones dropped from `runs`.
struct LargeObjects {
  RunStack runs;
  std::vector<std::vector<std::uint32_t>> of_run;
  std::vector<Component> objects;
  int count = 0;
};

LargeObjects large_objects(const RunStack& runs, const ScoringRule& rule) {
  const Objects objects = connect_stack(runs, *rule.object);
  LargeObjects large;
  large.objects.resize(objects.count);
  for (std::size_t z = 0; z < runs.size(); ++z)
    for (std::size_t i = 0; i < runs[z].size(); ++i)
      add(runs[z][i], large.objects[objects.of_run[z][i]]);
  const auto is_large = [&](const Component& object) { return object.pixels >= rule.min_object_voxels; };
  large.runs.resize(runs.size());
  large.of_run.resize(runs.size());
  for (std::size_t z = 0; z < runs.size(); ++z)
    for (std::size_t i = 0; i < runs[z].size(); ++i)
      if (is_large(large.objects[objects.of_run[z][i]])) {
        large.runs[z].push_back(runs[z][i]);
        large.of_run[z].push_back(objects.of_run[z][i]);
      }
  large.count = static_cast<int>(std::ranges::count_if(large.objects, is_large));
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

double agatston_by_object(const LargeObjects& large, const ScoringRule& rule, double area_mm2) {
  double sum = 0;
  for (const Component& object : large.objects)
    if (object.pixels >= rule.min_object_voxels)
      sum += std::nearbyint(weight_of(object.peak_hu, rule.weight_from_hu) * static_cast<double>(object.pixels) *
                            area_mm2 * rule.thickness_factor);
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
  Component voxels;
  std::int64_t weighted_pixels = 0, sum_z = 0;
};

std::vector<Lesion> lesions_of(const VolumeGeometry& geometry, const std::vector<SliceGroups>& slices,
                               const Objects& objects, const ScoringRule& rule) {
  std::vector<Lesion> lesions(objects.count);
  std::vector<LesionSums> sums(objects.count);
  for (int z = 0; z < static_cast<int>(slices.size()); ++z) {
    const SliceGroups& slice = slices[static_cast<std::size_t>(z)];
    for (std::size_t i = 0; i < slice.runs.size(); ++i) {
      const PixelRun& run = slice.runs[i];
      const std::uint32_t index = objects.of_run[static_cast<std::size_t>(z)][i];
      Lesion& lesion = lesions[index];
      lesion.first_slice = lesion.runs.empty() ? z : lesion.first_slice;
      lesion.last_slice = z;
      lesion.runs.push_back({z, run});
      add(run, sums[index].voxels);
      sums[index].weighted_pixels += slice.weights[slice.of_run[i]] * run.pixels();
      sums[index].sum_z += z * run.pixels();
    }
  }
  const double area_mm2 = geometry.spacing_mm[0] * geometry.spacing_mm[1];
  for (std::size_t index = 0; index < lesions.size(); ++index) {
    const Component& sum = sums[index].voxels;
    const auto voxels = static_cast<double>(sum.pixels);
    const Vec3 centroid{static_cast<double>(sum.sum_x) / voxels, static_cast<double>(sum.sum_y) / voxels,
                        static_cast<double>(sums[index].sum_z) / voxels};
    Lesion& lesion = lesions[index];
    lesion.id = static_cast<int>(index) + 1;
    lesion.max_hu = sum.peak_hu;
    lesion.centroid_mm = index_to_point(geometry, centroid);
    lesion.agatston = static_cast<double>(sums[index].weighted_pixels) * area_mm2 * rule.thickness_factor;
    lesion.volume_mm3 = voxels * voxel_volume_mm3(geometry);
    lesion.mean_hu = static_cast<double>(sum.sum_hu) / voxels;
  }
  return lesions;
}

} // namespace

RuleScore score_by_rule(const Volume<std::int16_t>& hu, const RunStack& runs, const ScoringRule& rule, Lesions lesions,
                        Parallel parallel) {
  LargeObjects objects;
  if (rule.object)
    objects = large_objects(runs, rule);
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
      result.lesions = lesions_of(geometry, slices, lesion_objects, rule);
  }
  return result;
}

} // namespace osteocalc::calcium
