// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/bone/vertebral_body.h"
#include "osteocalc/calcium/score.h"
#include "osteocalc/image/label_map.h"

#include <optional>
#include <vector>

namespace osteocalc::study {

/// Which bed label a voxel of a label map gets: coronary and valve labels keep their own ids; a voxel of the aorta
/// gets its part, the level it lies beside and its distance above the bifurcation in one number, so that all sums
/// come from one map. Where the levels and the bifurcation lie is decided once; labels may change afterwards.
class BedRule {
 public:
  static constexpr double lowest_mm = 50, low_mm = 80; ///< above the bifurcation \cite chuang2013

  BedRule(const Volume<LabelId>& labels, const std::vector<bone::BodyFinding>& bodies);

  /// The bed label of a voxel that is labelled `id`; 0 outside all beds.
  [[nodiscard]] LabelId at(LabelId id, int x, int y, int z) const;
  /// The same rule with every vertebra renamed by so many levels towards the feet.
  void shift_levels(int by);
  /// How far above the bifurcation the aorta was followed, mm; absent where no bifurcation is in view.
  [[nodiscard]] std::optional<double> followed_mm() const;

  /// A vertebral body as a station along the spine.
  struct Station {
    int level; ///< of Vertebra; a renamed one may be none
    Vec3 center_mm, up;
    double half_above_mm, half_below_mm; ///< to the middle of the discs
    double reach_above, reach_below;     ///< how many of those halves this station may speak for
  };
  /// How far above its lower end each slice's aorta lies, along its course.
  struct LowerAorta {
    std::vector<double> above_mm; ///< by slice; < 0 below
    double top_mm = 0;            ///< how far the aorta was followed
    Vec3 end_mm{};
    bool iliacs = false; ///< arteries begin there
  };

 private:
  VolumeGeometry geometry_;
  std::vector<Station> stations_;
  std::optional<LowerAorta> lower_;
  bool at_bifurcation_ = false;
};

/// True for the labels a BedRule puts into a bed.
[[nodiscard]] bool is_artery_label(LabelId id) noexcept;

/// Every bed there can be, as the bed labels it is made of: coronary and its vessels, valve, the aorta's parts, its
/// lowest 8 and 5 cm, and its levels from T1 to L5.
[[nodiscard]] std::vector<calcium::Region> all_bed_regions();

} // namespace osteocalc::study
