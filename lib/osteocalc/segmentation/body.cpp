// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/body.h"

#include "osteocalc/core/error.h"
#include "osteocalc/segmentation/airway.h"
#include "osteocalc/segmentation/components.h"
#include "osteocalc/segmentation/filters.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace osteocalc::segmentation {
namespace {

constexpr int gas_hu = -400;      // below: more gas than tissue
constexpr int open_air_hu = -950; // median of free air; aerated lung never reaches it
constexpr int metal_hu = 2000;    // averaged over 2 mm, cortical bone stays below
constexpr double ml_per_voxel = working_spacing_mm * working_spacing_mm * working_spacing_mm / 1000.0;

template <class T>
T median_of(std::vector<T>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

Volume<std::uint8_t> mask_where(const Volume<std::int16_t>& hu, const auto& predicate) {
  Volume<std::uint8_t> mask(hu.geometry());
  std::ranges::transform(hu.voxels(), mask.voxels().begin(),
                         [&](std::int16_t v) { return static_cast<std::uint8_t>(predicate(v)); });
  return mask;
}

/// The position of the highest bin of a lightly smoothed histogram between two values.
double mode_between(const std::vector<double>& counts, int first_hu, int low, int high) {
  double best = -1.0;
  int mode = low;
  for (int v = low; v <= high; ++v) {
    double sum = 0.0;
    for (int k = -8; k <= 8; ++k) {
      const int bin = v + k - first_hu;
      if (bin >= 0 && bin < static_cast<int>(counts.size()))
        sum += std::exp(-k * k / 18.0) * counts[static_cast<std::size_t>(bin)];
    }
    if (sum > best) {
      best = sum;
      mode = v;
    }
  }
  return mode;
}

TissueValues measure_tissue(const Volume<std::int16_t>& hu) {
  constexpr int first = -200, last = 150;
  std::vector<double> counts(last - first + 1, 0.0);
  std::vector<std::int16_t> steps;
  const auto soft = [](int v) { return v > -20 && v < 120; };
  const auto voxels = hu.voxels();
  const auto width = static_cast<std::size_t>(hu.size(0));
  for (std::size_t i = 0; i < voxels.size(); ++i) {
    const int v = voxels[i];
    if (v >= first && v <= last)
      counts[static_cast<std::size_t>(v - first)] += 1.0;
    if (i % width != 0 && i % 3 == 0 && soft(v) && soft(voxels[i - 1]))
      steps.push_back(static_cast<std::int16_t>(std::abs(v - voxels[i - 1])));
  }
  TissueValues tissue;
  tissue.soft_hu = mode_between(counts, first, 30, 75);
  tissue.fat_hu = mode_between(counts, first, -150, -60);
  if (!steps.empty())
    tissue.noise_hu = std::max(1.0, median_of(steps) / 0.6745 / std::sqrt(2.0));
  tissue.bone_hu = tissue.soft_hu + std::max(90.0, 3.5 * tissue.noise_hu);
  return tissue;
}

/// Marks air around the person: pieces of air that reach the image's border in their slice and are as thin as free
/// air. Lung cut by the field of view reaches the border too, but holds blood.
void mark_outside(const Volume<std::int16_t>& hu, Volume<Space>& space, Parallel parallel) {
  const auto air = mask_where(hu, [](int v) { return v < gas_hu; });
  const Components pieces = connected_components(air, Connectivity::SliceFaces, parallel);
  std::vector<std::vector<std::int16_t>> values(pieces.pieces.size());
  const auto touches_border = [&](const Component& c) {
    return c.low[0] == 0 || c.low[1] == 0 || c.high[0] == hu.size(0) - 1 || c.high[1] == hu.size(1) - 1;
  };
  const auto ids = pieces.ids.voxels();
  for (std::size_t i = 0; i < ids.size(); ++i)
    if (ids[i] != 0 && touches_border(pieces.pieces[static_cast<std::size_t>(ids[i]) - 1]))
      values[static_cast<std::size_t>(ids[i]) - 1].push_back(hu.voxels()[i]);
  std::vector<bool> outside(values.size());
  for (std::size_t k = 0; k < values.size(); ++k)
    outside[k] = !values[k].empty() && median_of(values[k]) < open_air_hu;
  for (std::size_t i = 0; i < ids.size(); ++i)
    if (ids[i] != 0)
      space.voxels()[i] = outside[static_cast<std::size_t>(ids[i]) - 1] ? Space::Outside : Space::Gas;
}

/// Keeps the trunk: what is left of the largest dense piece (with the gas in it) after everything thinner than 12 mm,
/// such as a table top or the skin contact of an arm, has been opened away.
void part_trunk(Volume<Space>& space, Parallel parallel) {
  constexpr float opening_mm = 6.0F;
  Volume<std::uint8_t> outside(space.geometry());
  std::ranges::transform(space.voxels(), outside.voxels().begin(),
                         [](Space s) { return static_cast<std::uint8_t>(s == Space::Outside); });
  const auto depth = distance_to(outside, parallel);
  Volume<std::uint8_t> core(space.geometry());
  std::ranges::transform(depth.voxels(), core.voxels().begin(),
                         [](float d) { return static_cast<std::uint8_t>(d > opening_mm); });
  const Components cores = connected_components(core, Connectivity::Faces, parallel);
  const auto trunk = largest_component(cores);
  std::ranges::transform(cores.ids.voxels(), core.voxels().begin(),
                         [&](std::int32_t id) { return static_cast<std::uint8_t>(id != 0 && id == trunk); });
  const auto from_core = distance_to(core, parallel);
  const float reach = opening_mm + static_cast<float>(working_spacing_mm);
  for (std::size_t i = 0; i < space.voxels().size(); ++i) {
    Space& s = space.voxels()[i];
    if (s != Space::Outside && from_core.voxels()[i] > reach)
      s = s == Space::Gas ? Space::Outside : Space::Apart;
  }
}

/// Large gas pieces with the density of lung are lung; what is left stays gas.
void mark_lungs(const Volume<std::int16_t>& hu, Volume<Space>& space, Parallel parallel) {
  Volume<std::uint8_t> gas(space.geometry());
  std::ranges::transform(space.voxels(), gas.voxels().begin(),
                         [](Space s) { return static_cast<std::uint8_t>(s == Space::Gas); });
  const Components pieces = connected_components(gas, Connectivity::Faces, parallel);
  const auto largest = largest_component(pieces);
  if (largest == 0)
    return;
  const std::size_t enough = std::max(static_cast<std::size_t>(60.0 / ml_per_voxel),
                                      pieces.pieces[static_cast<std::size_t>(largest) - 1].voxels * 15 / 100);
  std::vector<std::vector<std::int16_t>> values(pieces.pieces.size());
  for (std::size_t i = 0; i < hu.voxels().size(); ++i)
    if (const auto id = pieces.ids.voxels()[i];
        id != 0 && pieces.pieces[static_cast<std::size_t>(id) - 1].voxels >= enough)
      values[static_cast<std::size_t>(id) - 1].push_back(hu.voxels()[i]);
  std::vector<bool> lung(values.size());
  for (std::size_t k = 0; k < values.size(); ++k)
    if (!values[k].empty()) {
      const auto median = median_of(values[k]);
      lung[k] = median > open_air_hu - 15 && median < -500;
    }
  for (std::size_t i = 0; i < space.voxels().size(); ++i)
    if (const auto id = pieces.ids.voxels()[i]; id != 0 && lung[static_cast<std::size_t>(id) - 1])
      space.voxels()[i] = Space::Lung;
}

bool sides_in_view(const Volume<Space>& space) {
  std::size_t tissue = 0;
  const int last = space.size(0) - 1;
  for (int z = 0; z < space.size(2); ++z)
    for (int y = 0; y < space.size(1); ++y)
      for (const int x : {0, last})
        tissue += space(x, y, z) != Space::Outside && space(x, y, z) != Space::Apart;
  return static_cast<double>(tissue) < 0.25 * 2.0 * space.size(1) * space.size(2);
}

} // namespace

Body find_body(const Volume<std::int16_t>& image, Parallel parallel) {
  if (std::ranges::any_of(image.geometry().size, [](int n) { return n < 3; }))
    throw GeometryError("the image is smaller than 3 voxels along an axis (no anatomy can be found in it); "
                        "give a whole CT series");
  Body body;
  body.hu = resample_average(image, isotropic_grid(image.geometry(), working_spacing_mm), parallel);
  body.tissue = measure_tissue(body.hu);
  body.space = Volume<Space>(body.hu.geometry(), Space::Tissue);
  mark_outside(body.hu, body.space, parallel);
  part_trunk(body.space, parallel);
  mark_lungs(body.hu, body.space, parallel);
  body.carina_slice = find_airway(body.hu, body.space, parallel);
  body.sides_in_view = sides_in_view(body.space);
  std::size_t trunk = 0, metal = 0;
  for (std::size_t i = 0; i < body.hu.voxels().size(); ++i)
    if (const Space s = body.space.voxels()[i]; s != Space::Outside && s != Space::Apart) {
      ++trunk;
      metal += body.hu.voxels()[i] > metal_hu;
    }
  if (static_cast<double>(trunk) * ml_per_voxel < 500.0)
    body.issues.push_back(refused("SEG-NO-BODY", "image",
                                  "less than half a litre of tissue is in view (no anatomy can "
                                  "be found in it); give a CT of a trunk in HU"));
  if (static_cast<double>(metal) * ml_per_voxel > 0.2)
    body.issues.push_back(warning("SEG-METAL", "image",
                                  "metal lies in the trunk (it and its streaks are as bright as bone or calcium); look "
                                  "at the labels near it before trusting any number"));
  return body;
}

} // namespace osteocalc::segmentation
