// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/heart.h"

#include "osteocalc/segmentation/coronary_territory.h"
#include "osteocalc/segmentation/heart_region.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <tuple>
#include <utility>

namespace osteocalc::segmentation {
namespace {

constexpr double contrast_hu = 100.0; // no unenhanced blood is that bright
constexpr int metal_hu = 1500;

std::vector<Evidence> evidence_of(const BrightSpot& spot, const SpotDecision& decision) {
  std::vector<Evidence> evidence{{"left_mm", spot.frame_mm[0]},     {"front_mm", spot.frame_mm[1]},
                                 {"up_mm", spot.frame_mm[2]},       {"to_lung_mm", spot.to_lung_mm},
                                 {"to_bone_mm", spot.to_bone_mm},   {"to_wall_mm", spot.to_wall_mm},
                                 {"in_heart_mm", spot.in_heart_mm}, {"to_descending_mm", spot.to_descending_mm},
                                 {"extent_mm", spot.extent_mm}};
  if (const auto& around = spot.around)
    evidence.insert(evidence.end(), {{"fat_share", around->fat_share},
                                     {"lung_share", around->lung_share},
                                     {"gap_hu", around->gap_hu},
                                     {"contrast_to_noise", around->contrast_to_noise},
                                     {"to_course_mm", decision.course_mm},
                                     {"next_artery_mm", decision.margin_mm}});
  return evidence;
}

/// Spots of one piece that were decided alike, as one lesion.
std::vector<LesionDecision> gather(const std::vector<BrightSpot>& spots, const std::vector<SpotDecision>& decisions,
                                   const VolumeGeometry& image) {
  std::map<std::tuple<std::uint32_t, LesionKind, std::optional<CoronaryArtery>>, std::size_t> known;
  std::vector<LesionDecision> lesions;
  std::vector<double> largest;
  for (std::size_t i = 0; i < spots.size(); ++i) {
    const auto& [spot, decision] = std::tie(spots[i], decisions[i]);
    const auto [at, is_new] = known.try_emplace({spot.piece, decision.kind, decision.artery}, lesions.size());
    if (is_new) {
      lesions.emplace_back();
      lesions.back().kind = decision.kind;
      lesions.back().artery = decision.artery;
      lesions.back().slices = {spot.slice, spot.slice};
      largest.push_back(0.0);
    }
    LesionDecision& lesion = lesions[at->second];
    lesion.slices[1] = spot.slice;
    lesion.centre_mm =
        lesion.centre_mm + static_cast<double>(spot.offsets.size()) * index_to_point(image, spot.centre_index);
    lesion.peak_hu = std::max(lesion.peak_hu, spot.peak_hu);
    lesion.offsets.insert(lesion.offsets.end(), spot.offsets.begin(), spot.offsets.end());
    if (spot.area_mm2 > largest[at->second]) {
      largest[at->second] = spot.area_mm2;
      lesion.probability = decision.probability;
      lesion.reason = decision.reason;
      lesion.evidence = evidence_of(spot, decision);
    }
  }
  for (LesionDecision& lesion : lesions) {
    lesion.centre_mm = 1.0 / static_cast<double>(lesion.offsets.size()) * lesion.centre_mm;
    lesion.volume_mm3 = static_cast<double>(lesion.offsets.size()) * voxel_volume_mm3(image);
  }
  return lesions;
}

void doubt_the_place(HeartResult& heart, const HeartRegion& region, const VolumeGeometry& grid) {
  const double below_mm = heart.landmarks.root_mm[2] - grid.origin_mm[2];
  if (!heart.landmarks.root_trusted)
    heart.issues.push_back(
        warning("SEG-HEART-ROOT", "heart",
                "the aortic root was not found with certainty (arteries are named and valve and wall "
                "are told apart from there); look at the coronary labels before using them"));
  if (region.cut_share > 0.05 || below_mm < 75)
    heart.issues.push_back(
        warning("SEG-HEART-CUT", "heart",
                "part of the heart lies outside the image (its calcium is missing from every score); "
                "use a series that holds the whole heart"));
  if (heart.landmarks.left_fat_pad_ml < 0.8)
    heart.issues.push_back(
        warning("SEG-HEART-FAT", "heart",
                "there is little fat left of the aortic root (left anterior and circumflex artery are "
                "told apart by it); prefer the coronary total to the score of single arteries"));
}

void doubt_the_scan(HeartResult& heart, const Body& body, double increment_mm) {
  if (body.sides_in_view || increment_mm > 3.1)
    heart.issues.push_back(warning("SEG-HEART-UNGATED", "heart",
                                   "slices are thick or the whole chest is in view, as in scans without gating (motion "
                                   "and thickness hide coronary calcium); read the score as a lower bound"));
  if (heart.blood_noise_hu > 30)
    heart.issues.push_back(warning("SEG-HEART-NOISE", "heart",
                                   "noise in the blood exceeds 30 HU (it makes small lesions and enlarges real ones); "
                                   "use a smoother kernel or thicker slices"));
}

/// What was decided from the root's place is no surer than that place.
void doubt_the_decisions(HeartResult& heart) {
  constexpr double untrusted_share = 0.6;
  for (LesionDecision& lesion : heart.lesions)
    if (lesion.kind != LesionKind::Bone && lesion.kind != LesionKind::Lung && lesion.kind != LesionKind::Noise)
      lesion.probability *= heart.landmarks.root_trusted ? 1.0 : untrusted_share;
}

void doubt_the_lesions(HeartResult& heart) {
  double coronary_mm3 = 0.0, unclear_mm3 = 0.0;
  bool metal = false;
  for (const LesionDecision& lesion : heart.lesions) {
    coronary_mm3 += lesion.kind == LesionKind::Coronary ? lesion.volume_mm3 : 0.0;
    unclear_mm3 += lesion.kind == LesionKind::Unclear ? lesion.volume_mm3 : 0.0;
    metal |= lesion.kind == LesionKind::Coronary && lesion.peak_hu > metal_hu;
  }
  if (metal)
    heart.issues.push_back(warning("SEG-HEART-METAL", "coronaries",
                                   "a coronary lesion is brighter than 1500 HU (a stent or clip, which is no calcium); "
                                   "look at it and take it out if so"));
  if (unclear_mm3 > 0.1 * coronary_mm3 && unclear_mm3 > 5.0)
    heart.issues.push_back(warning("SEG-HEART-UNCLEAR", "coronaries",
                                   "bright lesions in the heart fit no coronary course (they are listed, not counted); "
                                   "look at them and label them by hand"));
}

/// The image voxels' labels, from the nearest voxel of a coarser grid with the same axes; 0 beyond it.
template <class T, class ToLabel>
Volume<LabelId> painted(const Volume<T>& coarse, const VolumeGeometry& image, Parallel parallel,
                        const ToLabel& to_label) {
  Volume<LabelId> labels(image, LabelId{0});
  if (coarse.empty())
    return labels;
  const Vec3 start = point_to_index(coarse.geometry(), image.origin_mm);
  std::array<std::vector<int>, 3> from; // -1 outside
  for (std::size_t a = 0; a < 3; ++a)
    for (int i = 0; i < image.size[a]; ++i) {
      const auto k =
          static_cast<int>(std::floor(start[a] + i * image.spacing_mm[a] / coarse.geometry().spacing_mm[a] + 0.5));
      from[a].push_back(k < coarse.size(a) ? std::max(k, -1) : -1);
    }
  parallel_for(from[2].size(), parallel, [&](std::size_t slice) {
    const int z = static_cast<int>(slice);
    for (int y = 0; y < image.size[1]; ++y) {
      const int cy = from[1][static_cast<std::size_t>(y)], cz = from[2][slice];
      if (cy < 0 || cz < 0)
        continue;
      const T* row = coarse.slice(cz).row(cy);
      const std::size_t offset = labels.offset(0, y, z);
      LabelId* out = labels.slice(z).row(y);
      for (std::size_t x = 0; x < from[0].size(); ++x)
        if (from[0][x] >= 0)
          out[x] = to_label(row[from[0][x]], offset + x);
    }
  });
  return labels;
}

/// Whether a lumbar vertebra lies higher than the root. It lies some five levels above the first, so that a name that
/// is off by one or two does not matter.
bool lies_in_the_abdomen(const Vec3& root_mm, const SpineResult& spine) {
  constexpr double likely = 0.5;
  return std::ranges::any_of(spine.vertebrae, [&](const VertebraFinding& vertebra) {
    return vertebra.level >= Vertebra::L1 && vertebra.confidence >= likely && vertebra.center_mm[2] > root_mm[2];
  });
}

} // namespace

LabelId artery_label(CoronaryArtery artery) noexcept {
  return static_cast<LabelId>(label::coronary_lm + static_cast<LabelId>(artery));
}

HeartResult find_heart(const Volume<std::int16_t>& image, const Body& body, const SpineResult& spine,
                       const AortaResult& aorta, Parallel parallel) {
  HeartResult heart;
  const auto no_heart = [&](const char* why) {
    heart.issues.push_back(refused("SEG-HEART-NONE", "heart", why));
    return std::move(heart);
  };
  const auto thorax = find_thorax(body, parallel);
  if (!thorax)
    return no_heart("no lung is in view (the heart is sought between the lungs); give a scan of the chest");
  std::optional<double> carina_mm;
  if (body.carina_slice)
    carina_mm = index_to_point(body.hu.geometry(), {0, 0, *body.carina_slice})[2];
  const AorticRoot root = find_aortic_root(*thorax, carina_mm, aorta, parallel);
  if (root.followed_mm == 0.0)
    return no_heart("the ascending aorta is not in view (the coronary arteries are placed from its root); give a scan "
                    "that reaches from the aortic root to the diaphragm");
  const HeartFrame frame = make_frame(*thorax, root);
  const CoronaryCourses courses = find_courses(*thorax, root, frame);
  HeartRegion region = find_heart_region(*thorax, root, frame, parallel);
  const auto point = [&](const Vec3& index) { return index_to_point(frame.grid, index); };
  if (lies_in_the_abdomen(point(root.index), spine))
    return no_heart("what looks like lungs lies below L1 (it is gas in the bowel; the heart is sought between the "
                    "lungs); give a scan of the chest");
  heart.found = true;
  heart.landmarks = {point(root.index), root.radius_mm,  root.followed_mm,
                     root.trusted,      frame.border_mm, point(frame.to_index(courses.fat_pad)),
                     courses.fat_pad_ml};
  heart.volume_ml = region.volume_ml;
  heart.epicardial_fat_ml = region.fat_ml;
  const BloodSample blood = sample_blood(image, frame, root);
  heart.blood_hu = blood.mean_hu;
  heart.blood_noise_hu = blood.noise_hu;
  doubt_the_place(heart, region, frame.grid);
  doubt_the_scan(heart, body, image.geometry().spacing_mm[2]);
  if (blood.mean_hu > contrast_hu) {
    heart.issues.push_back(
        refused("SEG-HEART-CONTRAST", "heart",
                "the blood is brighter than 100 HU (contrast agent looks like calcium, no lesion can be "
                "told from it); use a series without contrast"));
  } else {
    const auto spots = find_bright_spots(image, *thorax, region.inside, root, frame, blood, parallel);
    heart.lesions = gather(spots, decide_spots(spots, frame, courses), image.geometry());
    doubt_the_decisions(heart);
    doubt_the_lesions(heart);
  }
  heart.territory = coronary_territory(region.inside, *thorax, frame, courses, parallel);
  heart.region = std::move(region.inside);
  return heart;
}

Volume<LabelId> paint_heart(const HeartResult& heart, const VolumeGeometry& image, Parallel parallel) {
  return painted(heart.region, image, parallel,
                 [](std::uint8_t in, std::size_t) { return in ? label::heart : LabelId{0}; });
}

Volume<LabelId> paint_coronaries(const HeartResult& heart, const Volume<std::int16_t>& image, Parallel parallel) {
  const std::int16_t* hu = image.voxels().data();
  Volume<LabelId> labels = painted(heart.territory, image.geometry(), parallel, [hu](LabelId id, std::size_t offset) {
    return hu[offset] < lesion_threshold_hu ? id : LabelId{0};
  });
  for (const LesionDecision& lesion : heart.lesions)
    if (lesion.artery || lesion.kind == LesionKind::AorticValve)
      for (const std::size_t offset : lesion.offsets)
        labels.voxels()[offset] = lesion.artery ? artery_label(*lesion.artery) : label::aortic_valve;
  return labels;
}

} // namespace osteocalc::segmentation
