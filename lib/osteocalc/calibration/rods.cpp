// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calibration/rods.h"

#include "osteocalc/calibration/circles.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace osteocalc::calibration {
namespace {

constexpr double like_radius = 0.15; // relative difference within one rod, and within one row
constexpr double on_axis_mm = 1.5;   // a cross-section's centre from its rod's axis
constexpr double like_pitch = 0.15;  // of the pitch: a rod from its place in the row
constexpr double least_pitch_radii = 2.1, most_pitch_radii = 7;
constexpr std::size_t most_rows = 12;
constexpr double whole_scan_mm = 1e4;

/// A circle in space.
struct Section {
  std::size_t slab;
  Vec3 center_mm;
  double radius_mm, completeness;
  bool bright;
  bool taken = false;
};

struct Sections {
  std::vector<Section> all;
  std::vector<double> height_mm; ///< of the slabs, along the scan's axis
  Vec3 axis{};
};

Sections cross_sections(const Volume<std::int16_t>& hu, const RodOptions& options) {
  const VolumeGeometry& g = hu.geometry();
  const int slices = g.size[2];
  // A scan too short for several slabs is one: its rods run along its axis.
  const int wanted = std::max(1, static_cast<int>(std::lround(options.slab_mm / g.spacing_mm[2])));
  const int count = slices < 3 * wanted ? 1 : std::min(slices / wanted, options.most_slabs);
  const int thick = count == 1 ? slices : wanted;
  const auto circles = parallel_map(static_cast<std::size_t>(count), options.parallel, [&](std::size_t i) {
    const int first = static_cast<int>((static_cast<double>(i) + 0.5) * slices / count - 0.5 * thick);
    const int low = std::clamp(first, 0, slices - thick);
    const ThinSlab slab = thin_slab(hu, low, low + thick - 1);
    std::vector<Section> sections;
    for (const Circle& circle : find_circles(slab))
      sections.push_back({i, index_to_point(g, slab.image_index(circle.x, circle.y)), circle.radius_mm,
                          circle.completeness, circle.contrast_hu > 0});
    return std::pair(sections, dot(index_to_point(g, {0, 0, slab.z_index}), g.axes[2]));
  });
  Sections result;
  result.axis = g.axes[2];
  for (const auto& [sections, height] : circles) {
    result.all.insert(result.all.end(), sections.begin(), sections.end());
    result.height_mm.push_back(height);
  }
  return result;
}

double off_axis_mm(const Rod& rod, const Vec3& point) {
  const Vec3 d = point - rod.point_mm;
  return norm(d - dot(d, rod.direction) * rod.direction);
}

/// At most one section a slab: the nearest to the axis.
std::vector<std::size_t> members(const Sections& sections, const Rod& rod, bool bright) {
  std::vector<std::optional<std::size_t>> best(sections.height_mm.size());
  for (std::size_t i = 0; i < sections.all.size(); ++i) {
    const Section& s = sections.all[i];
    if (s.taken || s.bright != bright || std::abs(s.radius_mm / rod.radius_mm - 1) > like_radius ||
        off_axis_mm(rod, s.center_mm) > on_axis_mm)
      continue;
    std::optional<std::size_t>& b = best[s.slab];
    if (!b || off_axis_mm(rod, s.center_mm) < off_axis_mm(rod, sections.all[*b].center_mm))
      b = i;
  }
  std::vector<std::size_t> list;
  for (const auto& b : best)
    if (b)
      list.push_back(*b);
  return list;
}

/// x and y as straight lines over the height.
Rod rod_through(const Sections& sections, const std::vector<std::size_t>& list) {
  const auto n = static_cast<double>(list.size());
  Rod rod;
  rod.completeness = rod.radius_mm = 0;
  Vec3 mean{0, 0, 0}, slope{0, 0, 0};
  double mean_h = 0, squares = 0;
  for (const std::size_t i : list) {
    const Section& s = sections.all[i];
    mean = mean + (1 / n) * s.center_mm;
    mean_h += sections.height_mm[s.slab] / n;
    rod.radius_mm += s.radius_mm / n;
    rod.completeness += s.completeness / n;
  }
  for (const std::size_t i : list) {
    const double h = sections.height_mm[sections.all[i].slab] - mean_h;
    slope = slope + h * (sections.all[i].center_mm - mean);
    squares += h * h;
  }
  rod.point_mm = mean;
  rod.direction = squares > 0 ? normalized((1 / squares) * slope) : sections.axis;
  return rod;
}

void set_ends(Rod& rod, const Sections& sections, const std::vector<std::size_t>& list) {
  const double slab_step = sections.height_mm.size() > 1 ? sections.height_mm[1] - sections.height_mm[0] : 0;
  rod.from_mm = 1e9;
  rod.to_mm = -1e9;
  for (const std::size_t i : list) {
    const double t = dot(sections.all[i].center_mm - rod.point_mm, rod.direction);
    rod.from_mm = std::min(rod.from_mm, t - 0.4 * slab_step);
    rod.to_mm = std::max(rod.to_mm, t + 0.4 * slab_step);
  }
}

/// How many cross-sections make a rod: all of a short scan, several of a long one (a rod may end within it).
std::size_t fewest_sections(const Sections& sections) {
  return std::clamp<std::size_t>(sections.height_mm.size(), 1, 4);
}

struct Seed {
  std::size_t a, b, support;
};

std::vector<Seed> seeds_of(const Sections& sections, const RodOptions& options) {
  const double most_slope = std::tan(options.most_tilt_deg * std::numbers::pi / 180);
  std::vector<Seed> seeds;
  for (std::size_t a = 0; a < sections.all.size(); ++a)
    for (std::size_t b = a + 1; b < sections.all.size(); ++b) {
      const Section &sa = sections.all[a], &sb = sections.all[b];
      const std::size_t apart = sb.slab - sa.slab; // in order of slabs
      if (apart == 0 || sa.bright != sb.bright || std::abs(sa.radius_mm / sb.radius_mm - 1) > like_radius)
        continue;
      if (apart > 3)
        break;
      const double rise = sections.height_mm[sb.slab] - sections.height_mm[sa.slab];
      const Vec3 step = sb.center_mm - sa.center_mm;
      if (norm(step - dot(step, sections.axis) * sections.axis) > most_slope * rise + on_axis_mm)
        continue;
      const Rod rod = rod_through(sections, {a, b});
      seeds.push_back({a, b, members(sections, rod, sa.bright).size()});
    }
  std::ranges::stable_sort(seeds, std::greater{}, &Seed::support);
  return seeds;
}

std::vector<Rod> find_rods(Sections sections, const RodOptions& options) {
  std::vector<Rod> rods;
  if (sections.height_mm.size() == 1) { // one slab: every circle may be a rod along the scan's axis
    for (std::size_t i = 0; i < sections.all.size(); ++i)
      rods.push_back(rod_through(sections, {i}));
    for (Rod& rod : rods) {
      rod.from_mm = -whole_scan_mm;
      rod.to_mm = whole_scan_mm;
    }
    return rods;
  }
  for (const Seed& seed : seeds_of(sections, options)) {
    if (seed.support < fewest_sections(sections))
      break;
    if (sections.all[seed.a].taken || sections.all[seed.b].taken)
      continue;
    const bool bright = sections.all[seed.a].bright;
    Rod rod = rod_through(sections, {seed.a, seed.b});
    std::vector<std::size_t> list = members(sections, rod, bright);
    for (int round = 0; round < 2 && list.size() >= fewest_sections(sections); ++round) {
      rod = rod_through(sections, list);
      list = members(sections, rod, bright);
    }
    if (list.size() < fewest_sections(sections))
      continue;
    set_ends(rod, sections, list);
    for (const std::size_t i : list)
      sections.all[i].taken = true;
    rods.push_back(rod);
  }
  return rods;
}

/// The rods, and what else shows as round in the mean along one of them.
std::vector<Rod> with_faint_rods(const Volume<std::int16_t>& hu, std::vector<Rod> rods) {
  constexpr std::size_t most_directions = 6;
  constexpr double same_direction = 0.02, same_place_mm = 4;
  const VolumeGeometry& g = hu.geometry();
  const Vec3 normal = cross(g.axes[0], g.axes[1]);
  std::ranges::stable_sort(rods, std::greater{},
                           [](const Rod& rod) { return rod.completeness * (rod.to_mm - rod.from_mm); });
  std::vector<Rod> leaders;
  for (const Rod& rod : rods)
    if (leaders.size() < most_directions && std::ranges::none_of(leaders, [&](const Rod& other) {
          return norm(rod.direction - other.direction) < same_direction;
        }))
      leaders.push_back(rod);
  leaders.push_back({index_to_point(g, {0, 0, 0.5 * (g.size[2] - 1)}), g.axes[2], -whole_scan_mm, whole_scan_mm});
  for (const Rod& leader : leaders) {
    const auto height = [&](double t) { return point_to_index(g, leader.point_mm + t * leader.direction)[2]; };
    const int low = std::clamp(static_cast<int>(std::ceil(height(leader.from_mm))), 0, g.size[2] - 1);
    const int high = std::clamp(static_cast<int>(std::floor(height(leader.to_mm))), low, g.size[2] - 1);
    const double one_slice = g.spacing_mm[2] / dot(leader.direction, normal);
    const Vec3 step =
        point_to_index(g, leader.point_mm + one_slice * leader.direction) - point_to_index(g, leader.point_mm);
    const ThinSlab slab = thin_slab(hu, low, high, {step[0], step[1]});
    for (const Circle& circle : find_circles(slab)) {
      Rod rod = leader;
      rod.point_mm = index_to_point(g, slab.image_index(circle.x, circle.y));
      const double along = dot(rod.point_mm - leader.point_mm, leader.direction);
      rod.from_mm -= along;
      rod.to_mm -= along;
      rod.radius_mm = circle.radius_mm;
      rod.completeness = circle.completeness;
      if (std::ranges::none_of(rods,
                               [&](const Rod& other) { return off_axis_mm(other, rod.point_mm) < same_place_mm; }))
        rods.push_back(rod);
    }
  }
  return rods;
}

/// Rods seen along their common direction.
struct Plane {
  Vec3 right, back;
  [[nodiscard]] std::array<double, 2> at(const Vec3& p) const { return {dot(p, right), dot(p, back)}; }
};

std::array<double, 2> from_to(const std::array<double, 2>& a, const std::array<double, 2>& b) {
  return {b[0] - a[0], b[1] - a[1]};
}
std::array<double, 2> stepped(const std::array<double, 2>& a, const std::array<double, 2>& step, double times) {
  return {a[0] + times * step[0], a[1] + times * step[1]};
}
double length(const std::array<double, 2>& a) {
  return std::hypot(a[0], a[1]);
}

bool parallel_rods(const Rod& a, const Rod& b) {
  const double span = std::max(1.0, std::min(a.to_mm - a.from_mm, b.to_mm - b.from_mm));
  const double tolerance = 0.03 + 2.0 / span; // a short rod's direction is uncertain
  return std::abs(a.radius_mm / b.radius_mm - 1) <= like_radius && norm(a.direction - b.direction) <= tolerance;
}

/// One coordinate of the rods as a function of their places, read at `slot`: a straight line, or with four rods and
/// more a parabola (slabs are bent to the back) where the bend is more than the centres' uncertainty.
double carried_on(const std::vector<int>& slots, const std::vector<Vec3>& at, std::size_t axis, int slot) {
  constexpr std::size_t fewest_for_a_bend = 4;
  constexpr double least_bend_mm = 1.5;
  const auto n = static_cast<double>(slots.size());
  double middle = 0, mean = 0, uu = 0, uuu = 0, rise = 0;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    middle += slots[i] / n;
    mean += at[i][axis] / n;
  }
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const double u = slots[i] - middle;
    uu += u * u;
    uuu += u * u * u;
    rise += u * at[i][axis];
  }
  // Least squares on orthogonal polynomials of the places: 1, u, u^2 - (uuu / uu) u - uu / n.
  const auto bent = [&](double u) { return u * u - uuu / uu * u - uu / n; };
  double bend = 0, squares = 0, low = 0, high = 0;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const double value = bent(slots[i] - middle);
    bend += value * at[i][axis];
    squares += value * value;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  const bool bends = slots.size() >= fewest_for_a_bend && std::abs(bend / squares) * (high - low) >= least_bend_mm;
  const double u = slot - middle;
  return mean + rise / uu * u + (bends ? bend / squares * bent(u) : 0);
}

/// Goes on from `current` in steps, over at most one empty place at a time, bending a little with what it meets.
void extend(const std::vector<std::array<double, 2>>& at, const std::vector<char>& free, std::size_t current,
            std::array<double, 2> step, int slot, int direction, std::vector<std::pair<int, std::size_t>>& row) {
  const double pitch = length(step);
  for (int empty = 0; empty <= 1;) {
    const std::array<double, 2> wanted = stepped(at[current], step, empty + 1);
    std::size_t nearest = at.size();
    for (std::size_t i = 0; i < at.size(); ++i)
      if (free[i] != 0 && i != current &&
          (nearest == at.size() || length(from_to(wanted, at[i])) < length(from_to(wanted, at[nearest]))))
        nearest = i;
    if (nearest == at.size())
      return;
    if (length(from_to(wanted, at[nearest])) > like_pitch * pitch * (empty + 1)) {
      ++empty;
      continue;
    }
    slot += direction * (empty + 1);
    step = stepped({0, 0}, from_to(at[current], at[nearest]), 1.0 / (empty + 1));
    current = nearest;
    row.emplace_back(slot, current);
    if (row.size() > 12)
      return;
    empty = 0;
  }
}

RodRow as_row(const std::vector<Rod>& rods, std::vector<std::pair<int, std::size_t>> list, double pitch_mm) {
  std::ranges::sort(list);
  if (rods[list.front().second].point_mm[0] > rods[list.back().second].point_mm[0]) { // right to left: x rises
    for (auto& [slot, i] : list)
      slot = -slot;
    std::ranges::sort(list);
  }
  RodRow row;
  row.pitch_mm = pitch_mm;
  for (const auto& [slot, i] : list) {
    row.rods.push_back(rods[i]);
    row.slots.push_back(slot - list.front().first);
  }
  return row;
}

double quality(const RodRow& row) {
  double sum = 0;
  for (const Rod& rod : row.rods)
    sum += rod.completeness;
  return sum;
}

/// A few slabs along a rod, for locating it and its neighbours anew.
std::vector<ThinSlab> slabs_along(const Volume<std::int16_t>& hu, const Rod& rod, const RodOptions& options) {
  const VolumeGeometry& g = hu.geometry();
  constexpr int count = 6;
  const auto height = [&](double t) { return point_to_index(g, rod.point_mm + t * rod.direction)[2]; };
  const int low = std::clamp(static_cast<int>(std::ceil(height(rod.from_mm))), 0, g.size[2] - 1);
  const int high = std::clamp(static_cast<int>(std::floor(height(rod.to_mm))), low, g.size[2] - 1);
  const int thick = std::clamp(static_cast<int>(std::lround(options.slab_mm / g.spacing_mm[2])), 1, high - low + 1);
  const int n = std::clamp((high - low + 1) / thick, 1, count);
  std::vector<ThinSlab> slabs;
  for (int i = 0; i < n; ++i) {
    const int first = low + (high - low + 1 - thick) * (2 * i + 1) / (2 * n);
    slabs.push_back(thin_slab(hu, first, first + thick - 1));
  }
  return slabs;
}

/// Moves a rod to where an outline of this radius fits best; returns how well it does.
double settle(Rod& rod, double radius_mm, const VolumeGeometry& g, const std::vector<ThinSlab>& slabs) {
  const Vec3 normal = cross(g.axes[0], g.axes[1]);
  std::vector<std::array<double, 2>> centers;
  for (const ThinSlab& slab : slabs) {
    const Vec3 plane = index_to_point(g, {0, 0, slab.z_index});
    const double t = dot(plane - rod.point_mm, normal) / dot(rod.direction, normal);
    const Vec3 index = point_to_index(g, rod.point_mm + t * rod.direction);
    centers.push_back({(index[0] - slab.first_x) / slab.pixel_step, (index[1] - slab.first_y) / slab.pixel_step});
  }
  constexpr double reach_mm = 4;
  const CircleOffset offset = locate_circle(slabs, centers, radius_mm, reach_mm);
  rod.point_mm = rod.point_mm + offset.dx_mm * g.axes[0] + offset.dy_mm * g.axes[1];
  rod.radius_mm = radius_mm;
  return offset.agreement;
}

/// Something other than air, as even as a rod: beyond the slab's end there is an outline, too.
bool is_solid(const Volume<std::int16_t>& hu, const Rod& rod, const RodOptions& options) {
  constexpr double least_hu = -300, most_sd_hu = 150;
  const std::optional<RodHu> inside = measure_rod(hu, rod, options);
  return inside && inside->mean_hu > least_hu && inside->sd_hu < most_sd_hu;
}

/// Once the row is known, so are the radius and nearly the places: faint rods show, and all lie more exactly.
RodRow settled(const Volume<std::int16_t>& hu, const RodRow& row, const RodOptions& options) {
  constexpr int beyond = 3;
  constexpr double shows = 0.8;
  const Rod& clearest = *std::ranges::max_element(row.rods, {}, &Rod::completeness);
  const std::vector<ThinSlab> slabs = slabs_along(hu, clearest, options);
  RodRow result;
  result.pitch_mm = row.pitch_mm;
  for (int slot = row.slots.front() - beyond; slot <= row.slots.back() + beyond; ++slot) {
    const bool shown = std::ranges::find(row.slots, slot) != row.slots.end();
    Rod rod = rod_at(row, slot);
    if (!shown) {
      rod.from_mm = clearest.from_mm;
      rod.to_mm = clearest.to_mm;
    }
    const double agreement = settle(rod, clearest.radius_mm, hu.geometry(), slabs);
    if (!shown && (agreement < shows || !is_solid(hu, rod, options)))
      continue;
    rod.completeness = std::max(rod.completeness, agreement);
    result.rods.push_back(rod);
    result.slots.push_back(slot);
  }
  const int first = result.slots.front();
  for (int& slot : result.slots)
    slot -= first;
  return result;
}

} // namespace

std::vector<RodRow> find_rod_rows(const Volume<std::int16_t>& hu, const RodOptions& options) {
  std::vector<Rod> rods = find_rods(cross_sections(hu, options), options);
  if (options.search == RodSearch::AlongRods)
    rods = with_faint_rods(hu, std::move(rods));
  std::vector<RodRow> rows;
  for (std::size_t i = 0; i < rods.size(); ++i)
    for (std::size_t j = i + 1; j < rods.size(); ++j) {
      if (!parallel_rods(rods[i], rods[j]))
        continue;
      const Vec3 back = normalized(cross(rods[i].direction, {1, 0, 0}));
      const Plane plane{cross(back, rods[i].direction), back};
      std::vector<std::array<double, 2>> at;
      std::vector<char> free;
      for (std::size_t k = 0; k < rods.size(); ++k) {
        // Where it crosses rod i's middle plane: rods of different length have their points at different heights.
        const double t = dot(rods[i].point_mm - rods[k].point_mm, rods[i].direction) /
                         std::max(0.5, dot(rods[k].direction, rods[i].direction));
        at.push_back(plane.at(rods[k].point_mm + t * rods[k].direction));
        free.push_back(parallel_rods(rods[i], rods[k]) ? 1 : 0);
      }
      const std::array<double, 2> step = from_to(at[i], at[j]);
      const double pitch = length(step);
      if (pitch < least_pitch_radii * rods[i].radius_mm || pitch > most_pitch_radii * rods[i].radius_mm)
        continue;
      std::vector<std::pair<int, std::size_t>> list{{0, i}, {1, j}};
      extend(at, free, j, step, 1, 1, list);
      extend(at, free, i, from_to(at[j], at[i]), 0, -1, list);
      rows.push_back(as_row(rods, list, pitch));
    }
  std::ranges::stable_sort(rows, std::greater{}, quality);
  std::vector<RodRow> kept; // the same rods are found from each of their pairs
  for (RodRow& row : rows)
    if (kept.size() < most_rows && std::ranges::none_of(kept, [&](const RodRow& other) {
          return std::ranges::all_of(row.rods, [&](const Rod& rod) {
            return std::ranges::any_of(other.rods,
                                       [&](const Rod& same) { return norm(same.point_mm - rod.point_mm) < 1; });
          });
        }))
      kept.push_back(std::move(row));
  for (RodRow& row : kept)
    if (row.rods.size() >= 3)
      row = settled(hu, row, options);
  return kept;
}

Rod rod_at(const RodRow& row, int slot) {
  const auto shown = std::ranges::find(row.slots, slot);
  if (shown != row.slots.end())
    return row.rods[static_cast<std::size_t>(shown - row.slots.begin())];
  // Where the rods cross the first one's middle plane, as a curve over their places.
  const Rod& first = row.rods.front();
  Rod rod = first;
  rod.completeness = 0;
  std::vector<Vec3> at;
  for (const Rod& other : row.rods) {
    const double t = dot(first.point_mm - other.point_mm, first.direction) / dot(other.direction, first.direction);
    at.push_back(other.point_mm + t * other.direction);
  }
  for (std::size_t axis = 0; axis < 3; ++axis)
    rod.point_mm[axis] = carried_on(row.slots, at, axis, slot);
  return rod;
}

} // namespace osteocalc::calibration
