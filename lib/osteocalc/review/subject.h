// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/review/edit.h"
#include "osteocalc/study/analyze.h"

#include <map>
#include <memory>
#include <set>
#include <string>

namespace osteocalc::review {

/// What is reviewed: a scan, its labels as the machine left them, and how the machine measured them.
struct Subject {
  std::shared_ptr<const CtImage> image;
  LabelMap labels; ///< wholes with their parts drawn over, on the image's grid
  study::AnalyzeOptions options;
  study::StudyInfo info; ///< absent contrast is judged from the blood
  Issues said;           ///< by the machine: a lower bound or a heart in doubt takes classes away here too
};

/// A reader's marks that are no voxels.
struct Marks {
  int level_shift = 0;
  std::map<Vertebra, bone::VoiPlacement> placements; ///< by the machine's level, as are those below
  std::map<Vertebra, std::string> excluded;
  std::set<Vertebra> used;
  std::set<Voxel> accepted; ///< a voxel of each accepted lesion
  friend bool operator==(const Marks&, const Marks&) = default;
};

struct Author {
  std::string reader, time, why;
};

} // namespace osteocalc::review
