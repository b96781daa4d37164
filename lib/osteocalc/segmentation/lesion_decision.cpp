// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/lesion_decision.h"

#include "osteocalc/segmentation/coronary_territory.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace osteocalc::segmentation {
namespace {

/// The mitral annulus of a heart of usual size, from the aortic side round the back.
const Polyline usual_mitral{{25, -18, -38}, {40, -24, -44}, {58, -30, -46}};
/// The left arteries of a heart of usual size: an effusion or collapsed lung hides the border their courses follow.
const Polyline usual_lad{{44, -5, -3},  {53, 2, -8},   {61, 16, -17}, {65, 30, -32},
                         {66, 42, -50}, {70, 48, -70}, {75, 45, -85}};
const Polyline usual_lcx{{46, -14, -8},  {52, -21, -18}, {64, -28, -28}, {72, -33, -37},
                         {70, -40, -48}, {55, -45, -58}, {38, -45, -66}};
constexpr double least_area_mm2 = 1.0; // readers score nothing smaller

/// A spot as the rules see it: distances as measured, place in a heart of usual size.
struct View {
  const BrightSpot& spot;
  const Surroundings& around;
  Vec3 usual{};            ///< frame coordinates divided by the heart's size
  double to_root_mm = 0.0; ///< from the root's wall at the same height; < 0 inside
  double course_mm = 0.0;  ///< to the nearest course
  const CoronaryCourses& courses;

  /// To the artery's main line, without its side branches.
  [[nodiscard]] double to_stem_mm(CoronaryArtery artery) const {
    return line_distance_mm(spot.frame_mm, courses.lines[static_cast<std::size_t>(artery)].front(), 0.5);
  }
};

/// In the left groove the lung is near and fat may be thin: a small bright spot on the course is the artery all the
/// same, a sheet or a faint one is pericardium or pleura.
bool on_left_groove(const View& v) {
  return v.to_stem_mm(CoronaryArtery::LCX) < 8 && v.spot.extent_mm <= 20 && v.around.contrast_to_noise >= 8 &&
         v.around.fat_share >= 0.15 && v.around.lung_share < 0.35;
}

/// Where it leaves the root the right artery lies against it, yet has fat on its other sides.
bool beside_right_ostium(const View& v) {
  return v.to_stem_mm(CoronaryArtery::RCA) < 6 && v.usual[1] > 12 && v.around.fat_share >= 0.35;
}

/// At the crux the artery lies between heart and liver, far from any lung and often without fat in the slice.
bool at_crux(const View& v) {
  return v.usual[2] < -60 && v.to_stem_mm(CoronaryArtery::RCA) < 10 && v.around.contrast_to_noise >= 8;
}

SpotDecision is(LesionKind kind, double probability, std::string_view reason) {
  return {kind, std::nullopt, probability, reason};
}

double nearest_course_mm(const CoronaryCourses& courses, const Vec3& at, const Vec3& usual) {
  double best = std::min(line_distance_mm(usual, usual_lad, 1.0), line_distance_mm(usual, usual_lcx, 1.0));
  for (const auto& lines : courses.lines)
    for (const Polyline& line : lines)
      best = std::min(best, line_distance_mm(at, line, 1.0));
  return best;
}

/// What lies outside the heart's reach, told by place alone.
std::optional<SpotDecision> outside_heart(const BrightSpot& spot) {
  if (spot.to_bone_mm < 5)
    return is(LesionKind::Bone, 0.98, "bone near");
  // A heart may bulge out of the lungs' hull; there its own fat, or being small and far from any bone, tells its
  // arteries from rib cartilage.
  const double fat = spot.around ? spot.around->fat_share : 0.0;
  const bool in_heart = (spot.in_heart_mm > 2 && spot.to_bone_mm > 10 && fat > 0.3) ||
                        (spot.in_heart_mm > 0 && spot.to_bone_mm > 20 && fat > 0.15 && spot.extent_mm < 20);
  if (spot.to_wall_mm < 6 && !in_heart)
    return is(LesionKind::Bone, 0.95, "chest wall near");
  if (spot.to_descending_mm < 4)
    return is(LesionKind::Aorta, 0.97, "on the descending aorta");
  return std::nullopt;
}

std::optional<SpotDecision> beside_heart(const View& v) {
  const double up = v.spot.frame_mm[2];
  if (v.around.lung_share > 0.5)
    return is(LesionKind::Lung, 0.95, "within the lung");
  if (up > 8 && v.spot.to_ascending_mm < 5)
    return is(LesionKind::Aorta, 0.95, "on the ascending aorta");
  const bool left_of_trunk = v.usual[0] > 25 && v.usual[0] < 80 && v.usual[1] > -22 && v.usual[1] < 25 &&
                             v.around.fat_share > 0.35 && v.around.lung_share < 0.12;
  if (up > (left_of_trunk ? 25 : 12))
    return v.spot.to_airway_mm < 4 ? is(LesionKind::Airway, 0.8, "above the heart, beside air")
                                   : is(LesionKind::Node, 0.8, "above the heart");
  if (up < -95)
    return is(LesionKind::Abdomen, 0.9, "below the heart");
  return std::nullopt;
}

std::optional<SpotDecision> noise_or_surface(const View& v) {
  const double up = v.spot.frame_mm[2], cnr = v.around.contrast_to_noise, fat = v.around.fat_share;
  if (v.spot.area_mm2 < least_area_mm2)
    return is(LesionKind::Noise, 0.9, "smaller than 1 mm2");
  if (cnr < 4.5 || (cnr < 6 && fat < 0.05 && v.spot.peak_hu < 200))
    return is(LesionKind::Noise, 0.9, "no brighter than noise");
  if (up > -12 && up <= 8 && v.spot.to_ascending_mm < 5 && v.to_root_mm < 6 && fat < 0.5 && std::abs(v.usual[0]) < 24)
    return is(LesionKind::AorticRoot, 0.75, "on the ascending aorta's lower end");
  if (v.around.lung_share > 0.12 && fat < 0.35 && !on_left_groove(v))
    return is(LesionKind::HeartSurface, 0.8, "lung beside, little fat");
  if (v.around.lung_share > 0.25 && cnr < 6)
    return is(LesionKind::HeartSurface, 0.7, "lung beside, faint");
  if (v.spot.extent_mm > 40 && fat < 0.35 && v.spot.to_lung_mm < 12)
    return is(LesionKind::HeartSurface, 0.8, "a long sheet near the lung");
  return std::nullopt;
}

std::optional<SpotDecision> deep_in_heart(const View& v) {
  const double fat = v.around.fat_share;
  if ((v.usual[1] < -50 && std::abs(v.usual[0]) < 45) ||
      (v.usual[1] < -38 && std::abs(v.usual[0]) < 30 && v.usual[2] > -85))
    return is(LesionKind::Node, 0.8, "behind the heart");
  if (v.to_root_mm < 3 && fat < 0.5 && !beside_right_ostium(v))
    return v.to_root_mm < -6 ? is(LesionKind::AorticValve, 0.6, "within the root")
                             : is(LesionKind::AorticRoot, 0.7, "at the root's wall");
  if (v.to_root_mm < 8 && fat < 0.6 && v.around.gap_hu > 0 && v.usual[0] < 20 && v.usual[2] > -30 &&
      !beside_right_ostium(v))
    return is(LesionKind::AorticRoot, 0.7, "no fat between it and the root");
  if (line_distance_mm(v.usual, usual_mitral, 1.0) < 12 && fat < 0.2 && v.spot.to_lung_mm > 18)
    return is(LesionKind::MitralAnnulus, 0.6, "deep, at the annulus");
  return std::nullopt;
}

SpotDecision coronary_or_unclear(const View& v) {
  const double fat = v.around.fat_share;
  if (v.course_mm > 28)
    return is(LesionKind::Unclear, 0.5, "far from every coronary course");
  if (fat < 0.05 && v.spot.to_lung_mm > 22 && !at_crux(v))
    return is(LesionKind::Unclear, 0.5, "deep in soft tissue");
  const double near = std::exp(-0.5 * std::pow(v.course_mm / 16, 2));
  const double p = near * (0.6 + 0.4 * std::min(1.0, fat / 0.3)) * std::min(1.0, v.around.contrast_to_noise / 8);
  return is(LesionKind::Coronary, std::min(0.25 + 0.75 * p, 0.98), "along a coronary course");
}

SpotDecision decide(const BrightSpot& spot, const HeartFrame& frame, const CoronaryCourses& courses) {
  if (const auto outside = outside_heart(spot))
    return *outside;
  const double s = frame.scale(), h = std::sqrt(s);
  const Vec3 usual{spot.frame_mm[0] / s, spot.frame_mm[1] / s, spot.frame_mm[2] / h};
  const View view{spot,
                  *spot.around,
                  usual,
                  root_wall_distance_mm(usual, frame.root_radius_mm),
                  nearest_course_mm(courses, spot.frame_mm, usual),
                  courses};
  for (const auto rule : {beside_heart, noise_or_surface, deep_in_heart})
    if (auto decision = rule(view)) {
      decision->course_mm = view.course_mm;
      return *decision;
    }
  SpotDecision decision = coronary_or_unclear(view);
  decision.course_mm = view.course_mm;
  return decision;
}

using Piece = std::vector<std::size_t>; // its spots

bool undecided(LesionKind kind) {
  return kind == LesionKind::Coronary || kind == LesionKind::Unclear || kind == LesionKind::Noise;
}

/// A plaque of the aorta, the surface or a bone takes the coronary-looking ends of the same piece along.
void follow_the_larger_part(const Piece& piece, const std::vector<BrightSpot>& spots,
                            std::vector<SpotDecision>& decisions) {
  double total = 0.0;
  std::map<LesionKind, double> area;
  for (const std::size_t i : piece) {
    total += spots[i].area_mm2;
    if (!undecided(decisions[i].kind))
      area[decisions[i].kind] += spots[i].area_mm2;
  }
  if (area.empty())
    return;
  const auto largest = std::ranges::max_element(area, {}, [](const auto& a) { return a.second; });
  if (largest->second <= 0.5 * total)
    return;
  for (const std::size_t i : piece)
    if (decisions[i].kind == LesionKind::Coronary || decisions[i].kind == LesionKind::Unclear)
      decisions[i] = is(largest->first, 0.7, "part of a larger lesion");
}

/// Spots too faint to stand alone belong to the sure lesion they continue.
void join_noise(const Piece& piece, const std::vector<BrightSpot>& spots, std::vector<SpotDecision>& decisions) {
  const bool sure = std::ranges::any_of(piece, [&](std::size_t i) {
    return decisions[i].kind == LesionKind::Coronary && spots[i].around->contrast_to_noise > 6;
  });
  for (const std::size_t i : piece)
    if (sure && decisions[i].kind == LesionKind::Noise)
      decisions[i] = is(LesionKind::Coronary, 0.6, "continues a coronary lesion");
}

/// How far a place lies on the wrong side of the left ventricle for an artery: the anterior artery runs before it, the
/// circumflex one behind. Where lung is collapsed or cut the border, and with it both courses, may be wrong.
double wrong_side_mm(CoronaryArtery artery, double front_mm) {
  constexpr double least_front_mm = -25.0, most_front_mm = 5.0;
  return artery == CoronaryArtery::LAD   ? std::max(0.0, least_front_mm - front_mm)
         : artery == CoronaryArtery::LCX ? std::max(0.0, front_mm - most_front_mm)
                                         : 0.0;
}

/// One artery a piece, by mean distance weighted with area; left main and anterior artery are parted spot by spot.
void name_artery(const Piece& piece, const std::vector<BrightSpot>& spots, const CoronaryCourses& courses,
                 std::vector<SpotDecision>& decisions) {
  using enum CoronaryArtery;
  constexpr std::array named{LAD, LCX, RCA};
  std::array<double, 3> mean{};
  double total = 0.0;
  for (const std::size_t i : piece)
    if (decisions[i].kind == LesionKind::Coronary) {
      const Vec3& at = spots[i].frame_mm;
      total += spots[i].area_mm2;
      for (std::size_t k = 0; k < named.size(); ++k) {
        double distance = course_distance_mm(courses, named[k], at);
        if (named[k] == LAD)
          distance = std::min(distance, course_distance_mm(courses, LM, at));
        mean[k] += spots[i].area_mm2 * (distance + wrong_side_mm(named[k], at[1]));
      }
    }
  const auto best = static_cast<std::size_t>(std::ranges::min_element(mean) - mean.begin());
  auto sorted = mean;
  std::ranges::sort(sorted);
  for (const std::size_t i : piece)
    if (decisions[i].kind == LesionKind::Coronary) {
      const Vec3& at = spots[i].frame_mm;
      decisions[i].artery = named[best] == LAD && is_left_main(courses, at) ? LM : named[best];
      decisions[i].margin_mm = (sorted[1] - sorted[0]) / total;
      decisions[i].course_mm = course_distance_mm(courses, *decisions[i].artery, at);
    }
}

} // namespace

std::string_view to_string(LesionKind kind) noexcept {
  constexpr std::array<std::string_view, 13> names{"coronary", "aortic_valve", "aortic_root", "mitral_annulus", "aorta",
                                                   "bone",     "airway",       "node",        "heart_surface",  "lung",
                                                   "abdomen",  "noise",        "unclear"};
  return names[static_cast<std::size_t>(kind)];
}

std::vector<SpotDecision> decide_spots(const std::vector<BrightSpot>& spots, const HeartFrame& frame,
                                       const CoronaryCourses& courses) {
  std::vector<SpotDecision> decisions;
  std::map<std::uint32_t, Piece> pieces;
  for (std::size_t i = 0; i < spots.size(); ++i) {
    decisions.push_back(decide(spots[i], frame, courses));
    pieces[spots[i].piece].push_back(i);
  }
  for (const auto& [id, piece] : pieces) {
    follow_the_larger_part(piece, spots, decisions);
    join_noise(piece, spots, decisions);
    name_artery(piece, spots, courses, decisions);
  }
  return decisions;
}

} // namespace osteocalc::segmentation
