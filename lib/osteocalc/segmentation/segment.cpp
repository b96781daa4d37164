// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/segment.h"

#include "osteocalc/segmentation/aorta.h"
#include "osteocalc/segmentation/body.h"

namespace osteocalc::segmentation {
namespace {

/// Draws one structure over wholes and parts: draw(id, hu, whole, part) for every voxel where `structure` is not 0.
/// One structure at a time, so that no more than one map beside the two results is in memory.
template <class Draw>
void draw_structure(Segmentation& result, const Volume<LabelId>& structure, const Volume<std::int16_t>& image,
                    Parallel parallel, const Draw& draw) {
  const std::size_t plane = static_cast<std::size_t>(structure.size(0)) * static_cast<std::size_t>(structure.size(1));
  parallel_for(static_cast<std::size_t>(structure.size(2)), parallel, [&](std::size_t slice) {
    for (std::size_t i = slice * plane; i < (slice + 1) * plane; ++i)
      if (const LabelId id = structure.voxels()[i])
        draw(id, image.voxels()[i], result.wholes.voxels.voxels()[i], result.parts.voxels.voxels()[i]);
  });
}

// Where several claim a voxel: bone before the heart, an artery before bone (plaque touches the spine), a lesion that
// was decided coronary before all.
void draw_heart(LabelId id, int, LabelId& whole, LabelId&) {
  whole = whole == 0 ? id : whole;
}
void draw_aorta(LabelId id, int, LabelId& whole, LabelId& part) {
  const bool is_aorta = id >= label::aorta_ascending && id <= label::aorta_abdominal;
  whole = is_aorta ? label::aorta : id;
  part = is_aorta ? id : LabelId{0};
}
void draw_coronaries(LabelId id, int hu, LabelId& whole, LabelId& part) {
  const bool valve = id == label::aortic_valve, in_aorta = whole == label::aorta;
  if (in_aorta && !valve && hu < lesion_threshold_hu) // the expected course is a wide band; the aorta was seen
    return;
  whole = valve && in_aorta ? whole : label::heart;
  part = id;
}

void name_labels(LabelMap& labels) {
  for (const LabelId id : labels_present(labels))
    labels.names[id] = label_name(id);
}

} // namespace

Segmentation segment(const Volume<std::int16_t>& image, const SegmentOptions& options) {
  const Parallel parallel = options.parallel;
  Segmentation result;
  const Body body = find_body(image, parallel);
  append(result.issues, body.issues);
  SpineResult spine = find_vertebrae(image, body, {options.level_hint}, parallel);
  append(result.issues, spine.issues);
  const AortaResult aorta = find_aorta(image, body, spine, parallel);
  append(result.issues, aorta.issues);
  HeartResult heart = find_heart(image, body, spine, aorta, parallel);
  append(result.issues, heart.issues);
  result.vertebrae = std::move(spine.vertebrae);
  result.wholes.voxels = std::move(spine.whole);
  result.parts.voxels = std::move(spine.bodies);
  draw_structure(result, paint_aorta(aorta, image, result.wholes.voxels, parallel), image, parallel, draw_aorta);
  if (heart.found)
    draw_structure(result, paint_heart(heart, image.geometry(), parallel), image, parallel, draw_heart);
  if (heart.found)
    draw_structure(result, paint_coronaries(heart, image, parallel), image, parallel, draw_coronaries);
  result.lesions = std::move(heart.lesions);
  name_labels(result.wholes);
  name_labels(result.parts);
  return result;
}

} // namespace osteocalc::segmentation
