// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/airway.h"

#include "osteocalc/segmentation/components.h"
#include "osteocalc/segmentation/filters.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace osteocalc::segmentation {
namespace {

constexpr int pure_air_hu = -850, wall_hu = -700;
constexpr double least_course_mm = 30.0, wall_reach_mm = 4.0, least_wall_share = 0.6;
constexpr int most_gap = 10; // slices: the aortic arch may press the trachea flat over 20 mm

double beside_mm(const Component& a, const Component& b) {
  return std::hypot(a.centre[0] - b.centre[0], a.centre[1] - b.centre[1]) * working_spacing_mm;
}

/// Round and of the size of a trachea or a main bronchus.
bool is_round(const Component& c) {
  const double area = static_cast<double>(c.voxels) * working_spacing_mm * working_spacing_mm;
  const double w = (c.high[0] - c.low[0] + 1) * working_spacing_mm, h = (c.high[1] - c.low[1] + 1) * working_spacing_mm;
  return area >= 30.0 && area <= 700.0 && area > 0.55 * w * h && std::max(w, h) < 2.2 * std::min(w, h);
}

/// The share of the voxels 4 mm beside a section that are tissue: around a bronchus most are, around a thin place
/// within the lung none.
double wall_share(const Volume<std::int16_t>& hu, const Components& pieces, std::int32_t id) {
  constexpr int reach = static_cast<int>(wall_reach_mm / working_spacing_mm);
  const Component& c = pieces.pieces[static_cast<std::size_t>(id) - 1];
  const int z = c.low[2];
  const auto own = [&](int x, int y) { return pieces.ids.contains(x, y, z) && pieces.ids(x, y, z) == id; };
  int ring = 0, wall = 0;
  for (int y = std::max(0, c.low[1] - reach); y <= std::min(hu.size(1) - 1, c.high[1] + reach); ++y)
    for (int x = std::max(0, c.low[0] - reach); x <= std::min(hu.size(0) - 1, c.high[0] + reach); ++x)
      if (!own(x, y) && (own(x - reach, y) || own(x + reach, y) || own(x, y - reach) || own(x, y + reach))) {
        ++ring;
        wall += hu(x, y, z) > wall_hu;
      }
  return ring == 0 ? 0.0 : static_cast<double>(wall) / ring;
}

/// Beside lung (one may be collapsed) and near the middle of the trunk.
bool in_mediastinum(const Volume<Space>& space, const Component& c) {
  constexpr double most_off_middle_mm = 45.0;
  constexpr int reach = static_cast<int>(60.0 / working_spacing_mm), least_voxels = 50; // 2 cm2
  const int z = c.low[2];
  int lung = 0;
  double tissue = 0.0, sum = 0.0;
  for (int y = 0; y < space.size(1); ++y)
    for (int x = 0; x < space.size(0); ++x) {
      const Space s = space(x, y, z);
      const bool beside = x < c.low[0] - 1 || x > c.high[0] + 1 || y < c.low[1] - 1 || y > c.high[1] + 1;
      lung += s == Space::Lung && beside && std::hypot(x - c.centre[0], y - c.centre[1]) < reach;
      if (s == Space::Tissue) {
        tissue += 1.0;
        sum += x;
      }
    }
  return lung >= least_voxels && std::abs(c.centre[0] - sum / tissue) * working_spacing_mm < most_off_middle_mm;
}

using Sections = std::vector<std::vector<std::size_t>>; ///< by slice: indices of pieces

Sections airway_sections(const Volume<std::int16_t>& hu, const Volume<Space>& space, const Components& pieces,
                         Parallel parallel) {
  Sections round(static_cast<std::size_t>(hu.size(2)));
  for (std::size_t k = 0; k < pieces.pieces.size(); ++k)
    if (is_round(pieces.pieces[k]))
      round[static_cast<std::size_t>(pieces.pieces[k].low[2])].push_back(k);
  parallel_for(round.size(), parallel, [&](std::size_t z) {
    std::erase_if(round[z], [&](std::size_t k) {
      return wall_share(hu, pieces, static_cast<std::int32_t>(k) + 1) < least_wall_share ||
             !in_mediastinum(space, pieces.pieces[k]);
    });
  });
  return round;
}

/// Below a section, within 12 mm, walled air goes off to both sides, or it is half as wide again.
bool divides(const Volume<std::int16_t>& hu, const Components& found, const Component& last) {
  constexpr int depth = static_cast<int>(12.0 / working_spacing_mm);
  const auto slice = [](const Component& c) { return c.low[2]; };
  const auto width = [](const Component& c) { return c.high[0] - c.low[0] + 1; };
  const auto first = std::ranges::lower_bound(found.pieces, last.low[2] - depth, {}, slice); // in order of slices
  bool right = false, left = false;
  for (auto c = first; c != found.pieces.end() && c->low[2] <= last.low[2]; ++c) {
    const double area = static_cast<double>(c->voxels) * working_spacing_mm * working_spacing_mm;
    if (area < 30.0 || area > 700.0 || beside_mm(*c, last) > 30.0)
      continue;
    const bool wider = c->low[0] <= last.low[0] && c->high[0] >= last.high[0] && 2 * width(*c) >= 3 * width(last);
    const bool goes_right = wider || (last.centre[0] - c->low[0]) * working_spacing_mm > 10.0;
    const bool goes_left = wider || (c->high[0] - last.centre[0]) * working_spacing_mm > 10.0;
    if ((goes_right || goes_left) &&
        wall_share(hu, found, static_cast<std::int32_t>(c - found.pieces.begin()) + 1) >= least_wall_share) {
      right |= goes_right;
      left |= goes_left;
    }
  }
  return right && left;
}

/// The course of sections that holds most air (a bronchus may be longer than the trachea) from above, each the nearest
/// to the one before and less than 8 mm beside it. It ends where it divides.
std::vector<std::size_t> largest_course(const Volume<std::int16_t>& hu, const Components& found,
                                        const Sections& sections) {
  const auto& pieces = found.pieces;
  std::vector<std::size_t> best;
  std::vector<bool> used(pieces.size(), false);
  std::size_t most_air = 0;
  const auto next_below = [&](std::size_t from) {
    for (int z = pieces[from].low[2] - 1; z >= std::max(0, pieces[from].low[2] - most_gap); --z) {
      const auto& here = sections[static_cast<std::size_t>(z)];
      const auto nearest = std::ranges::min_element(
          here, {}, [&](std::size_t k) { return used[k] ? 1e9 : beside_mm(pieces[k], pieces[from]); });
      if (nearest != here.end() && !used[*nearest] && beside_mm(pieces[*nearest], pieces[from]) < 8.0)
        return static_cast<std::ptrdiff_t>(*nearest);
      if (z == pieces[from].low[2] - 1 && divides(hu, found, pieces[from]))
        break;
    }
    return std::ptrdiff_t{-1};
  };
  for (auto slice = sections.rbegin(); slice != sections.rend(); ++slice)
    for (const std::size_t start : *slice) {
      std::vector<std::size_t> course;
      for (auto k = used[start] ? -1 : static_cast<std::ptrdiff_t>(start); k >= 0; k = next_below(course.back())) {
        course.push_back(static_cast<std::size_t>(k));
        used[course.back()] = true;
      }
      std::size_t air = 0;
      for (const std::size_t k : course)
        air += pieces[k].voxels;
      if (air > most_air) {
        most_air = air;
        best = course;
      }
    }
  return best;
}

/// Where the course turns off to a side, more than 8 mm over 10 mm, it is a main bronchus already.
void cut_bronchus(const std::vector<Component>& pieces, std::vector<std::size_t>& course) {
  constexpr std::size_t span = 5;
  for (std::size_t i = 0; i + span < course.size(); ++i) {
    const Component &above = pieces[course[i]], &below = pieces[course[i + span]];
    const double down_mm = (above.low[2] - below.low[2]) * working_spacing_mm;
    if (std::abs(below.centre[0] - above.centre[0]) * working_spacing_mm > 0.8 * down_mm) {
      course.resize(i + 1);
      return;
    }
  }
}

} // namespace

std::optional<double> find_airway(const Volume<std::int16_t>& hu, Volume<Space>& space, Parallel parallel) {
  Volume<std::uint8_t> inner(hu.geometry());
  for (std::size_t i = 0; i < inner.voxels().size(); ++i) {
    const Space s = space.voxels()[i];
    inner.voxels()[i] = hu.voxels()[i] < pure_air_hu && (s == Space::Gas || s == Space::Lung);
  }
  const Components found = connected_components(inner, Connectivity::SliceFaces, parallel);
  const auto& pieces = found.pieces;
  auto trachea = largest_course(hu, found, airway_sections(hu, space, found, parallel));
  cut_bronchus(pieces, trachea);
  if (trachea.empty() ||
      (pieces[trachea.front()].low[2] - pieces[trachea.back()].low[2]) * working_spacing_mm < least_course_mm)
    return std::nullopt;
  std::vector<bool> airway(pieces.size() + 1, false);
  for (const std::size_t k : trachea)
    airway[k + 1] = true;
  for (std::size_t i = 0; i < space.voxels().size(); ++i)
    if (airway[static_cast<std::size_t>(found.ids.voxels()[i])])
      space.voxels()[i] = Space::Airway;
  const Component& last = pieces[trachea.back()];
  // A trachea that leaves the image at its lower end has shown no division.
  return last.low[2] > 2 && divides(hu, found, last) ? std::optional<double>(last.low[2]) : std::nullopt;
}

} // namespace osteocalc::segmentation
