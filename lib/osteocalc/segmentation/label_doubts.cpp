// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/label_doubts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

namespace osteocalc::segmentation {
namespace {

// Vertebrae are brighter than what lies 10 mm beside them: by 100 to 250 HU in healthy and by more than 60 in thin
// bone.
constexpr double beside_mm = 10, bone_over_surroundings_hu = 40, mirrored_better_by_hu = 60;
constexpr double near_spine_mm = 65; // the descending aorta's centre from the whole vertebra's
constexpr double behind_mm = 5, aorta_side_mm = 4, heart_side_mm = 8;
constexpr double flat_cut_share = 0.5, least_gap_mm = 6;

struct Mean {
  double sum = 0;
  double count = 0;
  void add(double value) {
    sum += value;
    ++count;
  }
  [[nodiscard]] double value() const { return sum / count; }
};

struct Middle {
  Vec3 sum{};
  double count = 0;
  void add(const Vec3& point) {
    sum = sum + point;
    ++count;
  }
  void add(const Middle& other) {
    sum = sum + other.sum;
    count += other.count;
  }
  [[nodiscard]] Vec3 value() const { return (1 / count) * sum; }
};

/// What one slice holds.
struct SliceContent {
  std::array<Middle, all_vertebrae.size()> vertebrae;
  Middle spine, heart, iliac_left, iliac_right;
  Middle aorta; ///< beside the spine only: the descending and abdominal
  std::size_t labelled = 0;
};

template <class Visit>
void visit_slice(const Volume<LabelId>& labels, int z, const Visit& visit) {
  for (int y = 0; y < labels.size(1); ++y)
    for (int x = 0; x < labels.size(0); ++x)
      if (const LabelId id = labels(x, y, z))
        visit(id, index_to_point(labels.geometry(), {double(x), double(y), double(z)}));
}

SliceContent content_of(const Volume<LabelId>& labels, int z) {
  SliceContent content;
  visit_slice(labels, z, [&](LabelId id, const Vec3& point) {
    ++content.labelled;
    if (const auto level = vertebra_from_whole_label(id)) {
      content.vertebrae[static_cast<std::size_t>(*level)].add(point);
      content.spine.add(point);
    } else if (id == label::heart) {
      content.heart.add(point);
    } else if (id == label::iliac_artery_left) {
      content.iliac_left.add(point);
    } else if (id == label::iliac_artery_right) {
      content.iliac_right.add(point);
    }
  });
  if (content.spine.count > 0)
    visit_slice(labels, z, [&](LabelId id, const Vec3& point) {
      if (id == label::aorta && norm(point - content.spine.value()) < near_spine_mm)
        content.aorta.add(point);
    });
  return content;
}

Middle joined(const std::vector<SliceContent>& slices, Middle SliceContent::*part) {
  Middle all;
  for (const SliceContent& slice : slices)
    all.add(slice.*part);
  return all;
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// From the spine to the aorta beside it: median over slices of the difference along an axis; nothing without both.
std::optional<double> spine_to_aorta_mm(const std::vector<SliceContent>& slices, std::size_t axis) {
  std::vector<double> differences;
  for (const SliceContent& slice : slices)
    if (slice.aorta.count > 0)
      differences.push_back(slice.aorta.value()[axis] - slice.spine.value()[axis]);
  return differences.empty() ? std::nullopt : std::optional(median(differences));
}

Issue flipped(const std::string& axis, const std::string& evidence) {
  return refused("LABEL-FLIPPED", "labels",
                 "the labels are flipped " + axis + ": " + evidence +
                     " (they would measure other tissue) correct the orientation in the map's header");
}

/// Levels from T1 down must lie ever lower.
void check_order(const std::vector<SliceContent>& slices, Issues& issues) {
  std::optional<std::pair<Vertebra, double>> above;
  int steps = 0, wrong = 0;
  std::string where;
  for (const Vertebra level : all_vertebrae) {
    Middle middle;
    for (const SliceContent& slice : slices)
      middle.add(slice.vertebrae[static_cast<std::size_t>(level)]);
    if (middle.count == 0)
      continue;
    const double z_mm = middle.value()[2];
    if (above) {
      ++steps;
      if (z_mm >= above->second) {
        ++wrong;
        where += (where.empty() ? "" : ", ") + std::string(to_string(level)) + " above " +
                 std::string(to_string(above->first));
      }
    }
    above = {level, z_mm};
  }
  if (wrong > 0 && 2 * wrong > steps)
    issues.push_back(flipped("head to feet", "vertebrae are numbered from the head down"));
  else if (wrong > 0)
    issues.push_back(warning("LABEL-ORDER", "vertebrae",
                             "vertebrae lie out of order: " + where +
                                 " (levels may be wrong) look at the label map before using single levels"));
}

void check_front(const std::vector<SliceContent>& slices, Issues& issues) {
  if (const auto behind = spine_to_aorta_mm(slices, 1); behind && *behind > behind_mm)
    issues.push_back(flipped("front to back", "the aorta lies behind the spine"));
}

void check_sides(const std::vector<SliceContent>& slices, Issues& issues) {
  const Middle left = joined(slices, &SliceContent::iliac_left), right = joined(slices, &SliceContent::iliac_right);
  const Middle heart = joined(slices, &SliceContent::heart), spine = joined(slices, &SliceContent::spine);
  const auto aorta_mm = spine_to_aorta_mm(slices, 0);
  const bool iliacs_exchanged = left.count > 0 && right.count > 0 && left.value()[0] < right.value()[0];
  const bool heart_right = heart.count > 0 && spine.count > 0 && heart.value()[0] - spine.value()[0] < -heart_side_mm;
  const bool aorta_right = aorta_mm && *aorta_mm < -aorta_side_mm;
  if (iliacs_exchanged || (heart_right && aorta_right))
    issues.push_back(flipped("left to right", iliacs_exchanged
                                                  ? "the left iliac artery lies right of the right one"
                                                  : "heart and aorta lie right of the spine (as in mirrored organs, "
                                                    "which these checks do not know)"));
  else if (heart_right || aorta_right)
    issues.push_back(warning("LABEL-SIDE", heart_right ? "heart" : "aorta",
                             std::string(heart_right ? "the heart" : "the aorta") +
                                 " lies right of the spine (left and right may be exchanged, or the anatomy is "
                                 "unusual) look at the label map"));
}

/// How much brighter the image is under vertebrae than beside them, the labels mirrored along an axis (3: not
/// mirrored).
std::optional<double> bone_contrast_hu(const Volume<LabelId>& labels, const Volume<std::int16_t>& image,
                                       std::size_t mirrored_axis, Parallel parallel) {
  const auto reach = [&](std::size_t axis) {
    return static_cast<int>(std::lround(beside_mm / image.geometry().spacing_mm[axis]));
  };
  const std::array<std::array<int, 2>, 4> steps{{{reach(0), 0}, {-reach(0), 0}, {0, reach(1)}, {0, -reach(1)}}};
  const auto at = [&](const Volume<std::int16_t>& volume, std::array<int, 3> index) {
    if (mirrored_axis < 3)
      index[mirrored_axis] = volume.size(mirrored_axis) - 1 - index[mirrored_axis];
    return double{static_cast<double>(volume(index[0], index[1], index[2]))};
  };
  const auto sums =
      parallel_map(static_cast<std::size_t>(labels.size(2)), parallel, [&](std::size_t slice) -> std::array<Mean, 2> {
        const int z = static_cast<int>(slice);
        std::array<Mean, 2> means; // under, beside
        for (int y = 0; y < labels.size(1); ++y)
          for (int x = 0; x < labels.size(0); ++x) {
            if (!vertebra_from_whole_label(labels(x, y, z)))
              continue;
            means[0].add(at(image, {x, y, z}));
            for (const auto& step : steps)
              if (labels.contains(x + step[0], y + step[1], z) &&
                  !vertebra_from_whole_label(labels(x + step[0], y + step[1], z)))
                means[1].add(at(image, {x + step[0], y + step[1], z}));
          }
        return means;
      });
  Mean under, beside;
  for (const auto& [slice_under, slice_beside] : sums) {
    under.sum += slice_under.sum;
    under.count += slice_under.count;
    beside.sum += slice_beside.sum;
    beside.count += slice_beside.count;
  }
  if (under.count == 0 || beside.count == 0)
    return std::nullopt;
  return under.value() - beside.value();
}

void check_bone(const Volume<LabelId>& labels, const Volume<std::int16_t>& image, Parallel parallel, Issues& issues) {
  const auto contrast_hu = bone_contrast_hu(labels, image, 3, parallel);
  if (!contrast_hu || *contrast_hu >= bone_over_surroundings_hu)
    return;
  constexpr std::array<const char*, 3> axis_names{"left to right", "front to back", "head to feet"};
  for (std::size_t axis = 0; axis < 3; ++axis)
    if (*bone_contrast_hu(labels, image, axis, parallel) > *contrast_hu + mirrored_better_by_hu) {
      issues.push_back(flipped(axis_names[axis], "vertebrae lie on bone only in the map's mirror image"));
      return;
    }
  issues.push_back(refused("LABEL-OFF-BONE", "vertebrae",
                           "what is labelled vertebra is no brighter than what lies beside it (the map may belong to "
                           "another scan, or is shifted) check that image and labels belong together"));
}

/// A label map made on a part of a scan and padded ends flat; anatomy tapers.
void check_cut(const std::vector<SliceContent>& slices, double increment_mm, Issues& issues) {
  std::vector<double> areas;
  for (const SliceContent& slice : slices)
    if (slice.labelled > 0)
      areas.push_back(static_cast<double>(slice.labelled));
  if (areas.empty())
    return;
  const double flat = flat_cut_share * median(areas);
  const auto is_labelled = [](const SliceContent& slice) { return slice.labelled > 0; };
  const auto first = std::ranges::find_if(slices, is_labelled) - slices.begin();
  const auto after_last = std::find_if(slices.rbegin(), slices.rend(), is_labelled).base() - slices.begin();
  std::string missing;
  const auto note = [&](std::ptrdiff_t gap, std::ptrdiff_t end_slice, const char* end) {
    const double gap_mm = static_cast<double>(gap) * increment_mm;
    if (gap_mm >= least_gap_mm && static_cast<double>(slices[static_cast<std::size_t>(end_slice)].labelled) >= flat)
      missing += (missing.empty() ? "" : ", ") + std::to_string(std::lround(gap_mm)) + " mm at the " + end;
  };
  note(first, first, "feet");
  note(static_cast<std::ptrdiff_t>(slices.size()) - after_last, after_last - 1, "head");
  if (!missing.empty())
    issues.push_back(warning("LABEL-COVERAGE", "labels",
                             "all labels end in a flat cut before the scan does: missing " + missing +
                                 " (structures there are not measured) segment the whole scan"));
}

} // namespace

Issues missing_classes(const LabelSet& labels) {
  bool aorta = false, vertebrae = false, coronary = false;
  for (const LabelMap* map : {&labels.wholes, &labels.parts})
    for (const LabelId id : labels_present(*map)) {
      aorta = aorta || id == label::aorta;
      vertebrae = vertebrae || vertebra_from_whole_label(id).has_value();
      coronary = coronary || (id >= label::coronary_territory && id <= label::coronary_rca);
    }
  Issues issues;
  if (!aorta)
    issues.push_back(warning("LABEL-MISSING", "aorta",
                             "no aorta is labelled: there will be no bed aorta_*, and contrast cannot be judged"));
  if (!vertebrae)
    issues.push_back(
        warning("LABEL-MISSING", "vertebrae",
                "no vertebra is labelled: there will be no bone value, and the aorta is not cut by level"));
  if (!coronary)
    issues.push_back(info("LABEL-MISSING", "coronary",
                          "no coronary artery or territory is labelled: there will be no bed coronary"));
  return issues;
}

Issues doubt_labels(const LabelSet& labels, const Volume<std::int16_t>& image, Parallel parallel) {
  OSTEOCALC_EXPECT(same_grid(labels.wholes.voxels.geometry(), image.geometry()));
  const Volume<LabelId>& wholes = labels.wholes.voxels;
  const auto slices = parallel_map(static_cast<std::size_t>(wholes.size(2)), parallel,
                                   [&](std::size_t z) { return content_of(wholes, static_cast<int>(z)); });
  Issues issues;
  check_order(slices, issues);
  check_front(slices, issues);
  check_bone(wholes, image, parallel, issues);
  check_sides(slices, issues);
  check_cut(slices, image.geometry().spacing_mm[2], issues);
  return issues;
}

} // namespace osteocalc::segmentation
