// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/calibration/internal.h"
#include "osteocalc/core/parallel.h"
#include "osteocalc/image/label_map.h"

#include <array>
#include <vector>

namespace osteocalc::calibration {

/// A sample and a slice that shows it, for QC pictures.
struct SamplePlace {
  Tissue tissue{};
  std::vector<std::array<int, 3>> voxels; ///< image index, of the slice on which the sample is largest
};

struct SampledTissues {
  TissueSamples samples;
  std::vector<SamplePlace> places;
};

/// HU of pure tissues in a labelled scan, each a median that outliers do not move:
/// - air: outside the trunk, at least 15 mm from anything dense;
/// - adipose: voxels of the trunk between -160 and -40 HU whose neighbours within 4 mm are so too;
/// - muscle: behind and 15 to 55 mm beside the middle of the vertebrae (labels 26 to 43), where nothing or muscle (86
/// to
///   89) is labelled, 10 to 100 HU, neighbours within 3 mm too;
/// - blood: the aorta (52, 211 to 214), 5 mm inside its label;
/// - cortical bone: the densest 3 mm of femurs, hips (75 to 78) and vertebrae; metal (above 2600 HU) and
///   15 mm around it are left out.
/// \param labels wholes and parts on the image's grid \param trunk 1 inside the person, on any grid that covers it (the
/// working grid of the segmentation will do)
[[nodiscard]] SampledTissues sample_tissues(const Volume<std::int16_t>& hu, const Volume<LabelId>& labels,
                                            const Volume<std::uint8_t>& trunk, Parallel parallel);

} // namespace osteocalc::calibration
