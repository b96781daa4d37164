// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/aorta.h"

#include "osteocalc/segmentation/aorta_arch.h"
#include "osteocalc/segmentation/aorta_circles.h"
#include "osteocalc/segmentation/aorta_image.h"
#include "osteocalc/segmentation/aorta_lower.h"
#include "osteocalc/segmentation/aorta_parts.h"
#include "osteocalc/segmentation/aorta_tube.h"
#include "osteocalc/segmentation/line_filter.h"

#include <algorithm>
#include <cmath>

namespace osteocalc::segmentation {
namespace {

constexpr double edge_margin_mm = 12.0;  // a vessel that ends this near the image's edge is cut by it
constexpr double least_course_mm = 20.0; // shorter is no finding
constexpr double least_lone_score = 0.40,
                 least_lone_confidence = 0.50; // of an ascending aorta without an arch to prove it

constexpr float least_score = -0.1F;
constexpr int edge_slices = 4;

double square(double v) {
  return v * v;
}

/// Circle scores around the front of the spine, where the descending and abdominal aorta run.
CircleScores prevertebral_scores(const Body& body, const SpinePictures& spine, Parallel parallel) {
  constexpr int c = SpinePictures::column_x, f = SpinePictures::column_y;
  const CircleRule rule{radii_between(3.5, 32.0), 24, 60.0, body.tissue.soft_hu - 65.0, body.tissue.soft_hu - 70.0};
  return circle_scores(spine.pictures, {c - 20, c + 32, f - 27, f + 13, 0, spine.pictures.size(2)}, rule, parallel);
}

/// Descending and abdominal aorta: left of the mid-line, at the front wall of the bodies.
std::vector<CircleHit> track_descending(const CircleScores& scores, Parallel parallel) {
  CircleScores likely = scores;
  for (float& v : likely.values) // a slice spoilt by an artefact must not shrink the vessel to escape it
    v = std::max(v, least_score);
  likely.add(
      [](int x, int y, double r, int) {
        return -0.08 * square((SpinePictures::x_mm(x) - 15) / 16) - 0.08 * square((SpinePictures::y_mm(y) + 8) / 16) -
               0.10 * square(std::max(0.0, 8.5 - r) / 3);
      },
      parallel);
  return track_circles(likely, {});
}

/// The last hit of the run that has the full radius and the most evidence; above it the axial section is no circle, and
/// the course may have left the vessel for a narrower one, say the gullet.
std::size_t top_of_descending(const std::vector<CircleHit>& hits) {
  constexpr double full_share = 0.80, ordinary_score = 0.35;
  Line radii;
  for (const CircleHit& h : hits)
    radii.push_back(h.radius_mm);
  const double least = full_share * quantile(radii, 0.5);
  double sum = 0.0, best = -1.0;
  std::size_t top = 0;
  for (std::size_t i = 0; i < hits.size(); ++i) {
    sum = hits[i].radius_mm >= least ? sum + std::max(0.0, hits[i].score - ordinary_score) : 0.0;
    if (sum >= best && hits[i].radius_mm >= least) {
      best = sum;
      top = i;
    }
  }
  return top;
}

/// Low down the ascending aorta bends left, towards the ventricle. A course that swings right there has slipped into
/// the right atrium: how many hits from above it was right. `first` is where the lower part begins.
std::size_t depth_before_swing(const std::vector<CircleHit>& down, std::size_t first) {
  constexpr double swing = 1.5; // pixels
  Line x;
  for (const CircleHit& h : down)
    x.push_back(h.x);
  x = box_mean(x, 5);
  std::size_t leftmost = first;
  for (std::size_t i = first; i < x.size(); ++i)
    if (x[i] >= x[leftmost])
      leftmost = i;
    else if (x[i] < x[leftmost] - swing)
      return leftmost + 1;
  return x.size();
}

/// How many hits from above belong to the ascending aorta: once it is `least_radii` long, a lasting loss of its round
/// outline is the root, or a turn to the right, into the atrium; the chambers below may imitate an outline.
std::size_t root_depth(const std::vector<CircleHit>& down, double least_radii) {
  constexpr double least_root_score = 0.48, sharp_turn = 0.6;
  constexpr std::size_t ahead = 5;
  Line scores;
  for (const CircleHit& h : down)
    scores.push_back(h.score);
  scores = box_mean(scores, 5);
  const auto goes_on = [&](std::size_t i) {
    const std::size_t next = std::min(i + ahead, down.size() - 1);
    return scores[i] > least_root_score && down[i].x - down[next].x < sharp_turn * static_cast<double>(ahead);
  };
  const std::size_t least = static_cast<std::size_t>(least_radii * down.front().radius_mm / working_spacing_mm);
  const std::size_t most = depth_before_swing(down, least / 2);
  std::size_t i = 0;
  while (i < down.size() &&
         (static_cast<double>(i) * working_spacing_mm < least_radii * down[i].radius_mm || (i < most && goes_on(i))))
    ++i;
  return i;
}

/// The front mediastinum's scores from a sure circle on, up (+1) or down (-1), with what is known of its course.
CircleScores scores_from(const CircleScores& front, const CircleHit& from, int step) {
  const PictureWindow& w = front.window;
  const int count = step > 0 ? w.k1 - from.k : from.k - w.k0 + 1;
  CircleScores onward({w.x0, w.x1, w.y0, w.y1, 0, count}, front.radii_mm);
  for (int k = 0; k < count; ++k)
    std::copy_n(front.section(from.k - w.k0 + step * k), onward.section_size(), onward.section(k));
  onward.add(
      [&](int x, int y, double r, int k) {
        const double dx = (x - from.x) * working_spacing_mm, dy = (y - from.y) * working_spacing_mm;
        if (k == 0 && (dx * dx + dy * dy > 9.0 || std::abs(std::log(r / from.radius_mm)) > 0.16))
          return -1000.0;
        // Up and down from its middle the ascending aorta turns left; the right atrium lies further right.
        return -0.03 * square((dx - 4.0) / 12.0) - 0.08 * square(std::min(0.0, dx + 4.0) / 10.0) -
               0.03 * square(dy / 20.0) -
               0.10 * square((SpinePictures::x_mm(x) + 8.0) / 22.0) - // the pulmonary trunk lies further left
               0.10 * square(std::log(r / from.radius_mm) / 0.3);
      },
      {1});
  return onward;
}

/// The ascending aorta from a sure circle down to where it is round no more, in order of k.
std::vector<CircleHit> track_down(const CircleScores& front, const CircleHit& from, double least_radii) {
  const TrackRule rule{TrackEnds::FromFirst, 2, 0.25, 0.18, 0.30};
  CircleScores down = scores_from(front, from, -1);
  auto hits = track_circles(down, rule);
  // A chamber that is round below the root must not draw the course aside: the second search sees little of it.
  const auto slack = static_cast<std::size_t>(from.radius_mm / working_spacing_mm);
  const std::size_t depth = std::min(root_depth(hits, least_radii) + slack, hits.size());
  down.window.k1 = static_cast<int>(depth);
  down.values.resize(depth * down.section_size());
  hits = track_circles(down, rule);
  hits.resize(root_depth(hits, least_radii));
  for (CircleHit& h : hits)
    h.k = from.k - h.k;
  std::ranges::reverse(hits);
  return hits;
}

/// From a sure circle to the highest picture.
std::vector<CircleHit> track_up(const CircleScores& front, const CircleHit& from) {
  auto hits = track_circles(scores_from(front, from, 1), {TrackEnds::Through, 2, 0.25, 0.18, 0.0});
  for (CircleHit& h : hits)
    h.k += from.k;
  return hits;
}

CoursePoint course_point(const Body& body, const TubePoint& p, AortaSegment segment) {
  return {index_to_point(body.hu.geometry(), p.at), p.radius_mm, p.score, segment};
}

CoursePoint course_point(const Body& body, const SpinePictures& spine, const CircleHit& h, AortaSegment segment) {
  const auto k = static_cast<std::size_t>(std::clamp(h.k, 0, body.hu.size(2) - 1));
  return course_point(body, {{spine.x0[k] + h.x, spine.y0[k] + h.y, double(h.k)}, h.radius_mm, h.score}, segment);
}

/// Rough courses of everything found, downstream.
struct Courses {
  std::vector<CoursePoint> ascending, arch, descending, iliac_left, iliac_right;
  bool top_cut = false, bottom_cut = false; ///< the descending or abdominal aorta reaches the image's edge
};

/// The ascending aorta where the arch lies above the image: the best tube that comes down from the top slices.
std::vector<CircleHit> lone_ascending(const CircleScores& front, const CircleHit& descending) {
  const int top = front.window.k1 - 1;
  std::optional<Candidate> best;
  for (const int k : {top - 1, top - 4, top - 7})
    for (const Candidate& c : ascending_candidates(front, k, std::max(11.0, 1.15 * descending.radius_mm),
                                                   std::max(20.0, 1.75 * descending.radius_mm), 8)) {
      Candidate likely = c;
      likely.score -= 0.10 * square((SpinePictures::x_mm(c.circle.x) + 10.0) / 18.0) +
                      0.10 * square((SpinePictures::y_mm(c.circle.y) + 68.0) / 22.0);
      if (!best || likely.score > best->score)
        best = likely;
    }
  if (!best || best->score < least_lone_score)
    return {};
  auto course = track_down(front, best->circle, 1.75);
  const auto above = track_up(front, best->circle);
  course.insert(course.end(), above.begin() + 1, above.end());
  return course;
}

/// Over the last 20 mm downstream: for an ascending aorta without its arch, below the image's top.
double mean_confidence_at_end(const std::vector<VesselSection>& sections) {
  const std::size_t count = std::min(sections.size(), static_cast<std::size_t>(20.0 / section_step_mm));
  double sum = 0.0;
  for (std::size_t i = sections.size() - count; i < sections.size(); ++i)
    sum += sections[i].confidence;
  return count == 0 ? 0.0 : sum / static_cast<double>(count);
}

/// Without a bifurcation the course may run on into whatever lies below the aorta: it ends where, on the way down, the
/// evidence of 22 mm is next to nothing.
void cut_lost_end(std::vector<CircleHit>& hits) {
  constexpr double least_mean_score = 0.30;
  Line scores;
  for (const CircleHit& h : hits)
    scores.push_back(h.score);
  scores = box_mean(scores, 11);
  std::size_t i = top_of_descending(hits);
  while (i > 0 && scores[i] >= least_mean_score)
    --i;
  hits.erase(hits.begin(), hits.begin() + static_cast<std::ptrdiff_t>(i));
}

/// Repeats a hit that lies in the image's first or last slice beyond it, so that slanting sections fill the slice.
void extend_over_edges(std::vector<CircleHit>& hits, int slices) {
  for (int i = 0; i < edge_slices && !hits.empty() && hits.front().k <= 0; ++i) {
    hits.insert(hits.begin(), hits.front());
    --hits.front().k;
  }
  for (int i = 0; i < edge_slices && !hits.empty() && hits.back().k >= slices - 1; ++i) {
    hits.push_back(hits.back());
    ++hits.back().k;
  }
}

Courses find_courses(const Body& body, const SpinePictures& spine, const Volume<float>& vessels, const Landmarks& marks,
                     Parallel parallel) {
  Courses found;
  const auto prevertebral = prevertebral_scores(body, spine, parallel);
  auto hits = track_descending(prevertebral, parallel);
  if (static_cast<double>(hits.size()) * working_spacing_mm < least_course_mm)
    return found;
  const auto below = std::ranges::find_if(hits, [&](const CircleHit& h) { return h.k > marks.highest_fork_slice; });
  const auto fork = find_bifurcation(prevertebral, hits, static_cast<std::size_t>(below - hits.begin()), parallel);
  const auto points = [&](const std::vector<CircleHit>& from, AortaSegment segment, int last_k) {
    std::vector<CoursePoint> to;
    for (const CircleHit& h : from)
      if (h.k <= last_k)
        to.push_back(course_point(body, spine, h, segment));
    return to;
  };
  const int slices = body.hu.size(2);
  if (!fork)
    cut_lost_end(hits);
  if (fork) {
    hits = fork->aorta;
    found.iliac_left = points(fork->left, AortaSegment::IliacLeft, slices);
    found.iliac_right = points(fork->right, AortaSegment::IliacRight, slices);
  }
  found.bottom_cut = hits.front().k * working_spacing_mm < edge_margin_mm;
  const std::size_t top = top_of_descending(hits);
  found.top_cut = (slices - 1 - hits[top].k) * working_spacing_mm < edge_margin_mm;
  int join = hits[top].k;
  const auto front = ascending_scores(spine, body.tissue.soft_hu, std::max(0, join - 65), join + 1, parallel);
  if (found.top_cut) {
    auto lone = marks.great_vessels_in_view ? lone_ascending(front, hits[top]) : std::vector<CircleHit>{};
    extend_over_edges(lone, slices);
    join = slices + edge_slices;
    found.ascending = points(lone, AortaSegment::Ascending, join);
  } else if (const auto arch = find_arch(vessels, spine, front, hits, top, body.tissue.soft_hu, parallel);
             arch && arch->merit >= least_arch_merit) {
    join = arch->ascending.k - 1;
    found.ascending = points(track_down(front, arch->ascending, 2.5), AortaSegment::Ascending, join);
    for (const TubePoint& p : arch->course)
      found.arch.push_back(course_point(body, p, AortaSegment::Arch));
  }
  extend_over_edges(hits, slices);
  found.descending = points(hits, AortaSegment::Descending, join);
  std::ranges::reverse(found.ascending);
  std::ranges::reverse(found.descending);
  std::ranges::reverse(found.ascending); // the blood runs up here
  return found;
}

} // namespace

AortaResult find_aorta(const Volume<std::int16_t>& image, const Body& body, const SpineResult& spine,
                       Parallel parallel) {
  AortaResult result;
  if (spine.curve.center_mm.empty()) {
    result.issues.push_back(refused("SEG-AORTA-SPINE", "aorta",
                                    "no spine was found (the aorta is looked for in front of it), so no aorta either; "
                                    "give labels of the aorta"));
    return result;
  }
  const auto anchors = anchor_slices(spine.curve, body.hu.geometry());
  const auto column = column_mask(body, anchors, parallel);
  const auto vessels = vessel_image(body, column, parallel);
  const auto pictures = spine_pictures(vessels, anchors, parallel);
  const Landmarks marks = find_landmarks(body, spine, anchors);
  const Courses found = find_courses(body, pictures, vessels, marks, parallel);
  const auto outline = [&](std::vector<CoursePoint> course) {
    return course.size() < 6 ? std::vector<VesselSection>{} : outline_vessel(image, body, column, course, parallel);
  };
  std::vector<CoursePoint> course = found.ascending;
  if (found.arch.empty() && !course.empty()) {
    auto sections = outline(course);
    if (mean_confidence_at_end(sections) >= least_lone_confidence)
      result.aorta.push_back(std::move(sections));
    course.clear();
  }
  course.insert(course.end(), found.arch.begin(), found.arch.end());
  course.insert(course.end(), found.descending.begin(), found.descending.end());
  result.aorta.push_back(outline(course));
  result.iliac_left = outline(found.iliac_left);
  result.iliac_right = outline(found.iliac_right);
  std::erase_if(result.aorta, [](const auto& c) { return c.empty(); });
  name_parts(marks, result);
  if (!found.iliac_left.empty() && !result.aorta.empty())
    result.bifurcation_mm = result.aorta.back().back().center_mm;
  measure_blood(body, result);
  report_doubts({found.top_cut, found.bottom_cut, !found.arch.empty(), marks.great_vessels_in_view}, result);
  return result;
}

} // namespace osteocalc::segmentation
