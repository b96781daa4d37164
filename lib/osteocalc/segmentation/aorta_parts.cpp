// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/aorta_parts.h"

#include "osteocalc/segmentation/line_filter.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace osteocalc::segmentation {
namespace {

constexpr double lung_to_fork_mm = 90.0; // least distance from the lowest lung to the bifurcation
constexpr double believed_level = 0.5;   // confidence from which levels may bound the parts
// The branches themselves are hardly seen: they leave the top of the arch, and brachiocephalic trunk and left
// subclavian artery, which bound it, do so where its middle is about two thirds of its radius below its highest point.
constexpr double arch_share = 0.65;

/// Height of a level's middle, between and beyond the vertebrae found; 11.5 is the disc between T12 and L1.
std::optional<double> level_height(const std::vector<VertebraFinding>& vertebrae, double level) {
  std::vector<const VertebraFinding*> known;
  for (const VertebraFinding& v : vertebrae)
    if (v.confidence >= believed_level)
      known.push_back(&v);
  if (known.size() < 2)
    return std::nullopt;
  const auto number = [](const VertebraFinding* v) { return static_cast<double>(v->level); };
  std::ranges::sort(known, {}, [&](const VertebraFinding* v) { return std::abs(number(v) - level); });
  const VertebraFinding *a = known[0], *b = known[1];
  const double slope = (b->center_mm[2] - a->center_mm[2]) / (number(b) - number(a));
  return a->center_mm[2] + slope * (level - number(a));
}

/// Lowest slice of the working grid with more than 4 cm2 of lung.
std::optional<int> lowest_lung(const Body& body) {
  constexpr int least_pixels = 100;
  const int pixels = body.space.size(0) * body.space.size(1);
  for (int z = 0; z < body.space.size(2); ++z) {
    const Space* slice = body.space.slice(z).data;
    if (std::count(slice, slice + pixels, Space::Lung) > least_pixels)
      return z;
  }
  return std::nullopt;
}

/// Lung on both sides of the mid-line, at least 6 cm2 each: the slice is of the chest.
bool between_lungs(const Body& body, const SpineAnchor& anchor, int z) {
  constexpr int least_pixels = 150;
  int left = 0, right = 0;
  for (int y = 0; y < body.space.size(1); ++y)
    for (int x = 0; x < body.space.size(0); ++x)
      if (body.space(x, y, z) == Space::Lung)
        ++(x > anchor.middle ? left : right);
  return std::min(left, right) > least_pixels;
}

/// An ascending aorta begins about 120 mm above the lowest lung; a scan that ends lower shows the lower heart, whose
/// chambers may look as round. Where the lung's end lies below the image (a scan of the heart) less must do.
bool reaches_great_vessels(const Body& body, const std::vector<SpineAnchor>& anchors, std::optional<int> lung) {
  constexpr double lung_to_ascending_mm = 140.0, heart_scan_mm = 105.0, cut_mm = 12.0;
  const int top = body.space.size(2) - 1;
  if (!lung || !between_lungs(body, anchors.back(), top))
    return false;
  const bool lung_cut = *lung * working_spacing_mm < cut_mm;
  return (top - *lung) * working_spacing_mm > (lung_cut ? heart_scan_mm : lung_to_ascending_mm);
}

std::string fmt_range(double low_mm, double high_mm) {
  return "z " + std::to_string(std::lround(low_mm)) + " to " + std::to_string(std::lround(high_mm)) + " mm";
}

/// Stretches of 10 mm and more that are not to be trusted, and wide ones.
void report_sections(AortaResult& aorta) {
  constexpr double stretch_mm = 10.0, wide_radius_mm = 20.0; // 40 mm across: ectasia anywhere
  double weak_mm = 0.0, low_z = 1e9, high_z = -1e9, widest_mm = 0.0, run_mm = 0.0;
  for (const auto& course : aorta.aorta)
    for (const VesselSection& s : course) {
      run_mm = s.confidence < trusted_confidence ? run_mm + section_step_mm : 0.0;
      if (run_mm > 0.0) {
        low_z = std::min(low_z, s.center_mm[2]);
        high_z = std::max(high_z, s.center_mm[2]);
      }
      weak_mm = std::max(weak_mm, run_mm);
      widest_mm = std::max(widest_mm, s.radius_mm);
    }
  if (weak_mm >= stretch_mm)
    aorta.issues.push_back(warning("SEG-AORTA-WEAK", fmt_range(low_z, high_z),
                                   "hardly any edge of the aorta is visible there (course and outline are guesses); "
                                   "check the picture"));
  if (widest_mm >= wide_radius_mm)
    aorta.issues.push_back(warning("SEG-AORTA-WIDE", "aorta",
                                   "the aorta measures more than 40 mm across (an aneurysm, or another structure taken "
                                   "for it); check the picture"));
}

} // namespace

Landmarks find_landmarks(const Body& body, const SpineResult& spine, const std::vector<SpineAnchor>& anchors) {
  const VolumeGeometry& grid = body.hu.geometry();
  Landmarks marks;
  marks.highest_fork_slice = grid.size[2] - 1;
  const auto l1_top = level_height(spine.vertebrae, static_cast<double>(Vertebra::L1) - 0.5);
  const auto l3_top = level_height(spine.vertebrae, static_cast<double>(Vertebra::L3) - 0.5);
  const auto lung = lowest_lung(body);
  marks.great_vessels_in_view = reaches_great_vessels(body, anchors, lung);
  if (l1_top && l3_top) {
    marks.thorax_end_z_mm = l1_top;
    marks.by_level = true;
    marks.highest_fork_slice = static_cast<int>((*l3_top - grid.origin_mm[2]) / grid.spacing_mm[2]);
  } else if (lung) {
    marks.thorax_end_z_mm = index_to_point(grid, {0.0, 0.0, double(*lung)})[2];
    marks.highest_fork_slice = *lung - static_cast<int>(lung_to_fork_mm / working_spacing_mm);
  }
  return marks;
}

void name_parts(const Landmarks& marks, AortaResult& aorta) {
  for (auto& course : aorta.aorta) {
    const auto apex = std::ranges::max_element(course, {}, [](const VesselSection& s) { return s.center_mm[2]; });
    const bool has_arch =
        std::ranges::any_of(course, [](const VesselSection& s) { return s.segment == AortaSegment::Arch; });
    const double arch_z_mm = apex->center_mm[2] - arch_share * apex->radius_mm;
    for (auto s = course.begin(); s != course.end(); ++s) {
      if (has_arch)
        s->segment = s->center_mm[2] > arch_z_mm ? AortaSegment::Arch
                     : s < apex                  ? AortaSegment::Ascending
                                                 : AortaSegment::Descending;
      if (s->segment == AortaSegment::Descending &&
          (!marks.thorax_end_z_mm || s->center_mm[2] < *marks.thorax_end_z_mm))
        s->segment = AortaSegment::Abdominal;
    }
  }
  if (!aorta.aorta.empty() && aorta.aorta.front().front().segment == AortaSegment::Ascending)
    aorta.root_mm = aorta.aorta.front().front().center_mm;
}

void measure_blood(const Body& body, AortaResult& aorta) {
  Line values;
  for (const auto& course : aorta.aorta)
    for (const VesselSection& s : course) {
      if (s.confidence < trusted_confidence)
        continue;
      const Vec3 second = cross(s.direction, s.side);
      for (const double u : {-0.5, -0.25, 0.0, 0.25, 0.5})
        for (const double v : {-0.5, -0.25, 0.0, 0.25, 0.5}) {
          const Vec3 at =
              point_to_index(body.hu.geometry(), s.center_mm + (u * s.radius_mm) * s.side + (v * s.radius_mm) * second);
          const int x = static_cast<int>(std::lround(at[0])), y = static_cast<int>(std::lround(at[1])),
                    z = static_cast<int>(std::lround(at[2]));
          if (body.hu.contains(x, y, z))
            values.push_back(body.hu(x, y, z));
        }
    }
  if (values.size() < 50)
    return;
  const double median = quantile(values, 0.5);
  aorta.blood_hu = median;
  for (double& v : values)
    v = std::abs(v - median);
  aorta.blood_sd_hu = 1.4826 * quantile(values, 0.5);
}

void report_doubts(const View& view, AortaResult& aorta) {
  Issues& issues = aorta.issues;
  if (aorta.aorta.empty()) {
    issues.push_back(refused("SEG-AORTA-NONE", "aorta",
                             "no round vessel runs along the spine for 20 mm (no arterial score of the aorta can be "
                             "given); give labels of the aorta"));
    return;
  }
  if (is_enhanced(aorta))
    issues.push_back(warning("SEG-AORTA-CONTRAST", "aorta",
                             "its blood reads " + std::to_string(std::lround(*aorta.blood_hu)) +
                                 " HU, so it holds contrast agent (calcium cannot be told from blood, outlines may be "
                                 "wrong); use a scan without contrast"));
  const bool ascending = aorta.root_mm.has_value();
  if (view.top_cut && !ascending && view.heart_level)
    issues.push_back(warning("SEG-AORTA-ASCENDING", "aorta_ascending",
                             "the ascending aorta was not found although the image reaches its height (its calcium is "
                             "missing from the scores); give labels of the aorta"));
  if (view.top_cut && ascending)
    issues.push_back(warning("SEG-AORTA-ASCENDING", "aorta_ascending",
                             "the arch lies above the image, so nothing proves that the vessel in front is the "
                             "ascending aorta (the pulmonary trunk or the superior cava may look alike); check the "
                             "picture"));
  if (!view.top_cut && !view.arch_found)
    issues.push_back(warning("SEG-AORTA-ARCH", "aorta_arch",
                             "the descending aorta ends within the image but no arch was found (arch and ascending "
                             "aorta are missing from the scores); give labels of the aorta"));
  if (ascending)
    issues.push_back(info("SEG-AORTA-ROOT", "aorta_ascending",
                          "the lower end of the ascending aorta is known to about 10 mm only (valve and root lack an "
                          "outline without contrast)"));
  if (view.top_cut || view.bottom_cut)
    issues.push_back(info("SEG-AORTA-CUT",
                          view.top_cut && view.bottom_cut ? "both ends"
                          : view.top_cut                  ? "upper end"
                                                          : "lower end",
                          "the aorta goes on beyond the image (scores hold for the part in view)"));
  if (!view.bottom_cut && aorta.iliac_left.empty())
    issues.push_back(warning("SEG-AORTA-BIFURCATION", "aorta_abdominal",
                             "the aorta was lost above its bifurcation (calcium below is missing from the scores); "
                             "check the picture"));
  report_sections(aorta);
}

} // namespace osteocalc::segmentation
