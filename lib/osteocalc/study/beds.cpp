// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/study/beds.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

namespace osteocalc::study {
namespace {

// Bed labels: the aorta's part and vertebral level in one number, so that both sums come from one map.
// Coronary and valve labels keep their own ids, which are below all of these.
constexpr LabelId aorta_base = 1000;
constexpr LabelId parts = 6, no_level = 18, levels = 19; // levels: T1..S1 are 0..17, 18 = beside none

enum class AortaPart : LabelId { Ascending, Arch, Descending, Abdominal, Thoracic, Unknown };

LabelId aorta_label(AortaPart part, LabelId level) {
  return static_cast<LabelId>(aorta_base + static_cast<LabelId>(part) * levels + level);
}

std::optional<AortaPart> labelled_part(LabelId id) {
  switch (id) {
  case label::aorta:
    return AortaPart::Unknown;
  case label::aorta_ascending:
    return AortaPart::Ascending;
  case label::aorta_arch:
    return AortaPart::Arch;
  case label::aorta_descending:
    return AortaPart::Descending;
  case label::aorta_abdominal:
    return AortaPart::Abdominal;
  default:
    return std::nullopt;
  }
}

/// A vertebral body as a station along the spine.
struct Station {
  Vertebra level;
  Vec3 center_mm, up;
  double half_above_mm, half_below_mm; ///< to the middle of the discs
  double reach_above, reach_below;     ///< how many of those halves this station may speak for
};

// Beyond the last station a point must lie beside its own half; between stations whose discs open to the front or back
// a point may lie in the wedge between both halves and still belongs to the nearer.
constexpr double reach_at_end = 1, reach_between = 2;

std::vector<Station> stations_of(const std::vector<bone::BodyFinding>& bodies) {
  std::vector<Station> stations;
  for (const bone::BodyFinding& finding : bodies)
    if (finding.body) {
      const bone::VertebralBody& body = *finding.body;
      const double half_mm = 0.6 * body.heights.middle_mm; // half a body and half a disc where no neighbour tells
      stations.push_back(
          {body.level, body.center_mm, body.mask.geometry().axes[2], half_mm, half_mm, reach_at_end, reach_at_end});
    }
  for (std::size_t i = 0; i + 1 < stations.size(); ++i)
    if (static_cast<int>(stations[i + 1].level) == static_cast<int>(stations[i].level) + 1) {
      const double half_mm = 0.5 * norm(stations[i].center_mm - stations[i + 1].center_mm);
      stations[i].half_below_mm = stations[i + 1].half_above_mm = half_mm;
      stations[i].reach_below = stations[i + 1].reach_above = reach_between;
    }
  return stations;
}

/// The level a point lies beside: the nearest station along its own axis, if the point is within its reach.
LabelId level_at(const std::vector<Station>& stations, const Vec3& point_mm) {
  LabelId level = no_level;
  double nearest = reach_between;
  for (const Station& station : stations) {
    const double along_mm = dot(point_mm - station.center_mm, station.up);
    const double relative = along_mm >= 0 ? along_mm / station.half_above_mm : -along_mm / station.half_below_mm;
    if (relative <= nearest && relative <= (along_mm >= 0 ? station.reach_above : station.reach_below)) {
      nearest = relative;
      level = static_cast<LabelId>(station.level);
    }
  }
  return level;
}

/// Above or below the T12-L1 disc, from the station nearest to it; nothing when no vertebra tells.
std::optional<AortaPart> part_by_level(const std::vector<Station>& stations, const Vec3& point_mm, LabelId level) {
  if (level != no_level)
    return level >= static_cast<LabelId>(Vertebra::L1) ? AortaPart::Abdominal : AortaPart::Thoracic;
  const Station* nearest = nullptr;
  for (const Station& station : stations)
    if (!nearest || norm(point_mm - station.center_mm) < norm(point_mm - nearest->center_mm))
      nearest = &station;
  if (!nearest)
    return std::nullopt;
  const bool above = dot(point_mm - nearest->center_mm, nearest->up) > 0;
  const Vertebra border = above ? Vertebra::L1 : Vertebra::T11; // the lowest level whose far side is thoracic
  return nearest->level <= border ? AortaPart::Thoracic : AortaPart::Abdominal;
}

Volume<LabelId> bed_labels(const Volume<LabelId>& labels, const std::vector<Station>& stations, Parallel parallel) {
  Volume<LabelId> result(labels.geometry());
  parallel_for(static_cast<std::size_t>(labels.size(2)), parallel, [&](std::size_t slice) {
    const int z = static_cast<int>(slice);
    for (int y = 0; y < labels.size(1); ++y)
      for (int x = 0; x < labels.size(0); ++x) {
        const LabelId id = labels(x, y, z);
        result(x, y, z) = id >= label::coronary_territory && id <= label::aortic_valve ? id : LabelId{0};
        const std::optional<AortaPart> part = labelled_part(id);
        if (!part)
          continue;
        const Vec3 point_mm = index_to_point(labels.geometry(), {double(x), double(y), double(z)});
        const LabelId level = level_at(stations, point_mm);
        const AortaPart cut =
            *part != AortaPart::Unknown ? *part : part_by_level(stations, point_mm, level).value_or(AortaPart::Unknown);
        result(x, y, z) = aorta_label(cut, level);
      }
  });
  return result;
}

struct BedBuilder {
  std::map<LabelId, LabelBox> boxes;
  int last_slice;
  std::vector<Bed> beds;

  /// Adds a bed unless none of its labels occurs. Complete: it ends within the scan.
  void add(const std::string& name, const std::vector<LabelId>& ids) {
    bool occurs = false, inside = true;
    for (const LabelId id : ids)
      if (const auto found = boxes.find(id); found != boxes.end()) {
        occurs = true;
        inside = inside && found->second.low[2] > 0 && found->second.high[2] < last_slice;
      }
    if (occurs)
      beds.push_back({{name, ids}, inside});
  }
};

std::vector<LabelId> labels_of_part(AortaPart part) {
  std::vector<LabelId> ids;
  for (LabelId level = 0; level < levels; ++level)
    ids.push_back(aorta_label(part, level));
  return ids;
}

std::vector<LabelId> labels_of_level(Vertebra level) {
  std::vector<LabelId> ids;
  for (LabelId part = 0; part < parts; ++part)
    ids.push_back(aorta_label(static_cast<AortaPart>(part), static_cast<LabelId>(level)));
  return ids;
}

} // namespace

BedMap make_beds(const Volume<LabelId>& labels, const std::vector<bone::BodyFinding>& bodies, Parallel parallel) {
  const std::vector<Station> stations = stations_of(bodies);
  BedMap map{bed_labels(labels, stations, parallel), {}, {}};
  BedBuilder build{label_boxes(map.labels), labels.size(2) - 1, {}};
  build.add("coronary", {label::coronary_territory, label::coronary_lm, label::coronary_lad, label::coronary_lcx,
                         label::coronary_rca});
  build.add("coronary_lm", {label::coronary_lm});
  build.add("coronary_lad", {label::coronary_lad});
  build.add("coronary_lcx", {label::coronary_lcx});
  build.add("coronary_rca", {label::coronary_rca});
  build.add("aortic_valve", {label::aortic_valve});
  build.add("aorta_ascending", labels_of_part(AortaPart::Ascending));
  build.add("aorta_arch", labels_of_part(AortaPart::Arch));
  build.add("aorta_descending", labels_of_part(AortaPart::Descending));
  build.add("aorta_thoracic", labels_of_part(AortaPart::Thoracic));
  build.add("aorta_abdominal", labels_of_part(AortaPart::Abdominal));
  build.add("aorta", labels_of_part(AortaPart::Unknown));
  for (const bone::BodyFinding& finding : bodies)
    if (finding.body)
      build.add("aorta_level_" + std::string(to_string(finding.level)), labels_of_level(finding.level));
  map.beds = std::move(build.beds);
  if (build.boxes.contains(aorta_label(AortaPart::Unknown, no_level)))
    map.issues.push_back(warning("CAL-AORTA-UNSPLIT", "aorta",
                                 "a part of the aorta is neither labelled by segment nor beside a labelled vertebra "
                                 "(its calcium is under the bed 'aorta' only)"));
  for (const Bed& bed : map.beds)
    if (!bed.complete)
      map.issues.push_back(warning("CAL-INCOMPLETE", bed.region.name,
                                   "the bed runs into the first or last slice (a part of it may be outside the scan)"));
  return map;
}

} // namespace osteocalc::study
