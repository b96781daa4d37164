// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/synth/dxa_walls.h"

#include "osteocalc/synth/random.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace osteocalc::synth {
namespace {

constexpr std::array levels{Vertebra::L1, Vertebra::L2, Vertebra::L3, Vertebra::L4};

/// Height of the middle of the disc below a vertebra, at the aorta's side of the spine.
double disc_z(const Spine& spine, Vertebra above) {
  const Block& upper = spine.at(above).body;
  const Block& lower = spine.vertebrae[static_cast<std::size_t>(above) + 1].body;
  const auto rim = [](const Block& b, double end) { return b.frame.at(0, -b.half_depth_mm, end * b.anterior_mm)[2]; };
  return 0.5 * (rim(upper, -0.5) + rim(lower, 0.5));
}

/// The aorta's centre and radius at a height, on its way down; absent below the bifurcation.
std::optional<TubeNode> aorta_at(const Tube& line, double z) {
  for (std::size_t i = line.nodes.size() - 1; i > 0; --i) {
    const TubeNode& low = line.nodes[i];
    const TubeNode& high = line.nodes[i - 1];
    if (z >= low.center_mm[2] && z <= high.center_mm[2]) {
      const double t = (z - low.center_mm[2]) / std::max(1e-9, high.center_mm[2] - low.center_mm[2]);
      return TubeNode{(1 - t) * low.center_mm + t * high.center_mm, std::lerp(low.radius_mm, high.radius_mm, t)};
    }
  }
  return std::nullopt;
}

Plaque plaque_at(const TubeNode& aorta, AorticWall wall, double half_height_mm, Random& random) {
  Plaque plaque{.bed = label::aorta_abdominal, .density_mg_cm3 = random.uniform(300, 600)};
  const double side = wall == AorticWall::Anterior ? -1 : 1;
  const double across = random.uniform(1.0, 1.6);
  plaque.shape.semi_mm = {random.uniform(4, 6.5), across, half_height_mm};
  plaque.shape.frame.center_mm = aorta.center_mm + Vec3{0, side * (aorta.radius_mm - 0.5 * across), 0};
  return plaque;
}

} // namespace

std::vector<Plaque> wall_plaques(const Torso& torso) {
  Random random(torso.person.seed, 60);
  std::vector<Plaque> plaques;
  const double burden = random.chance(0.2) ? 0 : std::clamp((torso.person.age_years - 40) / 45, 0.1, 1.0);
  const std::array<WallSegment, 8> segments = wall_segments(torso, {});
  for (const WallSegment& segment : segments) {
    // The lower aorta calcifies first.
    const double down = static_cast<double>(segment.level) - static_cast<double>(Vertebra::L1);
    const bool diseased = random.chance(burden * (0.5 + 0.17 * down));
    const int count = 1 + static_cast<int>(random.uniform(0, 2.99));
    const double share = random.uniform(0.12, 1.0);
    if (!diseased)
      continue;
    for (int i = 0; i < count; ++i) {
      const double half = std::max(1.5, 0.5 * share * segment.length_mm() / count);
      const double z = segment.bottom_z_mm + half + random.uniform(0, 1) * (segment.length_mm() - 2 * half);
      if (const auto aorta = aorta_at(torso.aorta.line, z))
        plaques.push_back(plaque_at(*aorta, segment.wall, half, random));
    }
  }
  return plaques;
}

std::array<WallSegment, 8> wall_segments(const Torso& torso, const std::vector<Plaque>& plaques) {
  std::array<WallSegment, 8> segments;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    WallSegment& segment = segments[i];
    segment.level = levels[i / 2];
    segment.wall = i % 2 == 0 ? AorticWall::Anterior : AorticWall::Posterior;
    segment.top_z_mm = disc_z(torso.spine, all_vertebrae[static_cast<std::size_t>(segment.level) - 1]);
    segment.bottom_z_mm = disc_z(torso.spine, segment.level);
    std::vector<std::pair<double, double>> spans;
    for (const Plaque& plaque : plaques) {
      const Vec3& center = plaque.shape.frame.center_mm;
      const auto aorta = aorta_at(torso.aorta.line, center[2]);
      const AorticWall wall = aorta && center[1] < aorta->center_mm[1] ? AorticWall::Anterior : AorticWall::Posterior;
      const Box box = bounds(plaque.shape);
      const double low = std::max(box.low[2], segment.bottom_z_mm), high = std::min(box.high[2], segment.top_z_mm);
      if (wall == segment.wall && low < high)
        spans.emplace_back(low, high);
    }
    std::ranges::sort(spans);
    double reached = segment.bottom_z_mm;
    for (const auto& [low, high] : spans) {
      segment.calcified_mm += std::max(0.0, high - std::max(low, reached));
      reached = std::max(reached, high);
    }
  }
  return segments;
}

} // namespace osteocalc::synth
