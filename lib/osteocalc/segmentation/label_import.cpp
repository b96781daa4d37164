// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/label_import.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

namespace osteocalc::segmentation {
namespace {

struct Numbers {
  LabelId lowest, highest; ///< vertebrae, from the sacrum to the neck
};
constexpr Numbers v1_vertebrae{18, 41}, v2_vertebrae{26, 50};

// Between the middles of neighbouring vertebrae, processes included.
constexpr double shortest_step_mm = 6, longest_step_mm = 60, longest_shift_mm = 35;

struct Sum {
  Vec3 index{};
  double count = 0;
};

/// Middle of each of the first ids, LPS mm; nothing for those that do not occur.
std::vector<std::optional<Vec3>> middles_of(const Volume<LabelId>& labels, LabelId last) {
  std::vector<Sum> sums(last + std::size_t{1});
  for (int z = 0; z < labels.size(2); ++z)
    for (int y = 0; y < labels.size(1); ++y)
      for (int x = 0; x < labels.size(0); ++x)
        if (const LabelId id = labels(x, y, z); id <= last) {
          sums[id].index = sums[id].index + Vec3{double(x), double(y), double(z)};
          ++sums[id].count;
        }
  std::vector<std::optional<Vec3>> middles(sums.size());
  for (std::size_t id = 1; id < sums.size(); ++id)
    if (sums[id].count > 0)
      middles[id] = index_to_point(labels.geometry(), (1 / sums[id].count) * sums[id].index);
  return middles;
}

int climb(const std::vector<std::optional<Vec3>>& middles, Numbers numbers) {
  int steps = 0;
  for (LabelId id = numbers.lowest; id < numbers.highest; ++id) {
    if (!middles[id] || !middles[id + 1U])
      continue;
    const Vec3 step = *middles[id + 1U] - *middles[id];
    const bool climbs =
        step[2] >= shortest_step_mm && step[2] <= longest_step_mm && std::hypot(step[0], step[1]) <= longest_shift_mm;
    steps += climbs ? 1 : -1;
  }
  return steps;
}

/// Names that say nothing: absent, or made from the number.
bool is_named(const LabelMap& labels, LabelId id) {
  const auto name = labels.names.find(id);
  return name != labels.names.end() && name->second != "label_" + std::to_string(id);
}

bool names_are_known(const LabelMap& labels, const std::vector<LabelId>& present) {
  return std::ranges::any_of(present,
                             [&](LabelId id) { return is_named(labels, id) && structure_named(labels.names.at(id)); });
}

/// The scheme that the numbers of an unnamed map follow.
LabelScheme scheme_of_numbers(const LabelMap& labels, Issues& issues) {
  const auto middles = middles_of(labels.voxels, v2_vertebrae.highest);
  const int v1 = climb(middles, v1_vertebrae), v2 = climb(middles, v2_vertebrae);
  if (v1 > v2 && v1 > 0) {
    issues.push_back(
        warning("LABEL-SCHEME", "labels",
                "the map has no names and its labels 18 to 41 climb the scan like a spine (more so than 26 "
                "to 50): taken as TotalSegmentator v1's numbers; pass --label-scheme v2 if they are v2's"));
    return LabelScheme::V1;
  }
  if (v2 <= 0)
    issues.push_back(info("LABEL-SCHEME", "labels",
                          "the map has no names and no spine to tell its numbers by: taken as TotalSegmentator v2's; "
                          "pass --label-scheme v1 if they are v1's"));
  return LabelScheme::V2;
}

/// Our id for a number of the map; 0 when it is of no structure known.
LabelId our_id(const LabelMap& labels, LabelId id, std::optional<LabelScheme> numbers) {
  if (!numbers) { // by name
    const auto structure = is_named(labels, id) ? structure_named(labels.names.at(id)) : std::nullopt;
    return structure ? structure->id : LabelId{0};
  }
  if (is_measured(id) && id >= label::coronary_territory)
    return id;
  const auto structure = structure_named(class_name(*numbers, id));
  return structure ? structure->id : LabelId{0};
}

void name_all(LabelMap& labels) {
  for (const LabelId id : labels_present(labels)) {
    const std::string_view other = class_name(LabelScheme::V2, id);
    labels.names[id] = is_measured(id) || other.empty() ? label_name(id) : std::string(other);
  }
}

} // namespace

LabelSet import_labels(const LabelMap& labels, LabelScheme scheme, Issues& issues) {
  const std::vector<LabelId> present = labels_present(labels);
  std::optional<LabelScheme> numbers;
  if (scheme != LabelScheme::Auto)
    numbers = scheme;
  else if (!names_are_known(labels, present))
    numbers = scheme_of_numbers(labels, issues);
  std::vector<LabelId> ours(std::size_t{1} << 16U, 0);
  std::string unknown;
  for (const LabelId id : present) {
    ours[id] = our_id(labels, id, numbers);
    if (ours[id] == 0)
      unknown += (unknown.empty() ? "" : ", ") + name_of(labels, id);
  }
  if (!unknown.empty())
    issues.push_back(info("LABEL-UNKNOWN", "labels", "labels that no measurement uses were left out: " + unknown));
  LabelSet set{{Volume<LabelId>(labels.voxels.geometry()), {}}, {Volume<LabelId>(labels.voxels.geometry()), {}}};
  for (std::size_t i = 0; i < labels.voxels.voxels().size(); ++i) {
    const LabelId id = ours[labels.voxels.voxels()[i]];
    const bool is_part = id >= label::coronary_territory;
    set.parts.voxels.voxels()[i] = is_part ? id : LabelId{0};
    set.wholes.voxels.voxels()[i] = is_part ? whole_of(id) : id;
  }
  name_all(set.wholes);
  name_all(set.parts);
  return set;
}

} // namespace osteocalc::segmentation
