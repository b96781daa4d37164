// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/aorta_image.h"

#include "osteocalc/segmentation/components.h"
#include "osteocalc/segmentation/filters.h"

#include <algorithm>
#include <cmath>

namespace osteocalc::segmentation {
namespace {

constexpr double dark_below_soft_hu = 105.0;  // about the middle between fat and water: darker is all the same
constexpr double bright_above_soft_hu = 25.0; // plaque and contrast end here, little above blood

using Mask = Volume<std::uint8_t>;

/// Where every pixel of its 3 x 3 neighbourhood is set (wanted = 1), or where any is (wanted = 0).
void shrink_or_grow(Mask& mask, std::uint8_t wanted, Parallel parallel) {
  parallel_for(static_cast<std::size_t>(mask.size(2)), parallel, [&](std::size_t z) {
    const auto slice = mask.slice(static_cast<int>(z));
    std::vector<std::uint8_t> before(slice.data, slice.data + slice.width * slice.height);
    const auto at = [&](int x, int y) {
      return before[static_cast<std::size_t>(std::clamp(y, 0, slice.height - 1) * slice.width +
                                             std::clamp(x, 0, slice.width - 1))];
    };
    for (int y = 0; y < slice.height; ++y)
      for (int x = 0; x < slice.width; ++x) {
        bool same = true;
        for (int dy = -1; dy <= 1; ++dy)
          for (int dx = -1; dx <= 1; ++dx)
            same = same && at(x + dx, y + dy) == wanted;
        slice(x, y) = static_cast<std::uint8_t>(same ? wanted : 1 - wanted);
      }
  });
}

bool within_body(const SpineAnchor& a, int x, int y) {
  const double dx = std::abs(x - a.middle) * working_spacing_mm, dy = (y - a.front) * working_spacing_mm;
  return dx < 14.0 && y < a.back && dy > 1.0 + 0.03 * dx * dx; // the front wall is round
}

/// Where bone of the column may lie: near the body, wider towards the ribs, everything behind.
bool near_column(const SpineAnchor& a, int x, int y) {
  const double dx = std::abs(x - a.middle) * working_spacing_mm, dy = (y - a.front) * working_spacing_mm;
  return (dy > -5.0 && dx < 18.0 + 0.5 * std::max(dy, 0.0)) || y > a.back;
}

} // namespace

std::vector<SpineAnchor> anchor_slices(const SpineCurve& curve, const VolumeGeometry& grid) {
  OSTEOCALC_EXPECT(!curve.center_mm.empty());
  std::vector<SpineAnchor> anchors(static_cast<std::size_t>(grid.size[2]));
  std::size_t i = 0;
  for (std::size_t z = 0; z < anchors.size(); ++z) {
    while (i + 1 < curve.center_mm.size() && point_to_index(grid, curve.center_mm[i])[2] < static_cast<double>(z))
      ++i;
    const Vec3 center = point_to_index(grid, curve.center_mm[i]);
    const double half_depth = 0.5 * curve.depth_mm[i] / grid.spacing_mm[1];
    anchors[z] = {center[0], center[1] - half_depth, center[1] + half_depth, curve.width_mm[i] / grid.spacing_mm[0]};
  }
  return anchors;
}

Volume<std::uint8_t> column_mask(const Body& body, const std::vector<SpineAnchor>& anchors, Parallel parallel) {
  Mask bodies(body.hu.geometry()), thick(body.hu.geometry()), bone(body.hu.geometry());
  const auto hu = body.hu.voxels();
  const auto in_body = bodies.voxels(), in_thick = thick.voxels(), in_bone = bone.voxels();
  parallel_for(anchors.size(), parallel, [&](std::size_t z) {
    std::size_t i = bone.offset(0, 0, static_cast<int>(z));
    for (int y = 0; y < bone.size(1); ++y)
      for (int x = 0; x < bone.size(0); ++x, ++i) {
        in_body[i] = within_body(anchors[z], x, y);
        in_bone[i] = hu[i] > body.tissue.bone_hu && near_column(anchors[z], x, y);
        in_thick[i] = in_body[i] | in_bone[i];
      }
  });
  shrink_or_grow(thick, 1, parallel);
  shrink_or_grow(thick, 0, parallel);
  const Components pieces = connected_components(thick, Connectivity::Faces, parallel);
  const auto ids = pieces.ids.voxels();
  std::vector<std::uint8_t> joined(pieces.pieces.size() + 1, 0);
  for (std::size_t i = 0; i < ids.size(); ++i)
    if (in_body[i])
      joined[static_cast<std::size_t>(ids[i])] = 1;
  joined[0] = 0;
  for (std::size_t i = 0; i < ids.size(); ++i)
    in_thick[i] = joined[static_cast<std::size_t>(ids[i])];
  shrink_or_grow(thick, 0, parallel);
  for (std::size_t i = 0; i < ids.size(); ++i)
    in_body[i] = in_body[i] || (in_bone[i] && in_thick[i]);
  return bodies;
}

Volume<std::uint8_t> column_rim(const Volume<std::uint8_t>& column, Parallel parallel) {
  Mask rim = column.clone();
  shrink_or_grow(rim, 0, parallel);
  return rim;
}

Volume<float> vessel_image(const Body& body, const Volume<std::uint8_t>& column, Parallel parallel) {
  const auto dark = static_cast<float>(body.tissue.soft_hu - dark_below_soft_hu);
  const auto bright = static_cast<float>(body.tissue.soft_hu + bright_above_soft_hu);
  const Mask rim = column_rim(column, parallel);
  Volume<float> image(body.hu.geometry());
  std::ranges::transform(body.hu.voxels(), rim.voxels(), image.voxels().begin(),
                         [&](std::int16_t hu, std::uint8_t bone) {
                           return bone ? dark : std::clamp(static_cast<float>(hu), dark, bright);
                         });
  gaussian_smooth(image, {0.6, 0.6, 0.6}, parallel);
  return image;
}

SpinePictures spine_pictures(const Volume<float>& image, const std::vector<SpineAnchor>& anchors, Parallel parallel) {
  VolumeGeometry geometry = image.geometry();
  geometry.size = {SpinePictures::width, SpinePictures::height, image.size(2)};
  SpinePictures result{Volume<float>(geometry, beyond_image_hu), {}, {}};
  for (const SpineAnchor& a : anchors) {
    result.x0.push_back(static_cast<int>(std::lround(a.middle)) - SpinePictures::column_x);
    result.y0.push_back(static_cast<int>(std::lround(a.front)) - SpinePictures::column_y);
  }
  parallel_for(anchors.size(), parallel, [&](std::size_t k) {
    const int z = static_cast<int>(k), x0 = result.x0[k], y0 = result.y0[k];
    for (int y = std::max(0, -y0); y < std::min(SpinePictures::height, image.size(1) - y0); ++y)
      for (int x = std::max(0, -x0); x < std::min(SpinePictures::width, image.size(0) - x0); ++x)
        result.pictures(x, y, z) = image(x0 + x, y0 + y, z);
  });
  return result;
}

} // namespace osteocalc::segmentation
