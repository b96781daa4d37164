// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/dxa/lateral_levels.h"

#include "osteocalc/dxa/disc_gaps.h"
#include "osteocalc/dxa/flat_image.h"
#include "osteocalc/dxa/lateral_column.h"

#include <algorithm>
#include <cmath>

namespace osteocalc::dxa {
namespace {

/// How much brighter a body is than the disc beside it along part of an endplate; `into` is the sign of y into the
/// body.
double endplate_contrast(const Volume<float>& map, const Vec2& front, const Vec2& back, double from, double to,
                         int into) {
  double sum = 0;
  for (double t = from; t <= to + 1e-9; t += 0.05) {
    const double x = std::lerp(front[0], back[0], t), y = std::lerp(front[1], back[1], t);
    for (const double off : {0.5, 1.25, 2.0})
      sum += value_at(map, x, y + into * off) - value_at(map, x, y - into * off);
  }
  return sum / (to - from);
}

/// Front, middle, back of the endplate on one side of a gap.
std::array<Vec2, 3> find_endplate(const Volume<float>& map, const SpineOutline& outline, const DiscGap& gap, int into) {
  constexpr double reach_mm = 4, step_mm = 0.5, deepest_mm = 3;
  std::array<Vec2, 3> best{};
  double most = -1e9;
  for (double up = -reach_mm; up <= reach_mm; up += step_mm)
    for (double tilt = -reach_mm; tilt <= reach_mm; tilt += step_mm) {
      const double shift = into * gap.half_height_mm + up;
      const double front_y = gap.left[1] + shift - 0.5 * tilt, back_y = gap.right[1] + shift + 0.5 * tilt;
      const Vec2 front{outline.left_at(front_y), front_y}, back{outline.right_at(back_y), back_y};
      if (const double contrast = endplate_contrast(map, front, back, 0.1, 0.9, into); contrast > most) {
        most = contrast;
        best = {front, {0.5 * (front[0] + back[0]), 0.5 * (front[1] + back[1])}, back};
      }
    }
  most = -1e9;
  const double straight_y = best[1][1];
  for (double hollow = 0; hollow <= deepest_mm; hollow += step_mm) {
    const Vec2 shift{0, into * hollow};
    const Vec2 front{best[0][0], best[0][1] + shift[1]}, back{best[2][0], best[2][1] + shift[1]};
    if (const double contrast = endplate_contrast(map, front, back, 0.35, 0.65, into); contrast > most) {
      most = contrast;
      best[1][1] = straight_y + shift[1];
    }
  }
  return best;
}

/// Median in the middle of the body below a gap.
double body_brightness(const Volume<float>& map, const DiscGap& gap) {
  constexpr double below_mm = 15, half_mm = 7;
  std::vector<double> values;
  for (double dy = -half_mm; dy <= half_mm; dy += 1)
    for (double dx = -half_mm; dx <= half_mm; dx += 1)
      values.push_back(value_at(map, 0.5 * (gap.left[0] + gap.right[0]) + dx, gap.y_mm() + below_mm + dy));
  std::ranges::nth_element(values, values.begin() + std::ssize(values) / 2);
  return values[values.size() / 2];
}

/// The gap below which the iliac wings lie over the bodies: the first of the lower half with a body much brighter.
std::optional<std::size_t> find_crest(const Volume<float>& map, const std::vector<DiscGap>& gaps) {
  constexpr double much_brighter = 1.35;
  for (std::size_t i = gaps.size() / 2; i < gaps.size(); ++i) {
    const double above = body_brightness(map, gaps[i - 1]);
    if (above > 0 && body_brightness(map, gaps[i]) > much_brighter * above)
      return i;
  }
  return std::nullopt;
}

/// Logarithm of how well the picture fits when `above` is the vertebra above the first gap.
double naming_score(Vertebra above, const std::optional<std::size_t>& crest) {
  const double usual = above == Vertebra::T12 ? 0.0 : -1.5; // an image of L1 to L4 begins in T12 as a rule
  if (!crest)
    return usual;
  constexpr double sd_gaps = 0.4; // crests lie at L4-L5, a vertebra off in some people
  const double off = static_cast<double>(*crest) + static_cast<int>(above) - static_cast<int>(Vertebra::L4);
  return usual - 0.5 * std::min(12.0, std::pow(off / sd_gaps, 2));
}

struct Naming {
  Vertebra above_first_gap = Vertebra::T12;
  double confidence = 0;
};

Naming name_levels(const std::optional<std::size_t>& crest) {
  Naming best;
  double best_score = -1e9, sum = 0;
  for (int first = static_cast<int>(Vertebra::T5); first <= static_cast<int>(Vertebra::L1); ++first) {
    const double score = naming_score(static_cast<Vertebra>(first), crest);
    sum += std::exp(score);
    if (score > best_score) {
      best_score = score;
      best.above_first_gap = static_cast<Vertebra>(first);
    }
  }
  best.confidence = std::exp(best_score) / sum;
  return best;
}

double median_depth(const std::vector<DiscGap>& gaps) {
  std::vector<double> depths;
  for (const DiscGap& gap : gaps)
    depths.push_back(gap.depth);
  std::ranges::nth_element(depths, depths.begin() + std::ssize(depths) / 2);
  return depths[depths.size() / 2];
}

LateralLevels levels_of(const Volume<float>& image, const LateralColumn& column) {
  constexpr double least_clearness = 0.15, least_depth = 0.25;
  LateralLevels found;
  std::vector<DiscGap> gaps;
  if (column.clearness > least_clearness)
    gaps = find_disc_gaps(image, column.outline);
  if (gaps.size() < 5 || median_depth(gaps) < least_depth)
    return found;
  const Naming naming = name_levels(find_crest(image, gaps));
  found.level_confidence = naming.confidence;
  const Volume<float> map = blurred(image, 0.7);
  for (std::size_t i = 0; i + 1 < gaps.size(); ++i) {
    const auto level = static_cast<int>(naming.above_first_gap) + static_cast<int>(i) + 1;
    if (level < static_cast<int>(Vertebra::T12) || level > static_cast<int>(Vertebra::L5))
      continue;
    const auto upper = find_endplate(map, column.outline, gaps[i], 1),
               lower = find_endplate(map, column.outline, gaps[i + 1], -1);
    found.marks.push_back({static_cast<Vertebra>(level), {upper[0], upper[1], upper[2], lower[0], lower[1], lower[2]}});
  }
  const auto lumbar = std::ranges::count_if(
      found.marks, [](const SixPointMark& m) { return m.level >= Vertebra::L1 && m.level <= Vertebra::L4; });
  if (lumbar < 4)
    found.marks.clear();
  return found;
}

} // namespace

LateralLevels find_lateral_levels(const Volume<float>& image) {
  const Volume<float> flipped = mirrored(image);
  const LateralColumn left = find_lateral_column(image), right = find_lateral_column(flipped);
  const bool front_left = left.clearness >= right.clearness;
  LateralLevels found = levels_of(front_left ? image : flipped, front_left ? left : right);
  if (!front_left)
    for (SixPointMark& mark : found.marks)
      for (Vec2& point : mark.points)
        point[0] = image.size(0) * image.geometry().spacing_mm[0] - point[0];
  constexpr double sure = 0.8;
  if (found.marks.empty())
    found.issues.push_back(refused("AAC-NO-LEVELS", "lateral",
                                   "no column with all of L1 to L4 was found in the image (a wall's score needs its "
                                   "level) give six points of each body from T12 to L5 by --marks"));
  else if (found.level_confidence < sure)
    found.issues.push_back(warning("AAC-LEVEL-DOUBT", "lateral",
                                   "iliac crests do not settle which vertebra is L1 (walls a level off change the "
                                   "score) compare the picture, or give marks by --marks"));
  return found;
}

} // namespace osteocalc::dxa
