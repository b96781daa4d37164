// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calcium/contact_guard.h"

#include "osteocalc/calcium/neighbourhood.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace osteocalc::calcium {
namespace {

using Voxel = std::array<int, 3>;

constexpr double bone_reach_mm = 10; ///< how far a bright bridge may lead to labelled bone
constexpr double base_share = 0.6;   ///< of the widest section: at least this much contact makes a base
constexpr double rim_mm = 1.5;       ///< voxels this near the contact are its own blur

bool contains(const Volume<LabelId>& volume, const Voxel& v) {
  return volume.contains(v[0], v[1], v[2]);
}

constexpr std::array<Voxel, 6> faces{{{-1, 0, 0}, {1, 0, 0}, {0, -1, 0}, {0, 1, 0}, {0, 0, -1}, {0, 0, 1}}};

Voxel operator+(const Voxel& a, const Voxel& b) {
  return {a[0] + b[0], a[1] + b[1], a[2] + b[2]};
}

Vec3 offset_mm(const VolumeGeometry& geometry, const Voxel& from, const Voxel& to) {
  Vec3 offset{};
  for (std::size_t axis = 0; axis < 3; ++axis)
    offset[axis] = (to[axis] - from[axis]) * geometry.spacing_mm[axis];
  return offset;
}

/// Bright voxels outside the artery that lead to labelled bone; what was asked once is remembered.
class BoneSearch {
 public:
  BoneSearch(const Volume<std::int16_t>& hu, const Volume<LabelId>& labels, const Volume<LabelId>& beds, int bright_hu)
      : hu_(hu), labels_(labels), beds_(beds), bright_hu_(bright_hu) {}

  bool leads_to_bone(const Voxel& start) {
    if (!is_bright_outside(start))
      return false;
    if (const auto known = known_.find(start); known != known_.end())
      return known->second;
    std::set<Voxel> seen{start};
    std::vector<Voxel> open{start};
    bool bone = false;
    while (!open.empty() && !bone) {
      const Voxel at = open.back();
      open.pop_back();
      bone = is_bone_label(labels_(at[0], at[1], at[2]));
      for (const Voxel& face : faces) {
        const Voxel next = at + face;
        if (is_bright_outside(next) && norm(offset_mm(hu_.geometry(), start, next)) <= bone_reach_mm &&
            seen.insert(next).second)
          open.push_back(next);
      }
    }
    for (const Voxel& voxel : seen)
      known_[voxel] = bone;
    return bone;
  }

 private:
  [[nodiscard]] bool is_bright_outside(const Voxel& v) const {
    return contains(labels_, v) && beds_(v[0], v[1], v[2]) == 0 && hu_(v[0], v[1], v[2]) >= bright_hu_;
  }
  const Volume<std::int16_t>& hu_;
  const Volume<LabelId>&labels_, &beds_;
  int bright_hu_;
  std::map<Voxel, bool> known_;
};

/// Where lesion and bone meet.
struct ContactFaces {
  std::vector<Voxel> inside, outside; ///< voxels at the contact
  Vec3 normal_area_mm2{};             ///< sum of the faces' areas along their normals, into the lesion
};

ContactFaces contact_faces(const std::vector<Voxel>& lesion, const Vec3& spacing_mm, BoneSearch& bone) {
  ContactFaces contact;
  for (const Voxel& voxel : lesion) {
    bool touches = false;
    for (std::size_t i = 0; i < faces.size(); ++i) {
      const Voxel outside = voxel + faces[i];
      if (!bone.leads_to_bone(outside))
        continue;
      const std::size_t axis = i / 2;
      contact.outside.push_back(outside);
      contact.normal_area_mm2[axis] -=
          faces[i][axis] * spacing_mm[(axis + 1) % 3] * spacing_mm[(axis + 2) % 3]; // into the lesion
      touches = true;
    }
    if (touches)
      contact.inside.push_back(voxel);
  }
  return contact;
}

double mean_hu(const Volume<std::int16_t>& hu, const std::vector<Voxel>& voxels) {
  double sum = 0;
  for (const Voxel& v : voxels)
    sum += hu(v[0], v[1], v[2]);
  return sum / static_cast<double>(voxels.size());
}

/// The largest cross-section across `normal`: the lesion's volume binned along it.
double widest_section_mm2(const std::vector<Voxel>& lesion, const VolumeGeometry& geometry, const Vec3& normal) {
  double bin_mm = 0; // a layer of voxels along the normal
  for (std::size_t axis = 0; axis < 3; ++axis)
    bin_mm += std::abs(normal[axis]) * geometry.spacing_mm[axis];
  std::map<int, double> section_mm2;
  for (const Voxel& voxel : lesion)
    section_mm2[static_cast<int>(std::floor(dot(offset_mm(geometry, lesion.front(), voxel), normal) / bin_mm + 0.5))] +=
        voxel_volume_mm3(geometry) / bin_mm;
  double widest = 0;
  for (const auto& [bin, area] : section_mm2)
    widest = std::max(widest, area);
  return widest;
}

} // namespace

std::vector<std::optional<double>> distance_to_bone_mm(const std::vector<Lesion>& lesions,
                                                       const Volume<LabelId>& labels, double reach_mm,
                                                       Parallel parallel) {
  const std::vector<Step> steps = steps_within(labels.geometry().spacing_mm, reach_mm);
  return parallel_map(lesions.size(), parallel, [&](std::size_t i) {
    std::optional<double> nearest;
    for (const LesionRun& part : lesions[i].runs)
      for (int x = part.run.x_begin; x < part.run.x_end; ++x)
        for (const Step& step : steps) { // the shortest first
          if (nearest && step.length_mm >= *nearest)
            break;
          const Voxel at{x + step.step[0], part.run.y + step.step[1], part.z + step.step[2]};
          if (contains(labels, at) && is_bone_label(labels(at[0], at[1], at[2])))
            nearest = step.length_mm;
        }
    return nearest;
  });
}

double agatston_beyond(const std::vector<Lesion>& lesions, const std::vector<std::optional<double>>& to_bone_mm,
                       double distance_mm) {
  double sum = 0;
  for (std::size_t i = 0; i < lesions.size(); ++i)
    if (!to_bone_mm[i] || *to_bone_mm[i] > distance_mm)
      sum += lesions[i].agatston;
  return sum;
}

std::optional<BoneContact> bone_contact(const Volume<std::int16_t>& hu, const Volume<LabelId>& labels,
                                        const Volume<LabelId>& beds, const Lesion& lesion, int bright_hu) {
  const VolumeGeometry& geometry = hu.geometry();
  std::vector<Voxel> voxels;
  for (const LesionRun& part : lesion.runs)
    for (int x = part.run.x_begin; x < part.run.x_end; ++x)
      voxels.push_back({x, part.run.y, part.z});
  BoneSearch bone(hu, labels, beds, bright_hu);
  const ContactFaces faces_found = contact_faces(voxels, geometry.spacing_mm, bone);
  if (faces_found.inside.empty())
    return std::nullopt;
  BoneContact contact;
  contact.contact_mm2 = norm(faces_found.normal_area_mm2);
  contact.outside_hu = mean_hu(hu, faces_found.outside);
  contact.contact_hu = mean_hu(hu, faces_found.inside);
  contact.peak_inside_hu = bright_hu;
  if (contact.contact_mm2 <= 0)
    return contact; // bone on opposite sides: no base
  const Vec3 normal = normalized(faces_found.normal_area_mm2);
  contact.widest_mm2 = widest_section_mm2(voxels, geometry, normal);
  int peak_at_contact_hu = bright_hu;
  for (const Voxel& v : voxels) {
    const bool at_rim = std::ranges::any_of(
        faces_found.inside, [&](const Voxel& touching) { return norm(offset_mm(geometry, touching, v)) <= rim_mm; });
    int& peak = at_rim ? peak_at_contact_hu : contact.peak_inside_hu;
    peak = std::max<int>(peak, hu(v[0], v[1], v[2]));
  }
  const bool broad_base = contact.contact_mm2 >= base_share * contact.widest_mm2;
  const bool fades = contact.outside_hu >= contact.contact_hu && contact.peak_inside_hu <= peak_at_contact_hu;
  contact.osteophyte = broad_base && fades;
  return contact;
}

} // namespace osteocalc::calcium
