// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/heart_root.h"

#include "osteocalc/segmentation/disc_track.h"
#include "osteocalc/segmentation/line_filter.h"

#include <algorithm>
#include <cmath>

namespace osteocalc::segmentation {
namespace {

constexpr double mm = 1.0 / working_spacing_mm;
constexpr double round_enough = 0.75;
constexpr double trusted_length_mm = 16.0;
constexpr double least_depth_mm = 32, usual_depth_mm = 50, most_depth_mm = 66; // of the root below the carina
constexpr double least_above_lung_mm = 80;                                     // of the root above the lungs' lower end
constexpr double least_width = 0.85; // of the root, in ascending aortas: what is narrower lies below the sinuses

struct Window {
  int x0, y0, width, height;
};

/// The part of the grid from so far right and in front of the column to so far left and behind it, all slices.
Window beside_column(const Thorax& thorax, double right_mm, double left_mm, double front_mm, double back_mm) {
  const auto [min_x, max_x] = std::ranges::minmax(thorax.column_x);
  const auto [min_y, max_y] = std::ranges::minmax(thorax.column_y);
  const int x0 = std::max(0, int(min_x - right_mm * mm)), y0 = std::max(0, int(min_y - front_mm * mm));
  return {x0, y0, std::min(thorax.hu.size(0), int(max_x + left_mm * mm)) - x0,
          std::min(thorax.hu.size(1), int(max_y + back_mm * mm)) - y0};
}

/// One slice of the window and what surrounds each pixel.
struct Patch {
  std::vector<float> hu, mean; ///< mean over 3 x 3
};

Patch patch_of(const Thorax& thorax, const Window& w, int z) {
  Patch patch;
  const auto value = [&](int x, int y) {
    return static_cast<float>(
        thorax.hu(std::clamp(x, w.x0, w.x0 + w.width - 1), std::clamp(y, w.y0, w.y0 + w.height - 1), z));
  };
  for (int y = w.y0; y < w.y0 + w.height; ++y)
    for (int x = w.x0; x < w.x0 + w.width; ++x) {
      patch.hu.push_back(value(x, y));
      float sum = 0.0F;
      for (int dy = -1; dy <= 1; ++dy)
        for (int dx = -1; dx <= 1; ++dx)
          sum += value(x + dx, y + dy);
      patch.mean.push_back(sum / 9.0F);
    }
  return patch;
}

using Score = std::vector<float>; ///< radii x height x width

std::vector<Disc> follow(const std::vector<Score>& gain, const std::vector<Score>& votes, const DiscGrid& grid,
                         const Window& w) {
  std::vector<Disc> discs;
  const std::vector<std::size_t> path = best_disc_path(gain, grid);
  for (std::size_t z = 0; z < path.size(); ++z) {
    const auto i = static_cast<int>(path[z]);
    const int plane = w.width * w.height;
    discs.push_back({static_cast<double>(w.x0 + i % w.width), static_cast<double>(w.y0 + i % plane / w.width),
                     grid.radii_mm[static_cast<std::size_t>(i / plane)], votes[z][path[z]]});
  }
  return discs;
}

/// Descending aorta: 9 to 20 mm, left and in front of the vertebra. Votes are clipped at 50 HU so that neither plaque
/// nor bone pulls.
std::vector<Disc> track_descending(const Thorax& thorax, const Window& w, Parallel parallel) {
  const DiscGrid grid{w.width, w.height, {9, 10.5, 12, 13.5, 15, 16.5, 18, 19.5}};
  const auto slices = static_cast<std::size_t>(thorax.hu.size(2));
  std::vector<Score> votes(slices);
  const auto gain = parallel_map(slices, parallel, [&](std::size_t z) {
    const Patch patch = patch_of(thorax, w, static_cast<int>(z));
    votes[z] = disc_votes(patch.hu, grid, -60.0F, 50.0F);
    Score score = votes[z];
    for (std::size_t i = 0; i < score.size(); ++i) {
      const auto pixel = i % patch.mean.size();
      const double x = w.x0 + static_cast<int>(pixel) % w.width - thorax.column_x[z];
      const double y = w.y0 + static_cast<int>(pixel) / w.width - thorax.column_y[z];
      if (x <= -8 || x >= 26 || y <= -22 || y >= 8)
        score[i] = -3.0F;
      else if (patch.mean[pixel] <= 0.0F)
        score[i] = 0.0F;
    }
    return score;
  });
  return follow(gain, votes, grid, w);
}

/// How unusual a place for the ascending aorta, in half squared SDs: it is usually 32 mm right and 66 mm in front of
/// the descending one. \param left_mm, front_mm from the descending aorta
double strangeness(double left_mm, double front_mm) {
  return 0.5 * std::pow((left_mm + 32) / 18, 2) + 0.5 * std::pow((front_mm - 66) / 16, 2);
}

/// Ascending aorta: 12 to 24 mm.
std::vector<Disc> track_ascending(const Thorax& thorax, const Window& w, const std::vector<Disc>& descending,
                                  Parallel parallel) {
  const DiscGrid grid{w.width, w.height, {12, 13.5, 15, 16.5, 18, 19.5, 21, 22.5}};
  const auto slices = static_cast<std::size_t>(thorax.hu.size(2));
  std::vector<Score> votes(slices);
  const auto gain = parallel_map(slices, parallel, [&](std::size_t z) {
    const Patch patch = patch_of(thorax, w, static_cast<int>(z));
    votes[z] = disc_votes(patch.hu, grid, -60.0F, 80.0F);
    Score score = votes[z];
    for (std::size_t i = 0; i < score.size(); ++i) {
      const auto pixel = i % patch.mean.size();
      const double left = (w.x0 + static_cast<int>(pixel) % w.width - descending[z].x) / mm;
      const double front = (descending[z].y - w.y0 - static_cast<int>(pixel) / w.width) / mm;
      double value = patch.mean[pixel] > 0.0F ? score[i] : 0.0;
      if (std::hypot(left, front) < 32 || left > 8 || front < 20)
        value = -1.0;
      value -= 0.25 * std::min(strangeness(left, front), 4.0);
      value += 0.15 * (grid.radii_mm[i / patch.mean.size()] - 12) / 6;
      score[i] = static_cast<float>(std::max(value, -0.2));
    }
    return score;
  });
  return follow(gain, votes, grid, w);
}

struct Run {
  std::size_t first, last;
};

/// True where the path leans by more than 45 degrees over 12 mm: there it passes from one structure to another.
bool jumps(const std::vector<Disc>& path, std::size_t z) {
  const Disc &below = path[z < 3 ? 0 : z - 3], &above = path[std::min(z + 3, path.size() - 1)];
  return std::hypot(above.x - below.x, above.y - below.y) > 6.0;
}

/// False for what lies as low as the heart's lower end: the lungs reach far below the root, behind the diaphragm. Where
/// they leave the image at its lower edge nothing can be said.
bool high_above_lung_end(const Thorax& thorax, std::size_t slice) {
  constexpr double least_share = 0.03;
  const auto lowest = std::ranges::find_if(thorax.lung_share, [](double share) { return share > least_share; });
  const auto end = static_cast<std::size_t>(lowest - thorax.lung_share.begin());
  return end == 0 || (slice > end && static_cast<double>(slice - end) / mm >= least_above_lung_mm);
}

/// Stretches of at least 12 mm over which the ascending aorta is round while the descending one is seen, too.
std::vector<Run> round_runs(const Thorax& thorax, const AorticRoot& found) {
  Line roundness, descending;
  for (std::size_t z = 0; z < found.ascending.size(); ++z) {
    roundness.push_back(std::min(found.ascending[z].roundness, 2 * round_enough));
    descending.push_back(found.descending[z].roundness);
  }
  roundness = gaussian(roundness, 1.5);
  descending = gaussian(descending, 3);
  std::vector<Run> runs;
  bool open = false;
  for (std::size_t z = 0; z < roundness.size(); ++z) {
    const bool ok =
        roundness[z] > round_enough && descending[z] > 0.7 && thorax.lung_share[z] > 0.15 && !jumps(found.ascending, z);
    if (ok && !open)
      runs.push_back({z, z});
    else if (ok)
      runs.back().last = z;
    open = ok;
  }
  std::erase_if(runs, [&](const Run& r) { return r.last - r.first < 5 || !high_above_lung_end(thorax, r.first); });
  return runs;
}

/// The root is the lower end of a run, without the outflow tract that may be as round but is narrower: place from the
/// lowest four slices, size from all.
void take_root(AorticRoot& found, Run run) {
  std::vector<double> radii;
  for (std::size_t z = run.first; z <= run.last; ++z)
    radii.push_back(found.ascending[z].radius_mm);
  found.radius_mm = median(radii);
  const auto narrow = [&](std::size_t z) { return found.ascending[z].radius_mm < least_width * found.radius_mm; };
  while (run.first + 6 < run.last && (narrow(run.first) || narrow(run.first + 1) || narrow(run.first + 2)))
    ++run.first;
  constexpr std::size_t lowest = 4;
  for (std::size_t z = run.first; z < run.first + lowest; ++z)
    found.index = found.index + 1.0 / lowest * Vec3{found.ascending[z].x, found.ascending[z].y, 0.0};
  found.index[2] = static_cast<double>(run.first);
  found.followed_mm = static_cast<double>(run.last - run.first) / mm;
}

/// The section of the ascending aorta nearest in height to the root, if one lies within 15 mm.
const VesselSection* section_at_root(const Thorax& thorax, const AorticRoot& found, const AortaResult& aorta) {
  const double height_mm = index_to_point(thorax.hu.geometry(), found.index)[2];
  double nearest_mm = 15.0;
  const VesselSection* best = nullptr;
  for (const auto& course : aorta.aorta)
    for (const VesselSection& section : course)
      if (const double away_mm = std::abs(section.center_mm[2] - height_mm);
          section.segment == AortaSegment::Ascending && away_mm < nearest_mm) {
        nearest_mm = away_mm;
        best = &section;
      }
  return best;
}

/// The aorta's own search followed its outline in 3-D: two ways that disagree are not to be trusted; where they agree
/// the outline is the surer one if fat is missing.
void compare_with_aorta(const Thorax& thorax, const AortaResult& aorta, AorticRoot& found) {
  constexpr double most_apart_mm = 40.0;
  const double height_mm = index_to_point(thorax.hu.geometry(), found.index)[2];
  if (aorta.root_mm && std::abs((*aorta.root_mm)[2] - height_mm) > most_apart_mm)
    found.trusted = false;
  const VesselSection* section = section_at_root(thorax, found, aorta);
  if (section == nullptr)
    return;
  const Vec3 at = point_to_index(thorax.hu.geometry(), section->center_mm);
  const bool agree = std::hypot(at[0] - found.index[0], at[1] - found.index[1]) < 10 * mm;
  if (!agree || section->confidence < trusted_confidence) {
    found.trusted = false;
  } else if (!found.trusted) {
    found.index = {at[0], at[1], found.index[2]};
    found.radius_mm = section->radius_mm;
  }
}

} // namespace

AorticRoot find_aortic_root(const Thorax& thorax, std::optional<double> carina_mm, const AortaResult& aorta,
                            Parallel parallel) {
  AorticRoot found;
  found.descending = track_descending(thorax, beside_column(thorax, 40, 76, 68, 40), parallel);
  found.ascending = track_ascending(thorax, beside_column(thorax, 80, 60, 140, 0), found.descending, parallel);
  const std::vector<Run> runs = round_runs(thorax, found);
  if (runs.empty())
    return found;
  const auto below_carina_mm = [&](double slice) {
    return carina_mm ? *carina_mm - index_to_point(thorax.hu.geometry(), {0, 0, slice})[2] : usual_depth_mm;
  };
  const auto plausible = [&](double slice) {
    return below_carina_mm(slice) >= least_depth_mm && below_carina_mm(slice) <= most_depth_mm;
  };
  const auto worth = [&](const Run& run) {
    double sum = 0.0;
    for (std::size_t z = run.first; z <= run.last; ++z) {
      const Disc &up = found.ascending[z], &down = found.descending[z];
      const double strange = strangeness((up.x - down.x) / mm, (down.y - up.y) / mm);
      sum += up.roundness * (std::min(up.radius_mm, 16.0) - 6) * std::exp(-std::min(strange, 1.0));
    }
    const bool long_enough = static_cast<double>(run.last - run.first) / mm >= trusted_length_mm;
    return sum * (plausible(static_cast<double>(run.first)) ? 1.0 : 0.4) * (long_enough ? 1.0 : 0.4);
  };
  const Run best = *std::ranges::max_element(runs, {}, worth);
  take_root(found, best);
  found.trusted = found.followed_mm >= trusted_length_mm && plausible(found.index[2]);
  // With little fat around it the outline dissolves too high, with much fat the outflow tract or a chamber may be as
  // round; the trachea then tells the height.
  if (const double depth_mm = below_carina_mm(found.index[2]); depth_mm < least_depth_mm || depth_mm > most_depth_mm)
    found.index[2] = std::max(0.0, found.index[2] - (usual_depth_mm - depth_mm) * mm);
  compare_with_aorta(thorax, aorta, found);
  return found;
}

} // namespace osteocalc::segmentation
