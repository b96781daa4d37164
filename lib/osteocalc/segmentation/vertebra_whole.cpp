// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/vertebra_whole.h"

#include "osteocalc/segmentation/components.h"
#include "osteocalc/segmentation/surface_search.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace osteocalc::segmentation {
namespace {

constexpr float seen_hu = -1500.0F;
constexpr int last_lumbar_step = 5;       // L1, see level_naming.h
constexpr double process_depth_mm = 66.0; // reach of a spinous process behind the body
constexpr float shell_mm = -4.0F;         // how far outside a body its distance is kept

double u_of(const Volume<float>& v, int x) {
  return v.geometry().origin_mm[0] + x;
}
double v_of(const Volume<float>& v, int y) {
  return v.geometry().origin_mm[1] + y;
}

StraightVertebrae fill_bodies(const Volume<float>& straight, const BodyShapes& shapes, Parallel parallel) {
  StraightVertebrae result{
      {}, Volume<std::uint8_t>(straight.geometry(), 0), Volume<float>(straight.geometry(), shell_mm)};
  parallel_for(static_cast<std::size_t>(straight.size(2)), parallel, [&](std::size_t z) {
    const int s = static_cast<int>(z);
    for (std::size_t k = 0; k < shapes.bodies.size(); ++k) {
      const auto& body = shapes.bodies[k];
      if (!body || s < body->wall.first_s - 3 || s > body->wall.first_s + body->wall.slices() + 3)
        continue;
      for (int y = 0; y < straight.size(1); ++y)
        for (int x = 0; x < straight.size(0); ++x) {
          const double v = v_of(straight, y), u = u_of(straight, x);
          if (std::hypot(v, u) > 42.0)
            continue;
          const auto depth = static_cast<float>(body->depth_inside(s, v, u));
          float& best = result.body_depth_mm(x, y, s);
          if (depth > best) {
            best = depth;
            result.body(x, y, s) = depth > 0.0F ? static_cast<std::uint8_t>(k + 1) : std::uint8_t{0};
          }
        }
    }
  });
  return result;
}

/// v of the first air behind the spine at each s: beyond it lie table and clothes.
Line skin_behind(const Volume<float>& straight, const SpineFrame& frame) {
  Line skin;
  const int mid = straight.size(0) / 2;
  for (int s = 0; s < straight.size(2); ++s) {
    double first = 1e3;
    for (int y = straight.size(1) - 1; y >= 0; --y) {
      const double v = v_of(straight, y);
      if (v <= 0.5 * frame.depth_mm[static_cast<std::size_t>(s)] + 20.0)
        break;
      double sum = 0.0;
      for (int x = mid - 10; x <= mid + 10; ++x)
        sum += straight(x, y, s);
      if (sum / 21.0 < -300.0)
        first = v;
    }
    skin.push_back(first);
  }
  return running_min(skin, 15);
}

/// The surface between the posterior elements of the two vertebrae that share disc i: the darkest way back from the
/// disc, which lies a little above its middle at the facet joints and falls with the spinous processes.
HeightField cut_between(const Volume<float>& smooth, const SpineFrame& frame, const DiscPlane& disc, double spacing_mm,
                        int lower_step, double soft_hu) {
  constexpr int low = -26, heights = 43;
  const double a = 0.5 * value_at(frame.depth_mm, disc.s), back = smooth.geometry().origin_mm[1] + smooth.size(1) - 1;
  HeightField field;
  field.v0 = a - 4.0;
  field.u0 = smooth.geometry().origin_mm[0];
  field.rows = static_cast<int>((back - field.v0) / field.step) + 1;
  field.columns = static_cast<int>((smooth.size(0) - 1) / field.step) + 1;
  CostField costs(field.rows, field.columns, heights);
  const double joint_u = 0.8 * value_at(frame.half_width_mm, disc.s);
  const auto reference = [&](int r, int c) {
    const double v = field.v0 + r * field.step;
    if (lower_step == 0)
      return disc.s + 0.5 * (disc.lower + disc.upper) + disc.tilt_back * std::min(v, a + 14.0) -
             0.4 * std::max(0.0, v - a - 14.0);
    double s = disc.s + 3.0 - 0.45 * spacing_mm * ramp(v, a + 6.0, a + 46.0);
    if (lower_step <= last_lumbar_step) {
      // Lumbar joints stand upright: outside of them rises the lower vertebra's process, inside hangs the upper's.
      const double outward = std::tanh((std::abs(field.u0 + c * field.step) - joint_u) / 4.0);
      s += 0.1 * spacing_mm * outward * ramp(v, a + 4.0, a + 12.0) * (1.0 - ramp(v, a + 25.0, a + 35.0));
    }
    return s;
  };
  for (int r = 0; r < field.rows; ++r)
    for (int c = 0; c < field.columns; ++c)
      for (int h = 0; h < heights; ++h) {
        const double offset = low + h, v = field.v0 + r * field.step, u = field.u0 + c * field.step;
        const double hu = sample(smooth, reference(r, c) + offset, v, u);
        costs.at(r, c)[h] = static_cast<float>(std::clamp((hu - soft_hu - 20.0) / 150.0, 0.0, 2.0) +
                                               0.35 * std::pow(offset / (0.4 * spacing_mm), 2));
      }
  field.s = cheapest_surface(costs, 0.10F, 0.8F, Ends::Open);
  for (int r = 0; r < field.rows; ++r)
    for (int c = 0; c < field.columns; ++c) {
      float& s = field.s[static_cast<std::size_t>(r * field.columns + c)];
      s = static_cast<float>(reference(r, c) + low + s);
    }
  return field;
}

/// How far to the side a process of the vertebra `step` levels above S1 reaches, mm; beyond lies rib (or pelvis).
double process_reach_mm(int step) {
  if (step <= last_lumbar_step)
    return 46.0;
  if (step >= 18)
    return 30.0;                                                                // neck
  const Line reach{26, 28, 30, 32, 32.3, 32.7, 33, 34.4, 35.8, 37.2, 38.6, 40}; // T12 .. T1
  return reach[static_cast<std::size_t>(step - 6)];
}

bool is_thoracic(int step) {
  return step >= 6 && step <= 17;
}

/// Which vertebra's arch a sample would belong to; 0 where no arch or process can be.
std::uint8_t arch_region(int s, double v, double u, const std::vector<Line>& cuts, std::size_t column,
                         const SpineFrame& frame, int lowest_step) {
  std::size_t k = 0;
  while (k < cuts.size() && s >= cuts[k][column])
    ++k;
  const int step = lowest_step + static_cast<int>(k);
  const double a = 0.5 * frame.depth_mm[static_cast<std::size_t>(s)];
  const double w = frame.half_width_mm[static_cast<std::size_t>(s)], side = std::abs(u);
  // Ribs leave forward of the transverse processes: behind a line that falls back to the sides there is no rib. The
  // processes of L5 are broad and spring from the side of its body.
  const double slope = is_thoracic(step) ? 0.75 : 0.12;
  const double front = a - (step == 1 ? 12.0 : 3.0) + slope * std::max(0.0, side - w + 1.0);
  const bool possible = step > 0 && v > front && side < process_reach_mm(step) && v < a + process_depth_mm;
  return possible ? static_cast<std::uint8_t>(k + 1) : std::uint8_t{0};
}

/// Sets the holes of up to `area_mm2` within each slice of a mask: marrow in the arch and its processes. The canal is
/// larger.
void fill_holes(Volume<std::uint8_t>& mask, std::size_t area_mm2) {
  Volume<std::uint8_t> empty(mask.geometry());
  std::ranges::transform(mask.voxels(), empty.voxels().begin(), [](std::uint8_t m) { return std::uint8_t{m == 0}; });
  const Components holes = connected_components(empty, Connectivity::SliceFaces, {1});
  for (std::size_t i = 0; i < mask.voxels().size(); ++i)
    if (const auto id = holes.ids.voxels()[i];
        id != 0 && holes.pieces[static_cast<std::size_t>(id) - 1].voxels <= area_mm2)
      mask.voxels()[i] = 1;
}

/// Keeps the pieces of vertebra `id` that are large, or the largest, and fills what they enclose within its region.
void keep_joined(const Volume<std::uint8_t>& candidate, std::uint8_t id, const Volume<std::uint8_t>& region,
                 std::array<int, 2> slices, Volume<std::uint8_t>& whole) {
  VolumeGeometry part = candidate.geometry();
  part.size[2] = slices[1] - slices[0] + 1;
  Volume<std::uint8_t> mask(part);
  const std::size_t from = candidate.offset(0, 0, slices[0]);
  for (std::size_t i = 0; i < mask.voxels().size(); ++i)
    mask.voxels()[i] = candidate.voxels()[from + i] == id;
  const Components pieces = connected_components(mask, Connectivity::Faces, {1});
  const auto largest = largest_component(pieces);
  for (std::size_t i = 0; i < mask.voxels().size(); ++i)
    if (const auto piece = pieces.ids.voxels()[i]; piece != 0)
      mask.voxels()[i] = piece == largest || pieces.pieces[static_cast<std::size_t>(piece) - 1].voxels > 150;
  fill_holes(mask, 60);
  for (std::size_t i = 0; i < mask.voxels().size(); ++i)
    if (mask.voxels()[i] != 0 && (candidate.voxels()[from + i] == id || region.voxels()[from + i] == id))
      whole.voxels()[from + i] = id;
}

/// Heights of the cuts over the straightened section, each at least 4 mm above the one below it.
std::vector<Line> cut_heights(const Volume<float>& smooth, const SpineFrame& frame, const BodyShapes& shapes,
                              int lowest_step, double soft_hu, Parallel parallel) {
  const auto& discs = shapes.discs;
  const auto fields = parallel_map(discs.size(), parallel, [&](std::size_t i) {
    const double below = discs[std::max<std::size_t>(i, 1)].s - discs[std::max<std::size_t>(i, 1) - 1].s;
    const std::size_t next = std::min(i + 1, discs.size() - 1);
    const double spacing = 0.5 * (below + discs[next].s - discs[next - 1].s);
    return cut_between(smooth, frame, discs[i], spacing, lowest_step + static_cast<int>(i), soft_hu);
  });
  std::vector<Line> heights;
  for (const HeightField& field : fields) {
    Line line;
    for (int y = 0; y < smooth.size(1); ++y)
      for (int x = 0; x < smooth.size(0); ++x)
        line.push_back(field.at(v_of(smooth, y), u_of(smooth, x)));
    if (!heights.empty())
      for (std::size_t i = 0; i < line.size(); ++i)
        line[i] = std::max(line[i], heights.back()[i] + 4.0);
    heights.push_back(std::move(line));
  }
  return heights;
}

} // namespace

StraightVertebrae fill_vertebrae(const Volume<float>& straight, const Volume<float>& smooth, const SpineFrame& frame,
                                 const BodyShapes& shapes, int lowest_step, const TissueValues& tissue,
                                 Parallel parallel) {
  StraightVertebrae result = fill_bodies(straight, shapes, parallel);
  const auto cuts = cut_heights(smooth, frame, shapes, lowest_step, tissue.soft_hu, parallel);
  const Line skin = skin_behind(straight, frame);
  const double arch_hu = tissue.soft_hu + std::max(90.0, 3.0 * tissue.noise_hu);
  Volume<std::uint8_t> region(straight.geometry(), 0), candidate(straight.geometry(), 0);
  parallel_for(static_cast<std::size_t>(straight.size(2)), parallel, [&](std::size_t z) {
    const int s = static_cast<int>(z);
    const double a = 0.5 * frame.depth_mm[z], w = frame.half_width_mm[z];
    for (int y = 0; y < straight.size(1); ++y)
      for (int x = 0; x < straight.size(0); ++x) {
        const double v = v_of(straight, y), u = u_of(straight, x);
        candidate(x, y, s) = result.body(x, y, s);
        if (result.body(x, y, s) != 0 || straight(x, y, s) < seen_hu || v >= skin[z])
          continue;
        const auto column = static_cast<std::size_t>(y * straight.size(0) + x);
        region(x, y, s) = arch_region(s, v, u, cuts, column, frame, lowest_step);
        const float hu = smooth(x, y, s);
        // Right behind the body's wall the partial volume of its cortex is no arch, unless it is dense.
        const bool beside_body = v < a + 0.5 && std::abs(u) < w + 2.0;
        if (hu > arch_hu && (!beside_body || (v > a - 2.0 && hu > arch_hu + 40.0)))
          candidate(x, y, s) = region(x, y, s);
      }
  });
  result.whole = result.body.clone();
  std::vector<std::array<int, 2>> slices(shapes.bodies.size(), {straight.size(2), -1});
  for (int s = 0; s < straight.size(2); ++s)
    for (std::size_t i = straight.offset(0, 0, s); i < straight.offset(0, 0, s + 1); ++i)
      if (const std::size_t id = candidate.voxels()[i]; id != 0)
        slices[id - 1] = {std::min(slices[id - 1][0], s), s};
  parallel_for(slices.size(), parallel, [&](std::size_t k) {
    if (slices[k][1] >= 0)
      keep_joined(candidate, static_cast<std::uint8_t>(k + 1), region, slices[k], result.whole);
  });
  return result;
}

} // namespace osteocalc::segmentation
