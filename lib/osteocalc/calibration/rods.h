// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/parallel.h"
#include "osteocalc/image/volume.h"

#include <optional>
#include <vector>

namespace osteocalc::calibration {

/// A straight round rod through the scan: p(t) = point + t direction, LPS mm.
struct Rod {
  Vec3 point_mm{}, direction{0, 0, 1}; ///< the direction runs towards the head
  double from_mm = 0, to_mm = 0;       ///< t of its ends within the scan
  double radius_mm = 0;
  double completeness = 0; ///< mean over its cross-sections
};

/// Parallel rods of one size side by side at equal distances, on a line or a gentle arc.
struct RodRow {
  std::vector<Rod> rods;  ///< from the patient's right to the left
  std::vector<int> slots; ///< place of each in the row, from 0; a number is left out where a rod does not show
  double pitch_mm = 0;
};

/// HU within a rod, away from its edge.
struct RodHu {
  double mean_hu = 0, se_hu = 0, sd_hu = 0;
  std::int64_t n = 0;
};

/// Where circles are sought: in slabs of some slices, or, for faint rods, also in means over the whole length of every
/// rod that showed in slabs, taken along it, for its neighbours are parallel to it (and along the scan's axis).
enum class RodSearch { InSlabs, AlongRods };

struct RodOptions {
  RodSearch search = RodSearch::InSlabs;
  double slab_mm = 5;           ///< slices averaged where rods are looked for
  int most_slabs = 24;          ///< spread evenly over the scan
  double most_tilt_deg = 25;    ///< of the rods against the scan's axis
  double inner_fraction = 0.65; ///< of the radius: what is measured
  Parallel parallel;
};

/// Rows of rods anywhere in the scan, the longest first; there may be rows that are no phantom (any two round things).
[[nodiscard]] std::vector<RodRow> find_rod_rows(const Volume<std::int16_t>& hu, const RodOptions& options = {});

/// Where a rod of the row lies or would lie that holds place `slot` (which may be below 0 or beyond the last).
[[nodiscard]] Rod rod_at(const RodRow& row, int slot);

/// HU inside a rod; slices that differ from the others (its ends) are left out. Nothing when less than three quarters
/// of its cross-section lie within the scanned field.
[[nodiscard]] std::optional<RodHu> measure_rod(const Volume<std::int16_t>& hu, const Rod& rod,
                                               const RodOptions& options = {});

} // namespace osteocalc::calibration
