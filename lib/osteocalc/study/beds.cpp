// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/study/beds.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

namespace osteocalc::study {
namespace {

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
  void add(const calcium::Region& region, const std::string& also_missing) {
    const LabelBox all = box_of(region.labels, boxes);
    if (!all.empty())
      beds.push_back({region, also_missing.empty() ? cut_by(all) : also_missing, all, false});
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

/// A vessel of a labelled territory that holds no calcium scores 0, not unknown.
void add_vessel(BedBuilder& build, const calcium::Region& vessel) {
  const bool territory = build.boxes.contains(label::coronary_territory);
  const std::string cut = territory ? build.cut_by(build.boxes.at(label::coronary_territory)) : "";
  if (build.boxes.contains(vessel.labels.front()))
    build.add(vessel, cut);
  else if (territory)
    build.beds.push_back({vessel, cut, {}, true});
}

bool is_vessel(const calcium::Region& region) {
  return region.name.starts_with("coronary_");
}

/// Why the aorta's lowest part is incomplete; empty where enough of it is in view.
std::string missing_length(const std::optional<double>& followed_mm, const std::string& bed) {
  const double wanted_mm = bed.ends_with("_8cm") ? BedRule::low_mm : bed.ends_with("_5cm") ? BedRule::lowest_mm : 0;
  return followed_mm.value_or(wanted_mm) >= wanted_mm
             ? std::string()
             : fmt::format("only {:.0f} mm above the bifurcation are in view", *followed_mm);
}

/// Levels of which a body was found: a bed of any other level is none.
bool is_of_missing_level(const std::string& bed, const std::vector<bone::BodyFinding>& bodies) {
  return bed.starts_with("aorta_level_") && std::ranges::none_of(bodies, [&](const bone::BodyFinding& finding) {
           return finding.body && bed == "aorta_level_" + std::string(to_string(finding.level));
         });
}

Volume<LabelId> bed_labels(const Volume<LabelId>& labels, const BedRule& rule, Parallel parallel) {
  Volume<LabelId> result(labels.geometry());
  parallel_for(static_cast<std::size_t>(labels.size(2)), parallel, [&](std::size_t slice) {
    const int z = static_cast<int>(slice);
    for (int y = 0; y < labels.size(1); ++y)
      for (int x = 0; x < labels.size(0); ++x)
        result(x, y, z) = rule.at(labels(x, y, z), x, y, z);
  });
  return result;
}

} // namespace

BedMap make_beds(const Volume<LabelId>& labels, const std::vector<bone::BodyFinding>& bodies, Parallel parallel) {
  return make_beds(labels, bodies, BedRule(labels, bodies), parallel);
}

BedMap make_beds(const Volume<LabelId>& labels, const std::vector<bone::BodyFinding>& bodies, const BedRule& rule,
                 Parallel parallel) {
  BedMap map{bed_labels(labels, rule, parallel), {}, {}};
  BedBuilder build{label_boxes(map.labels), labels.geometry().size, {}};
  for (const calcium::Region& region : all_bed_regions())
    if (is_vessel(region))
      add_vessel(build, region);
    else if (!is_of_missing_level(region.name, bodies))
      build.add(region, missing_length(rule.followed_mm(), region.name));
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
