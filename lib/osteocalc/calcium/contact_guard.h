// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/calcium/score.h"

namespace osteocalc::calcium {

/// Distance between voxel centres from each lesion to the nearest bone voxel, mm; absent beyond `reach_mm`.
/// \pre same_grid(labels.geometry(), the scan's)
[[nodiscard]] std::vector<std::optional<double>> distance_to_bone_mm(const std::vector<Lesion>& lesions,
                                                                     const Volume<LabelId>& labels, double reach_mm,
                                                                     Parallel parallel);

/// The sum of the lesions' scores without those within `distance_mm` of bone.
[[nodiscard]] double agatston_beyond(const std::vector<Lesion>& lesions,
                                     const std::vector<std::optional<double>>& to_bone_mm, double distance_mm);

/// How a lesion inside an artery's label hangs on bone outside it.
struct BoneContact {
  double contact_mm2 = 0; ///< of lesion and bone, seen along the contact's normal
  double widest_mm2 = 0;  ///< largest cross-section of the lesion across that normal
  double outside_hu = 0;  ///< mean of the bone's voxels at the contact
  double contact_hu = 0;  ///< mean of the lesion's voxels at the contact
  int peak_inside_hu = 0; ///< the lesion's brightest voxel away from the contact
  bool osteophyte = false;
};

/// Osteophyte against plaque, by connection and shape: bone that bulges into the label is as broad at its base as
/// anywhere and fades from the base inwards; a plaque reaches beyond the contact along the wall or has a peak of its
/// own. Nothing when the lesion touches no bright voxel that leads to bone within 10 mm.
/// \param beds 0 outside every artery
[[nodiscard]] std::optional<BoneContact> bone_contact(const Volume<std::int16_t>& hu, const Volume<LabelId>& labels,
                                                      const Volume<LabelId>& beds, const Lesion& lesion, int bright_hu);

} // namespace osteocalc::calcium
