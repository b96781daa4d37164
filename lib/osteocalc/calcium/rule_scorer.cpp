// SPDX-License-Identifier: Apache-2.0
// Agatston's steps with every choice taken from the rule: objects, groups, sizes, peaks, weights, thickness.
#include "osteocalc/calcium/rule_scorer.h"

#include <algorithm>
#include <cmath>

namespace osteocalc::calcium {
namespace {

using Group = ScoringRule::Group;
using Weight = ScoringRule::Weight;

int weight_of(int peak_hu, const WeightBounds& from_hu) {
  int weight = 0;
  while (weight < 4 && peak_hu >= from_hu[static_cast<std::size_t>(weight)])
    ++weight;
  return weight;
}

double rounded_to_thousandths(double value) {
  return std::nearbyint(value * 1000) / 1000;
}

/// What counts, added up in whole numbers: the order of slices and threads cannot matter.
struct Tally {
  std::int64_t weighted_pixels = 0;
  double rounded_score = 0; ///< of rules that round group by group
  Component counted;

  void add_group(const Component& group, std::int64_t weighted, const ScoringRule& rule, double area_mm2) {
    add(group, counted);
    weighted_pixels += weighted;
    if (rule.rounding == ScoringRule::Rounding::ThreeDecimals)
      rounded_score += rounded_to_thousandths(static_cast<double>(weighted) *
                                              rounded_to_thousandths(area_mm2 * rule.thickness_factor));
    else if (rule.rounding == ScoringRule::Rounding::WholePerGroup)
      rounded_score += std::nearbyint(static_cast<double>(weighted) * area_mm2 * rule.thickness_factor);
  }

  [[nodiscard]] double agatston(const ScoringRule& rule, double area_mm2) const {
    return rule.rounding == ScoringRule::Rounding::None
               ? static_cast<double>(weighted_pixels) * area_mm2 * rule.thickness_factor
               : rounded_score;
  }
};

VariantScore to_score(const Tally& tally, const ScoringRule& rule, const VolumeGeometry& geometry) {
  VariantScore score;
  const double area_mm2 = pixel_area_mm2(geometry);
  score.agatston = tally.agatston(rule, area_mm2);
  score.area_mm2 = static_cast<double>(tally.counted.pixels) * area_mm2;
  score.volume_mm3 = score.area_mm2 * geometry.spacing_mm[2];
  score.hu_volume_hu_mm3 = static_cast<double>(tally.counted.sum_hu) * voxel_volume_mm3(geometry);
  if (score.agatston > 0)
    score.density_score = score.agatston / (score.area_mm2 * rule.thickness_factor);
  if (tally.counted.pixels > 0)
    score.max_hu = tally.counted.peak_hu;
  return score;
}

/// Rules whose groups are 3-D objects, or the part of one that lies in a slice.
VariantScore score_objects(const VolumeGeometry& geometry, Candidates& candidates, const ScoringRule& rule) {
  const GroupStack& groups = candidates.groups(*rule.object);
  const Objects& objects = candidates.objects(*rule.object, *rule.object);
  const double area_mm2 = pixel_area_mm2(geometry);
  Tally tally;
  const auto add_group = [&](const Component& group) {
    tally.add_group(group, weight_of(group.peak_hu, rule.weight_from_hu) * group.pixels, rule, area_mm2);
  };
  const auto is_large = [&](const Component& object) { return object.pixels >= rule.min_object_voxels; };
  if (rule.group == Group::Object) {
    for (const Component& object : objects.objects)
      if (is_large(object))
        add_group(object);
  } else {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> parts; // object, component
    for (std::size_t z = 0; z < groups.slices.size(); ++z) {
      parts.clear();
      for (std::uint32_t c = 0; c < groups.slices[z].components.size(); ++c)
        if (const std::uint32_t object = objects.of_group[groups.first[z] + c]; is_large(objects.objects[object]))
          parts.emplace_back(object, c);
      std::ranges::sort(parts);
      for (std::size_t i = 0; i < parts.size();) {
        Component group;
        for (const std::uint32_t object = parts[i].first; i < parts.size() && parts[i].first == object; ++i)
          add(groups.slices[z].components[parts[i].second], group);
        add_group(group);
      }
    }
  }
  VariantScore score = to_score(tally, rule, geometry);
  score.lesions = static_cast<int>(std::ranges::count_if(objects.objects, is_large));
  return score;
}

/// Which groups of a stack count, and the lesions they form.
struct KeptGroups {
  const GroupStack& groups;
  std::vector<char> keep;
  Objects joined;                    ///< the lesions, where some groups were dropped
  const Objects* all_kept = nullptr; ///< the lesions, where none was
  [[nodiscard]] const Objects& lesions() const { return all_kept ? *all_kept : joined; } ///< 26-connected
};

KeptGroups keep_groups(Candidates& candidates, const ScoringRule& rule) {
  const Connectivity within = rule.group == Group::Slice4 ? Connectivity::Four : Connectivity::Eight;
  const GroupStack& groups = candidates.groups(within);
  const Objects* objects = rule.object ? &candidates.objects(within, *rule.object) : nullptr;
  KeptGroups kept{groups, std::vector<char>(groups.count()), {}, nullptr};
  bool all = true;
  for (std::size_t z = 0; z < groups.slices.size(); ++z)
    for (std::uint32_t c = 0; c < groups.slices[z].components.size(); ++c) {
      const std::uint32_t group = groups.first[z] + c;
      kept.keep[group] = groups.slices[z].components[c].pixels >= rule.min_group_pixels &&
                         (!objects || objects->objects[objects->of_group[group]].pixels >= rule.min_object_voxels);
      all = all && kept.keep[group];
    }
  if (all)
    kept.all_kept = &candidates.objects(within, Connectivity::Eight);
  else
    kept.joined = join(groups, candidates.contacts(within, Connectivity::Eight), kept.keep);
  return kept;
}

/// Weight times pixels of every kept group, by running number; 0 for the others.
std::vector<std::int64_t> weighted_groups(const Volume<std::int16_t>& hu, const RunStack& runs, const KeptGroups& kept,
                                          const ScoringRule& rule) {
  std::vector<std::int64_t> weighted(kept.keep.size(), 0);
  for (std::size_t z = 0; z < runs.size(); ++z) {
    const SliceComponents& slice = kept.groups.slices[z];
    const std::uint32_t first = kept.groups.first[z];
    if (rule.weight == Weight::PixelValue) {
      for (std::size_t i = 0; i < runs[z].size(); ++i)
        if (const std::uint32_t group = first + slice.of_run[i]; kept.keep[group])
          for (std::int32_t x = runs[z][i].x_begin; x < runs[z][i].x_end; ++x)
            weighted[group] += weight_of(hu(x, runs[z][i].y, static_cast<int>(z)), rule.weight_from_hu);
      continue;
    }
    for (std::uint32_t c = 0; c < slice.components.size(); ++c)
      if (const std::uint32_t group = first + c; kept.keep[group]) {
        const Component& weighs = rule.weight == Weight::LesionPeak
                                      ? kept.lesions().objects[kept.lesions().of_group[group]]
                                      : slice.components[c];
        weighted[group] = weight_of(weighs.peak_hu, rule.weight_from_hu) * slice.components[c].pixels;
      }
  }
  return weighted;
}

/// The kept groups' 26-connected lesions in mm.
std::vector<Lesion> list_lesions(const VolumeGeometry& geometry, const RunStack& runs, const KeptGroups& kept,
                                 const std::vector<std::int64_t>& weighted, const ScoringRule& rule) {
  std::vector<Lesion> lesions(kept.lesions().objects.size());
  std::vector<std::int64_t> sum_z(lesions.size()), weighted_pixels(lesions.size());
  std::vector<std::uint32_t> run_count(lesions.size());
  for (std::size_t z = 0; z < runs.size(); ++z)
    for (const std::uint32_t component : kept.groups.slices[z].of_run)
      if (const std::uint32_t group = kept.groups.first[z] + component; kept.keep[group])
        ++run_count[kept.lesions().of_group[group]];
  for (std::size_t index = 0; index < lesions.size(); ++index)
    lesions[index].runs.reserve(run_count[index]);
  for (int z = 0; z < static_cast<int>(runs.size()); ++z) {
    const auto slice = static_cast<std::size_t>(z);
    for (std::uint32_t c = 0; c < kept.groups.slices[slice].components.size(); ++c)
      if (const std::uint32_t group = kept.groups.first[slice] + c; kept.keep[group])
        weighted_pixels[kept.lesions().of_group[group]] += weighted[group];
    for (std::size_t i = 0; i < runs[slice].size(); ++i) {
      const std::uint32_t group = kept.groups.first[slice] + kept.groups.slices[slice].of_run[i];
      if (!kept.keep[group])
        continue;
      const std::uint32_t index = kept.lesions().of_group[group];
      Lesion& lesion = lesions[index];
      lesion.first_slice = lesion.runs.empty() ? z : lesion.first_slice;
      lesion.last_slice = z;
      lesion.runs.push_back({z, runs[slice][i]});
      sum_z[index] += z * runs[slice][i].pixels();
    }
  }
  const double area_mm2 = pixel_area_mm2(geometry);
  for (std::size_t index = 0; index < lesions.size(); ++index) {
    const Component& sum = kept.lesions().objects[index];
    const auto voxels = static_cast<double>(sum.pixels);
    Lesion& lesion = lesions[index];
    lesion.id = static_cast<int>(index) + 1;
    lesion.max_hu = sum.peak_hu;
    lesion.centroid_mm =
        index_to_point(geometry, {static_cast<double>(sum.sum_x) / voxels, static_cast<double>(sum.sum_y) / voxels,
                                  static_cast<double>(sum_z[index]) / voxels});
    lesion.agatston = static_cast<double>(weighted_pixels[index]) * area_mm2 * rule.thickness_factor;
    lesion.volume_mm3 = voxels * voxel_volume_mm3(geometry);
    lesion.mean_hu = static_cast<double>(sum.sum_hu) / voxels;
  }
  return lesions;
}

/// Rules whose groups are connected within a slice: Agatston's own kind.
RuleScore score_slice_groups(const Volume<std::int16_t>& hu, Candidates& candidates, const ScoringRule& rule,
                             Lesions lesions) {
  const KeptGroups kept = keep_groups(candidates, rule);
  const std::vector<std::int64_t> weighted = weighted_groups(hu, candidates.runs(), kept, rule);
  const VolumeGeometry& geometry = hu.geometry();
  const double area_mm2 = pixel_area_mm2(geometry);
  Tally tally;
  for (std::size_t z = 0; z < kept.groups.slices.size(); ++z)
    for (std::uint32_t c = 0; c < kept.groups.slices[z].components.size(); ++c)
      if (const std::uint32_t group = kept.groups.first[z] + c; kept.keep[group])
        tally.add_group(kept.groups.slices[z].components[c], weighted[group], rule, area_mm2);
  RuleScore result{to_score(tally, rule, geometry), {}};
  result.score.lesions = static_cast<int>(kept.lesions().objects.size());
  if (lesions == Lesions::Listed)
    result.lesions = list_lesions(geometry, candidates.runs(), kept, weighted, rule);
  return result;
}

} // namespace

RuleScore score_by_rule(const Volume<std::int16_t>& hu, Candidates& candidates, const ScoringRule& rule,
                        Lesions lesions) {
  const bool by_slice = rule.group == Group::Slice4 || rule.group == Group::Slice8;
  return by_slice ? score_slice_groups(hu, candidates, rule, lesions)
                  : RuleScore{score_objects(hu.geometry(), candidates, rule), {}};
}

} // namespace osteocalc::calcium
