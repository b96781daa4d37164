// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/vertebra.h"

#include "osteocalc/segmentation/filters.h"
#include "osteocalc/segmentation/level_naming.h"
#include "osteocalc/segmentation/spine_discs.h"
#include "osteocalc/segmentation/vertebra_map.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace osteocalc::segmentation {
namespace {

constexpr double certain = 0.95;
constexpr double weak_disc = 0.4; // evidence below which a disc is hardly seen

/// The chain of vertebrae and how it may be named.
struct Chain {
  Line discs;
  Line disc_evidence; ///< at each disc
  std::vector<Naming> namings;
  int lowest_step = 0;
  double confidence = 0.0;
};

/// Where the spacing of the discs jumps, a disc is missing or invented and the count is off by one: the lower of the
/// two discs concerned.
std::vector<std::size_t> spacing_jumps(const Line& discs) {
  std::vector<std::size_t> jumps;
  for (std::size_t i = 1; i + 1 < discs.size(); ++i)
    if (const double ratio = (discs[i + 1] - discs[i]) / (discs[i] - discs[i - 1]); ratio < 0.65 || ratio > 1.45)
      jumps.push_back(i);
  return jumps;
}

/// Names the chain; what lies below S1 leaves it.
void name_chain(Chain& chain, int lowest_step, double confidence) {
  const auto sacral = std::min(static_cast<std::ptrdiff_t>(std::max(0, -lowest_step)), std::ssize(chain.discs));
  chain.discs.erase(chain.discs.begin(), chain.discs.begin() + sacral);
  chain.disc_evidence.erase(chain.disc_evidence.begin(), chain.disc_evidence.begin() + sacral);
  for (Naming& naming : chain.namings)
    naming.lowest_step += static_cast<int>(sacral);
  chain.lowest_step = lowest_step + static_cast<int>(sacral);
  const auto weak = std::ranges::count_if(chain.disc_evidence, [](double e) { return e < weak_disc; });
  const bool doubtful = !spacing_jumps(chain.discs).empty() || 4 * weak > std::ssize(chain.discs);
  chain.confidence = doubtful ? std::min(confidence, 0.9) : confidence;
}

Volume<float> clipped_smooth(const Volume<float>& straight, double soft_hu, double sigma_mm, Parallel parallel) {
  Volume<float> smooth(straight.geometry());
  std::ranges::transform(straight.voxels(), smooth.voxels().begin(), [&](float hu) {
    return std::clamp(hu, static_cast<float>(soft_hu - 250.0), static_cast<float>(soft_hu + 700.0));
  });
  gaussian_smooth(smooth, {sigma_mm, sigma_mm, sigma_mm}, parallel);
  return smooth;
}

SpineCurve curve_of(const SpineFrame& frame) {
  SpineCurve curve{frame.center, frame.up, frame.left, frame.back, frame.depth_mm, frame.half_width_mm};
  for (double& w : curve.width_mm)
    w *= 2.0;
  return curve;
}

struct Moments {
  double s = 0, v = 0, u = 0, count = 0, unseen = 0;
};

/// Centre of each body in spine coordinates, and how much of it lies outside the image.
std::vector<Moments> body_moments(const StraightVertebrae& straight, const Volume<float>& hu, std::size_t count) {
  std::vector<Moments> moments(count);
  const VolumeGeometry& grid = hu.geometry();
  for (int z = 0; z < grid.size[2]; ++z)
    for (int y = 0; y < grid.size[1]; ++y)
      for (int x = 0; x < grid.size[0]; ++x)
        if (const auto id = straight.body(x, y, z); id != 0) {
          Moments& m = moments[id - 1U];
          m.s += z;
          m.v += grid.origin_mm[1] + y;
          m.u += grid.origin_mm[0] + x;
          m.count += 1.0;
          m.unseen += hu(x, y, z) < outside_hu / 2 ? 1.0 : 0.0;
        }
  return moments;
}

/// Mean distance between the endplates over the middle of the body's width, at a depth given as a share of half the
/// depth (-0.75 front, 0 middle, 0.75 back).
double height_at(const SpineFrame& frame, const BodyShape& body, double share) {
  const double middle = 0.5 * (body.low_s + body.high_s);
  const double a = 0.5 * value_at(frame.depth_mm, middle), w = value_at(frame.half_width_mm, middle);
  double sum = 0.0, count = 0.0;
  for (double v = share * a - 2.0; v <= share * a + 2.0; v += 1.0)
    for (double u = -0.5 * w; u <= 0.5 * w; u += 1.0) {
      sum += norm(frame.point(body.upper->surface.at(v, u), v, u) - frame.point(body.lower->surface.at(v, u), v, u));
      count += 1.0;
    }
  return sum / count;
}

VertebraFinding describe(const SpineFrame& frame, const BodyShapes& shapes, std::size_t k, const Moments& moments) {
  const BodyShape& body = *shapes.bodies[k];
  VertebraFinding finding;
  const double s = moments.s / moments.count, v = moments.v / moments.count, u = moments.u / moments.count;
  finding.center_mm = frame.point(s, v, u);
  double tilt_back = 0.0, tilt_left = 0.0, plates = 0.0;
  for (const std::size_t disc : {k - 1, k})
    if (disc < shapes.discs.size()) {
      tilt_back += shapes.discs[disc].tilt_back;
      tilt_left += shapes.discs[disc].tilt_left;
      plates += 1.0;
    }
  finding.axis_up = normalized(frame.direction(s, 1.0, -tilt_back / plates, -tilt_left / plates));
  const Vec3 left = frame.direction(s, 0.0, 0.0, 1.0);
  finding.axis_left = normalized(left - dot(left, finding.axis_up) * finding.axis_up);
  finding.axis_back = cross(finding.axis_up, finding.axis_left);
  finding.cut_by_field_of_view = moments.unseen > 0.02 * moments.count;
  if (body.lower && body.upper && !finding.cut_by_field_of_view) {
    finding.anterior_mm = height_at(frame, body, -0.75);
    finding.middle_mm = height_at(frame, body, 0.0);
    finding.posterior_mm = height_at(frame, body, 0.75);
  }
  return finding;
}

Chain find_chain(const Volume<std::int16_t>& detail, const Volume<float>& straight, const SpineFrame& frame,
                 const Body& body, double bone_hu, Parallel parallel) {
  Chain chain;
  Line evidence = disc_evidence(straight, frame, body.tissue, parallel);
  const Line wings = sacral_wings(detail, frame, body.tissue, bone_hu, parallel);
  const double sacrum = sacrum_end(wings, frame.depth_mm);
  constexpr double promontory_mm = 12.0; // the disc L5/S1 lies no deeper than that between the wings
  for (std::size_t s = 0; static_cast<double>(s) < sacrum - promontory_mm; ++s)
    evidence[s] = 0.0;
  chain.discs = disc_chain(evidence, frame.depth_mm, sacrum);
  if (chain.discs.size() < 2)
    return chain;
  const LevelEvidence levels =
      gather_level_evidence(detail, frame, chain.discs, wings, sacrum, body, bone_hu, parallel);
  const Line near = running_max(evidence, 5);
  for (const double d : chain.discs)
    chain.disc_evidence.push_back(value_at(near, d));
  chain.namings = name_levels(chain.discs, levels);
  return chain;
}

/// Names the chain so that the vertebra at the hinted height bears the hinted level; false when it cannot.
bool apply_hint(const LevelHint& hint, const SpineFrame& frame, Chain& chain, Issues& issues) {
  const auto at = std::ranges::min_element(frame.center, {}, [&](const Vec3& c) { return std::abs(c[2] - hint.z_mm); });
  const auto s = static_cast<double>(at - frame.center.begin());
  const auto k = static_cast<int>(std::ranges::lower_bound(chain.discs, s) - chain.discs.begin());
  const int lowest = step_of(hint.level) - k;
  const std::string name(to_string(hint.level));
  if (std::abs((*at)[2] - hint.z_mm) > 10.0 || lowest < 0 ||
      lowest + static_cast<int>(chain.discs.size()) > last_step) {
    issues.push_back(warning("SEG-LEVEL-HINT", name,
                             "the level hint does not fit the spine found (it lies outside it, or "
                             "leaves no room for the vertebrae below or above); it is ignored"));
    return false;
  }
  const auto same = std::ranges::find(chain.namings, lowest, &Naming::lowest_step);
  if (same == chain.namings.end() || same->probability < 0.01)
    issues.push_back(warning("SEG-LEVEL-HINT", name,
                             "the level hint contradicts ribs, sacrum and lungs (all levels would "
                             "shift together); check it on the picture"));
  chain.namings = {{lowest, 1.0}};
  name_chain(chain, lowest, 1.0);
  return true;
}

void report_doubts(const Chain& chain, const std::vector<VertebraFinding>& vertebrae, Issues& issues) {
  if (vertebrae.empty())
    return;
  if (chain.confidence < certain)
    issues.push_back(
        warning("SEG-LEVEL-UNCERTAIN", "spine",
                "the levels are not certain (ribs, sacrum and lung base in view do not settle them): all may "
                "be off by the same step; give a level hint, e.g. L1 at its height"));
  for (std::size_t i = 0; i < chain.discs.size(); ++i) {
    const auto below = vertebra_at_step(chain.lowest_step + static_cast<int>(i));
    if (below && chain.disc_evidence[i] < weak_disc)
      issues.push_back(
          warning("SEG-DISC-WEAK", std::string(to_string(*below)),
                  "the disc above this vertebra is hardly seen (its endplates follow the neighbours' spacing); "
                  "check heights and labels there"));
  }
  for (const std::size_t i : spacing_jumps(chain.discs))
    if (const auto below = vertebra_at_step(chain.lowest_step + static_cast<int>(i)))
      issues.push_back(warning("SEG-SPACING", std::string(to_string(*below)),
                               "the distance between discs jumps here (a disc may be missed or invented, or a vertebra "
                               "fractured, and the levels beyond shifted by one); check on the picture"));
  std::string cut;
  for (const auto& v : vertebrae)
    if (v.cut_by_field_of_view) {
      cut += cut.empty() ? "" : " ";
      cut += to_string(v.level);
    }
  if (!cut.empty())
    issues.push_back(info("SEG-VERTEBRA-CUT", cut,
                          "part of these vertebral bodies lies outside the image; they have no "
                          "heights"));
}

/// Where the spine leaves the image, the curve goes on until its tilted sections have left it too.
void extend_to_image(const CanalPath& path, SpineFrame& frame, Chain& chain) {
  constexpr int beyond_mm = 24;
  const int below = path.first <= 2 ? beyond_mm : 0;
  const int above = path.last + 3 >= static_cast<int>(path.x.size()) ? beyond_mm : 0;
  frame = extended(frame, below, above);
  for (double& disc : chain.discs)
    disc += below;
}

SpineResult nothing(const Volume<std::int16_t>& image, Issue why) {
  SpineResult result;
  result.whole = Volume<LabelId>(image.geometry(), 0);
  result.bodies = Volume<LabelId>(image.geometry(), 0);
  result.issues.push_back(std::move(why));
  return result;
}

/// Describes every vertebra of the chain that bears a level and is in view, and its labels.
void report_vertebrae(const Chain& chain, const SpineFrame& frame, const BodyShapes& shapes,
                      const std::vector<Moments>& moments, SpineResult& result, std::vector<LabelId>& whole_ids,
                      std::vector<LabelId>& body_ids) {
  for (std::size_t k = 0; k < shapes.bodies.size(); ++k) {
    const auto level = vertebra_at_step(chain.lowest_step + static_cast<int>(k));
    // Less than half a millilitre in view is not worth a name.
    if (!level || !shapes.bodies[k] || moments[k].count - moments[k].unseen < 500.0)
      continue;
    VertebraFinding finding = describe(frame, shapes, k, moments[k]);
    finding.level = *level;
    finding.confidence = chain.confidence;
    const bool open_end = !shapes.bodies[k]->lower || !shapes.bodies[k]->upper;
    finding.cut_by_field_of_view = finding.cut_by_field_of_view || (open_end && *level != Vertebra::S1);
    for (const Naming& other : chain.namings)
      if (const auto name = vertebra_at_step(other.lowest_step + static_cast<int>(k));
          name && other.lowest_step != chain.lowest_step && other.probability > 0.02)
        finding.alternatives.push_back(*name);
    whole_ids[k] = whole_vertebra_label(*level);
    body_ids[k] = vertebral_body_label(*level);
    result.vertebrae.push_back(std::move(finding));
  }
}

} // namespace

SpineResult find_vertebrae(const Volume<std::int16_t>& image, const Body& body, const SpineOptions& options,
                           Parallel parallel) {
  const auto path = find_canal(body, parallel);
  if (!path)
    return nothing(image, refused("SEG-NO-SPINE", "spine",
                                  "no spine was found (nothing can be measured in bone and the aorta has no anchor); "
                                  "check that the image shows a trunk"));
  const auto detail = spine_detail(image, body, *path, parallel);
  SpineFrame frame = center_on_bodies(detail, body, *path, parallel);
  auto straight = straighten(detail, frame, StraightBox{}, parallel);
  Chain chain = find_chain(detail, straight, frame, body, path->bone_hu, parallel);
  SpineResult result;
  result.curve = curve_of(frame);
  if (!chain.namings.empty() && (!options.level_hint || !apply_hint(*options.level_hint, frame, chain, result.issues)))
    name_chain(chain, chain.namings.front().lowest_step, chain.namings.front().probability);
  if (chain.namings.empty() || chain.discs.size() < 2) {
    SpineResult none = nothing(image, refused("SEG-NO-DISCS", "spine",
                                              "fewer than two discs are in view (vertebrae cannot be parted or "
                                              "named); a longer piece of the spine is needed"));
    none.curve = std::move(result.curve);
    return none;
  }

  extend_to_image(*path, frame, chain);
  straight = straighten(detail, frame, StraightBox{}, parallel);
  const auto smooth = clipped_smooth(straight, body.tissue.soft_hu, 0.5, parallel);
  const auto lumbosacral = chain.lowest_step == 0 ? std::optional<std::size_t>(0) : std::nullopt;
  const BodyShapes shapes =
      shape_bodies({straight, smooth, detail}, frame, chain.discs, lumbosacral, body.tissue, parallel);
  const auto filled = fill_vertebrae(straight, smooth, frame, shapes, chain.lowest_step, body.tissue, parallel);
  const auto moments = body_moments(filled, straight, shapes.bodies.size());
  std::vector<LabelId> whole_ids(shapes.bodies.size(), 0), body_ids(whole_ids);
  report_vertebrae(chain, frame, shapes, moments, result, whole_ids, body_ids);
  auto labels = carry_to_image(filled, frame, image.geometry(), whole_ids, body_ids, parallel);
  result.whole = std::move(labels.whole);
  result.bodies = std::move(labels.bodies);
  report_doubts(chain, result.vertebrae, result.issues);
  return result;
}

} // namespace osteocalc::segmentation
