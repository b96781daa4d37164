// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/study/spine.h"

#include "osteocalc/image/resample.h"
#include "osteocalc/image/upright.h"

namespace osteocalc::study {
namespace {

bone::BoneResult measure_on(const Volume<std::int16_t>& hu, const Volume<LabelId>& labels,
                            const std::vector<bone::BodyFinding>& bodies, const calibration::Calibration& calibration,
                            const bone::BoneOptions& options) {
  bone::BoneResult result = bone::measure_bone(hu, bodies, calibration, options);
  result.soft_tissue = bone::soft_tissue_at_l3(hu, labels, bodies);
  return result;
}

} // namespace

bone::BoneResult measure_spine(const CtImage& image, const LabelMap& labels,
                               const std::vector<bone::BodyFinding>& bodies,
                               const calibration::Calibration& calibration, const bone::BoneOptions& options) {
  if (!is_sheared(image.hu.geometry()))
    return measure_on(image.hu, labels.voxels, bodies, calibration, options);
  const Volume<std::int16_t> hu = upright(image.hu, options.parallel);
  const Volume<LabelId> voxels = resample_labels(labels.voxels, hu.geometry(), options.parallel);
  return measure_on(hu, voxels, bone::find_vertebral_bodies(voxels, options.parallel), calibration, options);
}

} // namespace osteocalc::study
