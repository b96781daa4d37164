// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/segmentation/spine_discs.h"
#include "osteocalc/synth/ct.h"

#include <array>
#include <map>

namespace osteocalc::test {

/// A simulated scan of one field of view, made once per test program.
inline const synth::SyntheticCt& spine_scan(synth::Field field) {
  static std::map<synth::Field, synth::SyntheticCt> scans;
  const auto known = scans.find(field);
  if (known != scans.end())
    return known->second;
  synth::CtRequest request;
  request.person = synth::draw_person(2);
  request.scanner.field = field;
  return scans.emplace(field, synth::make_ct(request, {2})).first->second;
}

inline const segmentation::Body& spine_body(synth::Field field) {
  static std::map<synth::Field, segmentation::Body> bodies;
  const auto known = bodies.find(field);
  return known != bodies.end()
             ? known->second
             : bodies.emplace(field, segmentation::find_body(spine_scan(field).image.hu, {2})).first->second;
}

/// Truth: the middle of each body whose voxels are all in view, by its label.
inline std::map<LabelId, Vec3> true_centers(const synth::SyntheticCt& ct) {
  std::map<LabelId, Vec3> centers;
  for (const auto& [id, box] : label_boxes(ct.parts.voxels)) {
    if (!vertebra_from_body_label(id) || box.low[2] == 0 || box.high[2] == ct.parts.voxels.size(2) - 1)
      continue;
    Vec3 middle{};
    for (std::size_t a = 0; a < 3; ++a)
      middle[a] = 0.5 * (box.low[a] + box.high[a]);
    centers[id] = index_to_point(ct.parts.voxels.geometry(), middle);
  }
  return centers;
}

/// Twice what both maps give to a label over what either does.
inline double dice(const Volume<LabelId>& a, const Volume<LabelId>& b, LabelId id) {
  double both = 0.0, sum = 0.0;
  for (std::size_t i = 0; i < a.voxels().size(); ++i) {
    const bool in_a = a.voxels()[i] == id, in_b = b.voxels()[i] == id;
    both += in_a && in_b ? 2.0 : 0.0;
    sum += (in_a ? 1.0 : 0.0) + (in_b ? 1.0 : 0.0);
  }
  return sum > 0.0 ? both / sum : 0.0;
}

} // namespace osteocalc::test
