// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/study/beds.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <map>
#include <optional>

namespace osteocalc::study {
namespace {

// Bed labels: the aorta's part, vertebral level and distance above the bifurcation in one number, so that all sums come
// from one map. Coronary and valve labels keep their own ids, which are below all of these.
constexpr LabelId aorta_base = 1000;
constexpr LabelId parts = 6, no_level = 18, levels = 19;    // levels: T1..S1 are 0..17, 18 = beside none
enum class Zone : LabelId { Lowest5cm, Lowest8cm, Higher }; // above the bifurcation
constexpr LabelId zones = 3;
constexpr double lowest_mm = 50, low_mm = 80;

enum class AortaPart : LabelId { Ascending, Arch, Descending, Abdominal, Thoracic, Unknown };

LabelId aorta_label(AortaPart part, LabelId level, Zone zone) {
  const int row = static_cast<int>(part) * levels + level;
  return static_cast<LabelId>(aorta_base + row * zones + static_cast<int>(zone));
}

template <class Keep> ///< keep(part, level, zone)
std::vector<LabelId> aorta_labels(const Keep& keep) {
  std::vector<LabelId> ids;
  for (LabelId part = 0; part < parts; ++part)
    for (LabelId level = 0; level < levels; ++level)
      for (LabelId zone = 0; zone < zones; ++zone)
        if (keep(static_cast<AortaPart>(part), level, static_cast<Zone>(zone)))
          ids.push_back(aorta_label(static_cast<AortaPart>(part), level, static_cast<Zone>(zone)));
  return ids;
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

/// How far above the bifurcation each slice's aorta lies, along its course.
struct LowerAorta {
  std::vector<double> above_mm; ///< by slice; < 0 below the bifurcation
  double top_mm = 0;            ///< how far the aorta was followed
};

constexpr double iliac_reach_mm = 15; ///< iliac arteries begin this near the aorta's end
constexpr double smoothing_mm = 10;   ///< of the course, whose centres jitter by a fraction of a pixel

/// The aorta's centre in each slice, from the lowest slice that shows it.
std::vector<Vec3> course_from(const Volume<LabelId>& labels, int lowest) {
  std::vector<Vec3> centers;
  for (int z = lowest; z < labels.size(2); ++z) {
    double x_sum = 0, y_sum = 0, n = 0;
    for (int y = 0; y < labels.size(1); ++y)
      for (int x = 0; x < labels.size(0); ++x)
        if (labelled_part(labels(x, y, z))) {
          x_sum += x;
          y_sum += y;
          ++n;
        }
    if (n == 0)
      break;
    centers.push_back(index_to_point(labels.geometry(), {x_sum / n, y_sum / n, double(z)}));
    if (norm(centers.back() - centers.front()) > 2 * low_mm)
      break; // the rest is not asked for
  }
  return centers;
}

std::optional<LowerAorta> lower_aorta(const Volume<LabelId>& labels, const std::map<LabelId, LabelBox>& boxes,
                                      const std::vector<Station>& stations) {
  int lowest = labels.size(2);
  for (const auto& [id, box] : boxes)
    if (labelled_part(id))
      lowest = std::min(lowest, box.low[2]);
  if (lowest <= 0 || lowest >= labels.size(2))
    return std::nullopt; // cut, or no aorta
  const std::vector<Vec3> course = course_from(labels, lowest);
  const double increment_mm = labels.geometry().spacing_mm[2];
  const bool iliacs =
      std::ranges::any_of(std::array{label::iliac_artery_left, label::iliac_artery_right}, [&](LabelId id) {
        const auto box = boxes.find(id);
        return box != boxes.end() && (lowest - box->second.high[2]) * increment_mm < iliac_reach_mm;
      });
  const LabelId level = level_at(stations, course.front());
  const bool beside_l3_or_lower = level != no_level && level >= static_cast<LabelId>(Vertebra::L3);
  if (!iliacs && !beside_l3_or_lower)
    return std::nullopt; // it ends, but not where an aorta divides
  LowerAorta lower{std::vector<double>(static_cast<std::size_t>(labels.size(2)), -1), 0};
  const int reach = static_cast<int>(std::lround(smoothing_mm / 2 / increment_mm));
  const auto smooth = [&](int i) {
    Vec3 sum{};
    int n = 0;
    for (int k = std::max(0, i - reach); k <= std::min(static_cast<int>(course.size()) - 1, i + reach); ++k, ++n)
      sum = sum + course[static_cast<std::size_t>(k)];
    return (1.0 / n) * sum;
  };
  for (int i = 0; i < static_cast<int>(course.size()); ++i) {
    if (i > 0) {
      // Near the ends the smoothed course is shortened; a slice never adds less than its own increment.
      lower.top_mm += std::max(increment_mm, norm(smooth(i) - smooth(i - 1)));
    }
    lower.above_mm[static_cast<std::size_t>(lowest + i)] = lower.top_mm;
  }
  return lower;
}

Zone zone_at(const std::optional<LowerAorta>& lower, int z) {
  const double above_mm = lower ? lower->above_mm[static_cast<std::size_t>(z)] : -1;
  return above_mm < 0 || above_mm >= low_mm ? Zone::Higher : above_mm < lowest_mm ? Zone::Lowest5cm : Zone::Lowest8cm;
}

Volume<LabelId> bed_labels(const Volume<LabelId>& labels, const std::vector<Station>& stations,
                           const std::optional<LowerAorta>& lower, Parallel parallel) {
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
        const bool abdominal = cut == AortaPart::Abdominal || cut == AortaPart::Unknown;
        result(x, y, z) = aorta_label(cut, level, abdominal ? zone_at(lower, z) : Zone::Higher);
      }
  });
  return result;
}

LabelBox united(const LabelBox& a, const LabelBox& b) {
  if (a.empty())
    return b;
  LabelBox both{a.low, a.high, a.count + b.count};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    both.low[axis] = std::min(a.low[axis], b.low[axis]);
    both.high[axis] = std::max(a.high[axis], b.high[axis]);
  }
  return both;
}

LabelBox box_of(const std::vector<LabelId>& ids, const std::map<LabelId, LabelBox>& boxes) {
  LabelBox all;
  for (const LabelId id : ids)
    if (const auto found = boxes.find(id); found != boxes.end())
      all = united(all, found->second);
  return all;
}

struct BedBuilder {
  std::map<LabelId, LabelBox> boxes;
  std::array<int, 3> size;
  std::vector<Bed> beds;

  /// Adds a bed unless none of its labels occurs.
  void add(const std::string& name, const std::vector<LabelId>& ids, const std::string& also_missing = {}) {
    const LabelBox all = box_of(ids, boxes);
    if (!all.empty())
      beds.push_back({{name, ids}, also_missing.empty() ? cut_by(all) : also_missing, all, false});
  }

  [[nodiscard]] std::string cut_by(const LabelBox& box) const {
    if (box.low[2] <= 0 || box.high[2] >= size[2] - 1)
      return fmt::format("it runs into the {} slice", box.low[2] <= 0 ? "first" : "last");
    for (const std::size_t axis : {std::size_t{0}, std::size_t{1}})
      if (box.low[axis] <= 0 || box.high[axis] >= size[axis] - 1)
        return "it runs into the edge of the field of view";
    return {};
  }
};

/// Coronary arteries that a labelled territory holds no calcium of: their score is 0, not unknown.
void add_vessels(BedBuilder& build) {
  const bool territory = build.boxes.contains(label::coronary_territory);
  const std::string cut = territory ? build.cut_by(build.boxes.at(label::coronary_territory)) : "";
  for (const LabelId vessel : {label::coronary_lm, label::coronary_lad, label::coronary_lcx, label::coronary_rca}) {
    if (build.boxes.contains(vessel))
      build.add(label_name(vessel), {vessel}, cut);
    else if (territory)
      build.beds.push_back({{label_name(vessel), {vessel}}, cut, {}, true});
  }
}

void add_aorta(BedBuilder& build, const std::vector<bone::BodyFinding>& bodies,
               const std::optional<LowerAorta>& lower) {
  constexpr std::array<std::pair<AortaPart, const char*>, 6> named{{{AortaPart::Ascending, "aorta_ascending"},
                                                                    {AortaPart::Arch, "aorta_arch"},
                                                                    {AortaPart::Descending, "aorta_descending"},
                                                                    {AortaPart::Thoracic, "aorta_thoracic"},
                                                                    {AortaPart::Abdominal, "aorta_abdominal"},
                                                                    {AortaPart::Unknown, "aorta"}}};
  for (const auto& [part, name] : named)
    build.add(name, aorta_labels([&](AortaPart p, LabelId, Zone) { return p == part; }));
  if (lower) {
    const auto reaches = [&](double wanted_mm) {
      return lower->top_mm >= wanted_mm
                 ? std::string()
                 : fmt::format("only {:.0f} mm above the bifurcation are in view", lower->top_mm);
    };
    build.add("aorta_abdominal_8cm", aorta_labels([](AortaPart, LabelId, Zone z) { return z != Zone::Higher; }),
              reaches(low_mm));
    build.add("aorta_abdominal_5cm", aorta_labels([](AortaPart, LabelId, Zone z) { return z == Zone::Lowest5cm; }),
              reaches(lowest_mm));
  }
  for (const bone::BodyFinding& finding : bodies)
    if (finding.body)
      build.add("aorta_level_" + std::string(to_string(finding.level)),
                aorta_labels([&](AortaPart, LabelId l, Zone) { return l == static_cast<LabelId>(finding.level); }));
}

} // namespace

BedMap make_beds(const Volume<LabelId>& labels, const std::vector<bone::BodyFinding>& bodies, Parallel parallel) {
  const std::vector<Station> stations = stations_of(bodies);
  const std::optional<LowerAorta> lower = lower_aorta(labels, label_boxes(labels), stations);
  BedMap map{bed_labels(labels, stations, lower, parallel), {}, {}};
  BedBuilder build{label_boxes(map.labels), labels.geometry().size, {}};
  build.add("coronary", {label::coronary_territory, label::coronary_lm, label::coronary_lad, label::coronary_lcx,
                         label::coronary_rca});
  add_vessels(build);
  build.add("aortic_valve", {label::aortic_valve});
  add_aorta(build, bodies, lower);
  map.beds = std::move(build.beds);
  if (const auto unsplit = std::ranges::find(map.beds, "aorta", [](const Bed& bed) { return bed.region.name; });
      unsplit != map.beds.end())
    map.issues.push_back(warning("CAL-AORTA-UNSPLIT", "aorta",
                                 "a part of the aorta is neither labelled by segment nor beside a labelled vertebra "
                                 "(its calcium is under the bed 'aorta' only)"));
  return map;
}

void refit_boxes(BedMap& map) {
  const std::map<LabelId, LabelBox> boxes = label_boxes(map.labels);
  for (Bed& bed : map.beds)
    bed.box = box_of(bed.region.labels, boxes);
}

} // namespace osteocalc::study
