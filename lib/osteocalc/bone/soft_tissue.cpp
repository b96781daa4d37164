// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/bone/soft_tissue.h"

#include "osteocalc/bone/canal.h"

#include <algorithm>
#include <cmath>

namespace osteocalc::bone {
namespace {

constexpr LabelId first_muscle = 86, last_muscle = 89;
constexpr int dense_hu = -250; // fat and everything denser, bowel gas and the air around left out

/// The body on one slice: its largest connected dense part, without table and arms.
Volume<std::uint8_t> body_on(SliceView<const std::int16_t> slice) {
  Volume<std::uint8_t> mask(VolumeGeometry{{slice.width, slice.height, 1}}, 0);
  for (int y = 0; y < slice.height; ++y)
    for (int x = 0; x < slice.width; ++x)
      mask(x, y, 0) = slice(x, y) > dense_hu ? 1 : 0;
  keep_largest_part(mask);
  return mask;
}

bool reaches_a_side(const Volume<std::uint8_t>& mask) {
  for (int y = 0; y < mask.size(1); ++y)
    if (mask(0, y, 0) != 0 || mask(mask.size(0) - 1, y, 0) != 0)
      return true;
  return false;
}

} // namespace

std::optional<SoftTissue> soft_tissue_at_l3(const Volume<std::int16_t>& hu, const Volume<LabelId>& labels,
                                            const std::vector<BodyFinding>& bodies) {
  const auto l3 = std::ranges::find(bodies, Vertebra::L3, &BodyFinding::level);
  if (l3 == bodies.end() || !l3->body)
    return std::nullopt;
  const VolumeGeometry& g = hu.geometry();
  const int z = static_cast<int>(std::lround(point_to_index(g, l3->body->center_mm)[2]));
  if (z < 0 || z >= g.size[2])
    return std::nullopt;
  const SliceView<const std::int16_t> slice = hu.slice(z);
  const Volume<std::uint8_t> body = body_on(slice);
  if (reaches_a_side(body))
    return std::nullopt;
  std::int64_t muscle = 0, labelled = 0, fat = 0;
  for (int y = 0; y < g.size[1]; ++y)
    for (int x = 0; x < g.size[0]; ++x) {
      const int value = slice(x, y);
      const LabelId id = labels(x, y, z);
      const bool is_muscle = id >= first_muscle && id <= last_muscle;
      labelled += is_muscle ? 1 : 0;
      muscle += is_muscle && value >= -29 && value <= 150 ? 1 : 0;
      fat += body(x, y, 0) != 0 && value >= -190 && value <= -30 ? 1 : 0;
    }
  const double pixel_cm2 = g.spacing_mm[0] * g.spacing_mm[1] / 100;
  SoftTissue result{{}, static_cast<double>(fat) * pixel_cm2, z};
  if (labelled > 0)
    result.muscle_cm2 = static_cast<double>(muscle) * pixel_cm2;
  return result;
}

} // namespace osteocalc::bone
