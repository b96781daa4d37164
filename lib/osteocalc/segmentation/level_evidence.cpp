// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/level_evidence.h"

#include "osteocalc/segmentation/components.h"
#include "osteocalc/segmentation/filters.h"

#include <algorithm>
#include <cmath>

namespace osteocalc::segmentation {
namespace {

constexpr double step_mm = 2.0;
constexpr float seen_hu = -1500.0F;

/// The stretch of s that belongs to vertebra k; the outermost reach one spacing beyond the last disc.
std::array<double, 2> extent_of(std::size_t k, const Line& discs, double length) {
  const double low = k > 0 ? discs[k - 1] : discs[0] - (discs[1] - discs[0]);
  const std::size_t last = discs.size() - 1;
  const double high = k <= last ? discs[k] : discs[last] + (discs[last] - discs[last - 1]);
  return {std::max(0.0, low), std::min(length - 1.0, high)};
}

struct StraightBone {
  Volume<float> hu;
  Volume<std::uint8_t> bone, rim; ///< rim: within 2 samples of what the image does not show
};

StraightBone straight_bone(const Volume<std::int16_t>& detail, const SpineFrame& frame, const StraightBox& box,
                           double bone_hu, Parallel parallel) {
  StraightBone result{straighten(detail, frame, box, parallel), {}, {}};
  Volume<float> smooth(result.hu.geometry());
  Volume<std::uint8_t> unseen(result.hu.geometry());
  for (std::size_t i = 0; i < smooth.voxels().size(); ++i) {
    smooth.voxels()[i] = std::clamp(result.hu.voxels()[i], -300.0F, 1000.0F);
    unseen.voxels()[i] = result.hu.voxels()[i] < seen_hu;
  }
  gaussian_smooth(smooth, {0.6, 0.6, 0.6}, parallel);
  const auto to_unseen = distance_to(unseen, parallel);
  result.bone = Volume<std::uint8_t>(smooth.geometry());
  result.rim = Volume<std::uint8_t>(smooth.geometry());
  for (std::size_t i = 0; i < smooth.voxels().size(); ++i) {
    result.bone.voxels()[i] = smooth.voxels()[i] > bone_hu;
    result.rim.voxels()[i] = to_unseen.voxels()[i] <= 2.0 * step_mm;
  }
  return result;
}

/// A position along the curve as a vertebra: k at the middle of vertebra k, k + 0.5 at the disc above it.
double vertebra_at(double s, const Line& discs) {
  const std::size_t k = std::clamp<std::size_t>(
      static_cast<std::size_t>(std::ranges::lower_bound(discs, s) - discs.begin()), 1, discs.size() - 1);
  return static_cast<double>(k) - 0.5 + (s - discs[k - 1]) / (discs[k] - discs[k - 1]);
}

/// Where a lateral piece of bone leaves the spine, and how far to the side it gets.
struct Branch {
  double s;
  std::size_t side;
  double reach_mm;
};

/// Runs of s over which a piece touches the spine's side, each with its centre of mass.
void add_branches(const Line& near, std::size_t side, double reach_mm, std::vector<Branch>& branches) {
  double sum = 0.0, moment = 0.0;
  for (std::size_t z = 0; z <= near.size(); ++z) {
    if (z < near.size() && near[z] > 0.0) {
      sum += near[z];
      moment += near[z] * static_cast<double>(z) * step_mm;
    } else if (sum > 0.0) {
      branches.push_back({moment / sum, side, reach_mm});
      sum = moment = 0.0;
    }
  }
}

std::vector<Branch> find_branches(const StraightBone& straight, Parallel parallel) {
  const VolumeGeometry& grid = straight.hu.geometry();
  Volume<std::uint8_t> lateral(grid);
  const auto u_at = [&](int x) { return grid.origin_mm[0] + x * step_mm; };
  for (int z = 0; z < grid.size[2]; ++z)
    for (int y = 0; y < grid.size[1]; ++y)
      for (int x = 0; x < grid.size[0]; ++x)
        lateral(x, y, z) = straight.bone(x, y, z) && std::abs(u_at(x)) >= 30.0;
  const Components pieces = connected_components(lateral, Connectivity::Corners, parallel);
  std::vector<Branch> branches;
  for (std::size_t k = 0; k < pieces.pieces.size(); ++k) {
    const Component& piece = pieces.pieces[k];
    if (piece.voxels < 25)
      continue;
    Line near(static_cast<std::size_t>(grid.size[2]), 0.0);
    double reach = 0.0;
    bool cut = false;
    for (int z = piece.low[2]; z <= piece.high[2]; ++z)
      for (int y = piece.low[1]; y <= piece.high[1]; ++y)
        for (int x = piece.low[0]; x <= piece.high[0]; ++x) {
          if (pieces.ids(x, y, z) != static_cast<std::int32_t>(k + 1))
            continue;
          const double u = std::abs(u_at(x)), v = grid.origin_mm[1] + y * step_mm;
          reach = std::max(reach, u);
          cut = cut || straight.rim(x, y, z) != 0;
          if (u <= 36.0 && v > -4.0 && v < 48.0)
            near[static_cast<std::size_t>(z)] += 1.0;
        }
    // A rib that leaves the image cannot show its full reach: what it shows counts for most of it.
    if (cut)
      reach = std::max(reach, 47.0 + 14.0 * 0.8 * ramp(reach, 33.0, 41.0));
    add_branches(near, u_at(static_cast<int>(piece.centre[0])) > 0.0 ? 1 : 0, reach, branches);
  }
  return branches;
}

/// A rib leaves between the middle of its vertebra (T11, T12) and the disc above it (mid-thorax).
std::size_t rib_owner(double s, const Line& discs) {
  const double k = std::round(vertebra_at(s, discs) - 0.25);
  return static_cast<std::size_t>(std::clamp(k, 0.0, static_cast<double>(discs.size())));
}

void count_ribs(const Volume<std::int16_t>& detail, const SpineFrame& frame, const Line& discs, double bone_hu,
                Parallel parallel, LevelEvidence& evidence) {
  const StraightBox box{110.0, -50.0, 76.0, step_mm};
  const StraightBone straight = straight_bone(detail, frame, box, bone_hu, parallel);
  const auto branches = find_branches(straight, parallel);
  const auto& hu = straight.hu;
  for (std::size_t k = 0; k <= discs.size(); ++k) {
    const auto [low, high] = extent_of(k, discs, frame.length());
    std::array<double, 2> rib{}, seen{};
    for (const std::size_t side : {std::size_t{0}, std::size_t{1}}) {
      double count = 0.0, visible = 0.0;
      for (int z = static_cast<int>(low / step_mm); z <= static_cast<int>(high / step_mm) && z < hu.size(2); ++z)
        for (int y = 26; y < 50; ++y) // v 2..48
          for (int d = 31; d <= 61; d += 2) {
            const int x = static_cast<int>(std::lround((box.u_mm + (side == 1 ? d : -d)) / step_mm));
            count += 1.0;
            visible += hu(x, y, z) > seen_hu ? 1.0 : 0.0;
          }
      seen[side] = count > 0.0 ? visible / count : 0.0;
      for (const Branch& branch : branches)
        if (branch.side == side && rib_owner(branch.s, discs) == k)
          rib[side] = std::max(rib[side], ramp(branch.reach_mm, 47.0, 61.0));
    }
    evidence.rib.push_back(rib);
    evidence.rib_seen.push_back(seen);
  }
}

/// Mean of the wings' share over each vertebra.
Line wings_per_vertebra(const Line& wings, const Line& discs) {
  Line shares;
  for (std::size_t k = 0; k <= discs.size(); ++k) {
    const auto [low, high] = extent_of(k, discs, static_cast<double>(wings.size()));
    double sum = 0.0, count = 0.0;
    for (auto s = static_cast<std::size_t>(low); s < static_cast<std::size_t>(high); ++s, count += 1.0)
      sum += wings[s];
    shares.push_back(count > 0.0 ? sum / count : 0.0);
  }
  return shares;
}

/// Where at least `enough` samples up to `reach_mm` beside the spine are aerated lung, per sample of s.
std::vector<bool> lung_beside(const Volume<float>& hu, int side, int reach_mm, int enough) {
  std::vector<bool> lung;
  for (int z = 0; z < hu.size(2); ++z) {
    int count = 0;
    for (int y = 0; y < hu.size(1); ++y)
      for (int d = 20; d <= reach_mm; d += 2) {
        const float v = hu(static_cast<int>((-hu.geometry().origin_mm[0] + side * d) / step_mm), y, z);
        count += v < -500.0F && v > -960.0F;
      }
    lung.push_back(count > enough);
  }
  return lung;
}

/// The lowest place from which lung lies beside the spine for 30 mm on, and the highest up to which it does; each
/// absent when that is at the image's end.
void find_lungs(const Volume<std::int16_t>& detail, const SpineFrame& frame, const Line& discs, Parallel parallel,
                LevelEvidence& evidence) {
  constexpr std::ptrdiff_t run = 15;
  const auto hu = straighten(detail, frame, {60.0, -20.0, 40.0, step_mm}, parallel);
  std::optional<double> lowest, highest;
  for (const int side : {-1, 1}) {
    const auto low = lung_beside(hu, side, 60, 40), high = lung_beside(hu, side, 44, 12);
    const auto n = static_cast<std::ptrdiff_t>(low.size());
    for (std::ptrdiff_t z = 0; z + run <= n; ++z)
      if (std::count(low.begin() + z, low.begin() + z + run, true) >= run - 1) {
        if (z <= 3)
          evidence.lung_below = true;
        else
          lowest = std::min(lowest.value_or(1e9), static_cast<double>(z) * step_mm);
        break;
      }
    for (std::ptrdiff_t z = n; z >= run; --z)
      if (std::count(high.begin() + z - run, high.begin() + z, true) >= run - 1) {
        if (z + 3 >= n)
          evidence.lung_above = true;
        else
          highest = std::max(highest.value_or(-1e9), static_cast<double>(z) * step_mm);
        break;
      }
  }
  if (lowest)
    evidence.lung_base = vertebra_at(*lowest, discs);
  if (highest)
    evidence.lung_apex = vertebra_at(*highest, discs);
}

/// Heights in front of the spine that tell levels of the chest.
void find_landmarks(const SpineFrame& frame, const Line& discs, const Body& body, LevelEvidence& evidence) {
  const VolumeGeometry& grid = body.hu.geometry();
  const auto at_height = [&](double slice) {
    const double z = index_to_point(grid, {0.0, 0.0, slice})[2];
    const auto level = std::ranges::min_element(frame.center, {}, [&](const Vec3& c) { return std::abs(c[2] - z); });
    return vertebra_at(static_cast<double>(level - frame.center.begin()), discs);
  };
  constexpr double longest_heart_mm = 220.0;
  if (body.carina_slice)
    evidence.carina = at_height(*body.carina_slice);
  else if (!body.sides_in_view && evidence.lung_below && evidence.lung_above &&
           grid.size[2] * grid.spacing_mm[2] < longest_heart_mm)
    evidence.heart_top = at_height(grid.size[2] - 1.0);
}

} // namespace

Line sacral_wings(const Volume<std::int16_t>& detail, const SpineFrame& frame, const TissueValues& tissue,
                  double bone_hu, Parallel parallel) {
  auto hu = straighten(detail, frame, {80.0, -30.0, 30.0, step_mm}, parallel);
  for (float& v : hu.voxels())
    v = std::clamp(v, -200.0F, 600.0F);
  box_mean(hu, {1, 1, 1}, parallel);
  const double threshold = std::min(bone_hu, tissue.soft_hu + 90.0) - 20.0;
  Line share;
  for (int z = 0; z < hu.size(2); ++z) {
    std::array<double, 2> bone{};
    double count = 0.0;
    for (int y = 0; y < hu.size(1); ++y)
      for (int d = 36; d <= 68; d += 2, count += 1.0)
        for (const std::size_t side : {std::size_t{0}, std::size_t{1}})
          bone[side] += hu(static_cast<int>((80.0 + (side == 1 ? d : -d)) / step_mm), y, z) > threshold ? 1.0 : 0.0;
    share.push_back(std::min(bone[0], bone[1]) / count);
  }
  Line wings;
  for (int s = 0; s < frame.length(); ++s)
    wings.push_back(value_at(share, s / step_mm));
  return wings;
}

double sacrum_end(const Line& wings, const Line& depth_mm) {
  constexpr double wing = 0.10;
  constexpr int below_mm = 120, clear_mm = 60;
  const Line smooth = gaussian(wings, 3.0);
  const auto low_end = smooth.begin() + std::min<std::ptrdiff_t>(std::ssize(smooth), below_mm);
  const auto broadest = std::max_element(smooth.begin(), low_end);
  if (*broadest < wing)
    return 0.0;
  // Iliac crests and the processes of L5 beside the disc are much thinner than the wings.
  const auto end = std::find_if(broadest, smooth.end(), [&](double w) { return w < 0.5 * *broadest; });
  // Ribs come again at the next level, shoulder blades lie beside small bodies; above the sacrum there is nothing.
  if (smooth.end() - end < clear_mm ||
      std::any_of(end + 15, end + clear_mm, [&](double w) { return w > 0.35 * *broadest; }))
    return 0.0;
  const auto s = static_cast<double>(end - smooth.begin());
  return value_at(depth_mm, s) > 24.0 ? s : 0.0;
}

LevelEvidence gather_level_evidence(const Volume<std::int16_t>& detail, const SpineFrame& frame, const Line& discs,
                                    const Line& wings, double sacrum_end_s, const Body& body, double bone_hu,
                                    Parallel parallel) {
  OSTEOCALC_EXPECT(discs.size() >= 2);
  LevelEvidence evidence;
  count_ribs(detail, frame, discs, std::min(bone_hu, body.tissue.soft_hu + 95.0) + 5.0, parallel, evidence);
  evidence.sacral_wing = wings_per_vertebra(wings, discs);
  if (sacrum_end_s > 0.0)
    evidence.sacrum_top = vertebra_at(sacrum_end_s, discs);
  find_lungs(detail, frame, discs, parallel, evidence);
  find_landmarks(frame, discs, body, evidence);
  return evidence;
}

} // namespace osteocalc::segmentation
