// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/dxa/spine_regions.h"

#include "osteocalc/dxa/flat_image.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

namespace osteocalc::dxa {
namespace {

/// Between the tips of transverse processes and the image's edge: where only ribs and crests are.
constexpr double beside_from_mm = 46, beside_to_mm = 62;

/// Mean mineral beside the spine, one value a row; nothing where that side is not in the image.
std::optional<std::vector<double>> beside_profile(const BoneImage& image, const SpineOutline& outline, int side) {
  const Volume<float> map = blurred(image.bone_g_cm2, 1.5);
  const auto& spacing = map.geometry().spacing_mm;
  std::vector<double> profile;
  for (int y = 0; y < map.size(1); ++y) {
    double sum = 0;
    int n = 0;
    for (double d = beside_from_mm; d <= beside_to_mm; d += 1) {
      const int x = static_cast<int>(std::floor((outline.center_at((y + 0.5) * spacing[1]) + side * d) / spacing[0]));
      if (!map.contains(x, y, 0))
        continue;
      sum += static_cast<double>(map(x, y, 0));
      ++n;
    }
    if (n < 6)
      return std::nullopt;
    profile.push_back(sum / n);
  }
  return profile;
}

struct Landmarks {
  std::vector<double> lowest_rib_mm, crest_mm; ///< one value for each side where it was seen
};

/// How far each row stands out over the rows 8 to 18 mm above and below it: a rib does, a liver's edge does not.
std::vector<double> standing_out(const std::vector<double>& profile, double row_mm) {
  const int near = static_cast<int>(8 / row_mm), far = static_cast<int>(18 / row_mm);
  const int rows = static_cast<int>(profile.size());
  const auto least = [&](int from, int to) {
    double low = 0;
    for (int y = std::max(0, from); y <= std::min(rows - 1, to); ++y)
      low = y == std::max(0, from) ? profile[static_cast<std::size_t>(y)]
                                   : std::min(low, profile[static_cast<std::size_t>(y)]);
    return low;
  };
  std::vector<double> out;
  for (int y = 0; y < rows; ++y) {
    const double below = least(y + near, y + far), above = y < near ? below : least(y - far, y - near);
    out.push_back(profile[static_cast<std::size_t>(y)] - std::max(above, below));
  }
  return out;
}

/// Ribs are looked for in the upper part of the image, the crests' tops in the lower one.
Landmarks find_landmarks(const BoneImage& image, const SpineOutline& outline) {
  constexpr double upper_share = 0.55, least_g_cm2 = 0.06, of_strongest = 0.6, crest_g_cm2 = 0.1;
  Landmarks found;
  for (const int side : {-1, 1}) {
    const auto profile = beside_profile(image, outline, side);
    if (!profile)
      continue;
    const std::vector<double> contrast = standing_out(*profile, outline.row_mm);
    const auto upper = static_cast<std::ptrdiff_t>(upper_share * static_cast<double>(contrast.size()));
    const double strongest = *std::max_element(contrast.begin(), contrast.begin() + upper);
    // The lowest of the clear peaks: higher ribs may be in the image, too.
    for (std::ptrdiff_t y = upper - 1; y > 0 && strongest > least_g_cm2; --y)
      if (const auto here = contrast.begin() + y;
          *here > of_strongest * strongest && *here >= *(here - 1) && *here >= *(here + 1)) {
        found.lowest_rib_mm.push_back((static_cast<double>(y) + 0.5) * outline.row_mm);
        break;
      }
    const auto crest = std::find_if(profile->begin() + upper, profile->end(),
                                    [&](double value) { return value > crest_g_cm2 + image.noise_g_cm2 / 4; });
    if (crest != profile->end() && crest != profile->begin() + upper)
      found.crest_mm.push_back(static_cast<double>(crest - profile->begin()) * outline.row_mm);
  }
  return found;
}

/// Logarithm of how well the picture fits when `above` is the vertebra above the first gap.
double naming_score(Vertebra above, const std::vector<DiscGap>& gaps, const Landmarks& marks) {
  // A scan of L1 to L4 begins in T12 as a rule, and seldom a whole vertebra off.
  double score = above == Vertebra::T12 ? 0.0 : -1.5;
  const double spacing =
      gaps.size() > 1 ? (gaps.back().y_mm() - gaps.front().y_mm()) / static_cast<double>(gaps.size() - 1) : 34.0;
  const auto gap_below = [&](Vertebra level) {
    const int index = static_cast<int>(level) - static_cast<int>(above);
    const int last = static_cast<int>(gaps.size()) - 1, inside = std::clamp(index, 0, last);
    return gaps[static_cast<std::size_t>(inside)].y_mm() + (index - inside) * spacing;
  };
  const auto add = [&](const std::vector<double>& seen, double expected, double sd) {
    for (const double y : seen)
      score -= 0.5 * std::min(9.0, std::pow((y - expected) / sd, 2));
  };
  // Rib 12 leaves T12 below its middle and has come down a little beside the processes.
  add(marks.lowest_rib_mm, gap_below(Vertebra::T12) - 0.35 * spacing, 9);
  add(marks.crest_mm, gap_below(Vertebra::L4) + 4, 14);
  return score;
}

struct Naming {
  Vertebra above_first_gap;
  double confidence;
};

Naming name_levels(const std::vector<DiscGap>& gaps, const Landmarks& marks) {
  constexpr std::array candidates{Vertebra::T10, Vertebra::T11, Vertebra::T12, Vertebra::L1, Vertebra::L2};
  Naming best{Vertebra::T12, 0};
  double best_score = -1e9, sum = 0;
  for (const Vertebra candidate : candidates) {
    const double score = naming_score(candidate, gaps, marks);
    sum += std::exp(score);
    if (score > best_score) {
      best_score = score;
      best.above_first_gap = candidate;
    }
  }
  best.confidence = std::exp(best_score) / sum;
  return best;
}

} // namespace

SpineRegions find_spine_regions(const BoneImage& image) {
  SpineRegions found;
  found.outline = find_spine_outline(image.bone_g_cm2, image.noise_g_cm2);
  found.gaps = find_disc_gaps(image.bone_g_cm2, found.outline);
  if (found.gaps.size() < 2) {
    found.issues.push_back(refused("DXA-NO-SPINE", "spine",
                                   "no row of vertebrae was found (L1 to L4 cannot be placed) check that this is the "
                                   "spine from the front, or give regions by --roi"));
    return found;
  }
  const Naming naming = name_levels(found.gaps, find_landmarks(image, found.outline));
  found.above_first_gap = naming.above_first_gap;
  found.level_confidence = naming.confidence;
  for (std::size_t i = 0; i + 1 < found.gaps.size(); ++i) {
    const Vertebra level = all_vertebrae[static_cast<std::size_t>(found.above_first_gap) + i + 1];
    if (level >= Vertebra::L1 && level <= Vertebra::L4)
      found.regions.push_back(
          {std::string(to_string(level)),
           vertebra_outline(image.bone_g_cm2, image.noise_g_cm2, found.outline, found.gaps[i], found.gaps[i + 1]),
           RegionArea::Outline});
  }
  if (naming.confidence < 0.8)
    found.issues.push_back(warning("DXA-LEVEL-DOUBT", "spine",
                                   "ribs and iliac crests do not settle which vertebra is L1 (a level off changes the "
                                   "density by some percent) compare the picture, or give regions by --roi"));
  if (found.regions.size() < 4)
    found.issues.push_back(warning("DXA-LEVEL-MISSING", "spine",
                                   "not all of L1 to L4 lie in the image between two discs (the summary has fewer "
                                   "levels) check the picture"));
  return found;
}

} // namespace osteocalc::dxa
