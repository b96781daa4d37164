// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/study/bed_rule.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string>

namespace osteocalc::study {
namespace {

using Station = BedRule::Station;
using LowerAorta = BedRule::LowerAorta;

// Bed labels: the aorta's part, vertebral level and distance above the bifurcation in one number, so that all sums come
// from one map. Coronary and valve labels keep their own ids, which are below all of these.
constexpr LabelId aorta_base = 1000;
constexpr LabelId parts = 6, no_level = 18, levels = 19;    // levels: T1..S1 are 0..17, 18 = beside none
enum class Zone : LabelId { Lowest5cm, Lowest8cm, Higher }; // above the bifurcation
constexpr LabelId zones = 3;
constexpr double lowest_mm = BedRule::lowest_mm, low_mm = BedRule::low_mm;

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

// Beyond the last station a point must lie beside its own half; between stations whose discs open to the front or back
// a point may lie in the wedge between both halves and still belongs to the nearer.
constexpr double reach_at_end = 1, reach_between = 2;

std::vector<Station> stations_of(const std::vector<bone::BodyFinding>& bodies) {
  std::vector<Station> stations;
  for (const bone::BodyFinding& finding : bodies)
    if (finding.body) {
      const bone::VertebralBody& body = *finding.body;
      const double half_mm = 0.6 * body.heights.middle_mm; // half a body and half a disc where no neighbour tells
      stations.push_back({static_cast<int>(body.level), body.center_mm, body.mask.geometry().axes[2], half_mm, half_mm,
                          reach_at_end, reach_at_end});
    }
  for (std::size_t i = 0; i + 1 < stations.size(); ++i)
    if (stations[i + 1].level == stations[i].level + 1) {
      const double half_mm = 0.5 * norm(stations[i].center_mm - stations[i + 1].center_mm);
      stations[i].half_below_mm = stations[i + 1].half_above_mm = half_mm;
      stations[i].reach_below = stations[i + 1].reach_above = reach_between;
    }
  return stations;
}

bool is_level(int level) {
  return level >= 0 && level < no_level;
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
      level = is_level(station.level) ? static_cast<LabelId>(station.level) : no_level;
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
  return nearest->level <= static_cast<int>(border) ? AortaPart::Thoracic : AortaPart::Abdominal;
}

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

std::optional<LowerAorta> lower_aorta(const Volume<LabelId>& labels, const std::map<LabelId, LabelBox>& boxes) {
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
  LowerAorta lower{std::vector<double>(static_cast<std::size_t>(labels.size(2)), -1), 0, course.front(), iliacs};
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

std::vector<LabelId> labels_of_part(AortaPart part) {
  return aorta_labels([&](AortaPart p, LabelId, Zone) { return p == part; });
}

} // namespace

BedRule::BedRule(const Volume<LabelId>& labels, const std::vector<bone::BodyFinding>& bodies)
    : geometry_(labels.geometry()), stations_(stations_of(bodies)), lower_(lower_aorta(labels, label_boxes(labels))) {
  shift_levels(0);
}

LabelId BedRule::at(LabelId id, int x, int y, int z) const {
  if (id >= label::coronary_territory && id <= label::aortic_valve)
    return id;
  const std::optional<AortaPart> part = labelled_part(id);
  if (!part)
    return 0;
  const Vec3 point_mm = index_to_point(geometry_, {double(x), double(y), double(z)});
  const LabelId level = level_at(stations_, point_mm);
  const AortaPart cut =
      *part != AortaPart::Unknown ? *part : part_by_level(stations_, point_mm, level).value_or(AortaPart::Unknown);
  const bool abdominal = cut == AortaPart::Abdominal || cut == AortaPart::Unknown;
  return aorta_label(cut, level, abdominal && at_bifurcation_ ? zone_at(lower_, z) : Zone::Higher);
}

void BedRule::shift_levels(int by) {
  for (Station& station : stations_)
    station.level += by;
  // The aorta's labels may also end where the scan's do, or where whoever labelled stopped.
  const LabelId level = lower_ ? level_at(stations_, lower_->end_mm) : no_level;
  at_bifurcation_ = lower_ && (lower_->iliacs || (level != no_level && level >= static_cast<LabelId>(Vertebra::L3)));
}

std::optional<double> BedRule::followed_mm() const {
  return at_bifurcation_ ? std::optional(lower_->top_mm) : std::nullopt;
}

bool is_artery_label(LabelId id) noexcept {
  return labelled_part(id) || (id >= label::coronary_territory && id <= label::aortic_valve);
}

std::vector<calcium::Region> all_bed_regions() {
  using namespace label;
  std::vector<calcium::Region> regions{
      {"coronary", {coronary_territory, coronary_lm, coronary_lad, coronary_lcx, coronary_rca}}};
  for (const LabelId id : {coronary_lm, coronary_lad, coronary_lcx, coronary_rca, aortic_valve})
    regions.push_back({label_name(id), {id}});
  for (const auto& [part, name] : {std::pair{AortaPart::Ascending, "aorta_ascending"},
                                   {AortaPart::Arch, "aorta_arch"},
                                   {AortaPart::Descending, "aorta_descending"},
                                   {AortaPart::Thoracic, "aorta_thoracic"},
                                   {AortaPart::Abdominal, "aorta_abdominal"},
                                   {AortaPart::Unknown, "aorta"}})
    regions.push_back({name, labels_of_part(part)});
  regions.push_back(
      {"aorta_abdominal_8cm", aorta_labels([](AortaPart, LabelId, Zone zone) { return zone != Zone::Higher; })});
  regions.push_back(
      {"aorta_abdominal_5cm", aorta_labels([](AortaPart, LabelId, Zone zone) { return zone == Zone::Lowest5cm; })});
  for (const Vertebra level : all_vertebrae)
    if (level != Vertebra::S1)
      regions.push_back({"aorta_level_" + std::string(to_string(level)),
                         aorta_labels([&](AortaPart, LabelId l, Zone) { return l == static_cast<LabelId>(level); })});
  return regions;
}

} // namespace osteocalc::study
