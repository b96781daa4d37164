// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/dxa/aac_ct.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

namespace osteocalc::dxa {
namespace {

constexpr int calcium_hu = 130;
constexpr double least_area_mm2 = 1; ///< of calcium on a wall in one slice
constexpr double least_of_neighbour = 1.0 / 3;
constexpr double front_mm = 8; ///< of a body, from its foremost voxel: where the aorta lies

bool is_aorta(LabelId id) {
  return id == label::aorta || id == label::aorta_abdominal || id == label::aorta_descending;
}

std::optional<Vertebra> vertebra_of(LabelId id) {
  const auto body = vertebra_from_body_label(id);
  return body ? body : vertebra_from_whole_label(id);
}

/// What one slice shows.
struct SliceFinding {
  std::map<Vertebra, int> foremost; ///< smallest row of each vertebra
  double calcium_mm2[2] = {0, 0};   ///< anterior, posterior
};

SliceFinding look_at(const Volume<std::int16_t>& hu, const Volume<LabelId>& labels, int z) {
  SliceFinding found;
  const auto& spacing = hu.geometry().spacing_mm;
  int first = hu.size(1), last = -1;
  for (int y = 0; y < hu.size(1); ++y)
    for (int x = 0; x < hu.size(0); ++x) {
      const LabelId id = labels(x, y, z);
      if (is_aorta(id)) {
        first = std::min(first, y);
        last = std::max(last, y);
      } else if (const auto vertebra = vertebra_of(id)) {
        found.foremost.try_emplace(*vertebra, y);
      }
    }
  const double middle = 0.5 * (first + last);
  for (int y = first; y <= last; ++y)
    for (int x = 0; x < hu.size(0); ++x)
      if (is_aorta(labels(x, y, z)) && hu(x, y, z) >= calcium_hu)
        found.calcium_mm2[y < middle ? 0 : 1] += spacing[0] * spacing[1];
  return found;
}

/// Whether a wall is calcified in a slice. Where a plaque ends a slice shows a part of its neighbour: it counts from
/// a third of that one's calcium on.
bool is_calcified(const std::vector<SliceFinding>& slices, std::size_t z, std::size_t wall) {
  const auto area = [&](std::size_t slice) { return slices[slice].calcium_mm2[wall]; };
  const double beside_mm2 = std::max(z > 0 ? area(z - 1) : 0.0, z + 1 < slices.size() ? area(z + 1) : 0.0);
  return area(z) >= std::max(least_area_mm2, least_of_neighbour * beside_mm2);
}

/// Lowest and highest slice of each body's front.
std::map<Vertebra, std::array<int, 2>> front_extents(const std::vector<SliceFinding>& slices, double row_mm) {
  std::map<Vertebra, int> foremost;
  for (const SliceFinding& slice : slices)
    for (const auto& [level, y] : slice.foremost) {
      const auto [entry, added] = foremost.try_emplace(level, y);
      entry->second = std::min(entry->second, y);
    }
  std::map<Vertebra, std::array<int, 2>> extents;
  for (std::size_t z = 0; z < slices.size(); ++z)
    for (const auto& [level, y] : slices[z].foremost)
      if ((y - foremost.at(level)) * row_mm <= front_mm) {
        const int slice = static_cast<int>(z);
        const auto [entry, added] = extents.try_emplace(level, std::array{slice, slice});
        entry->second[1] = slice;
      }
  return extents;
}

} // namespace

std::vector<WallCalcium> wall_calcium_from_ct(const Volume<std::int16_t>& hu, const Volume<LabelId>& labels,
                                              Parallel parallel) {
  const auto slices = parallel_map(static_cast<std::size_t>(hu.size(2)), parallel,
                                   [&](std::size_t z) { return look_at(hu, labels, static_cast<int>(z)); });
  const auto extents = front_extents(slices, hu.geometry().spacing_mm[1]);
  const double increment_mm = hu.geometry().spacing_mm[2];
  const auto neighbour = [&](Vertebra level, int step) {
    return extents.find(all_vertebrae[static_cast<std::size_t>(static_cast<int>(level) + step)]);
  };
  std::vector<WallCalcium> walls;
  for (const Vertebra level : {Vertebra::L1, Vertebra::L2, Vertebra::L3, Vertebra::L4}) {
    const auto own = extents.find(level);
    if (own == extents.end())
      continue;
    const auto above = neighbour(level, -1), below = neighbour(level, 1);
    const double top = above == extents.end() ? own->second[1] + 0.5 : 0.5 * (own->second[1] + above->second[0]);
    const double bottom = below == extents.end() ? own->second[0] - 0.5 : 0.5 * (own->second[0] + below->second[1]);
    for (const std::size_t wall : {0U, 1U}) {
      WallCalcium part{level, wall == 0 ? Wall::Anterior : Wall::Posterior, 0, (top - bottom) * increment_mm};
      for (std::size_t z = 0; z < slices.size(); ++z)
        if (static_cast<double>(z) > bottom && static_cast<double>(z) <= top && is_calcified(slices, z, wall))
          part.calcified_mm += increment_mm;
      walls.push_back(part);
    }
  }
  return walls;
}

} // namespace osteocalc::dxa
