// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/spine_discs.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

namespace osteocalc::segmentation {
namespace {

constexpr double degree = std::numbers::pi / 180.0;
constexpr float seen_hu = -1500.0F; // above: the sample lies in the image

double shifted(const Line& line, int i, int by) {
  return line[static_cast<std::size_t>(std::clamp(i + by, 0, static_cast<int>(line.size()) - 1))];
}

/// Largest value from `near` to `far` samples above (far > near > 0) or below (negative).
double peak_between(const Line& line, int i, int near, int far) {
  double best = -std::numeric_limits<double>::infinity();
  const int sign = far < 0 ? -1 : 1;
  for (int k = std::abs(near); k <= std::abs(far); ++k)
    best = std::max(best, shifted(line, i, sign * k));
  return best;
}

double mean_around(const Line& line, int i, int radius) {
  double sum = 0.0;
  for (int k = -radius; k <= radius; ++k)
    sum += shifted(line, i, k);
  return sum / (2 * radius + 1);
}

/// Distance from disc to disc that goes with a body's depth, mm.
double usual_spacing(double depth_mm) {
  return std::clamp(0.8 * depth_mm, 18.0, 36.0);
}

/// Scales so that a typical local peak is 1; peaks below `floor_hu` are noise and not blown up.
Line to_own_rhythm(const Line& line, double floor_hu) {
  Line positive(line);
  for (double& x : positive)
    x = std::max(x, 0.0);
  const Line peaks = running_max(positive, 25); // most windows hold a disc
  const Line usual = running_quantile(peaks, 91, 0.5);
  const double overall = 0.5 * quantile(peaks, 0.5);
  for (std::size_t i = 0; i < positive.size(); ++i)
    positive[i] = std::min(1.5, positive[i] / std::max({usual[i], overall, floor_hu}));
  return positive;
}

/// Lines of smoothed, clipped HU along s through the core of the bodies, 4 mm apart.
struct CoreLines {
  std::vector<double> v, u;
  std::vector<Line> hu, weight; ///< one line per (v, u); weight 0 outside the body or the image
};

float patch_mean(const Volume<float>& straight, int x, int y, int z, double low, double high) {
  float sum = 0.0F;
  for (int dy = -1; dy <= 1; ++dy)
    for (int dx = -1; dx <= 1; ++dx)
      sum += std::clamp(
          straight(std::clamp(x + dx, 0, straight.size(0) - 1), std::clamp(y + dy, 0, straight.size(1) - 1), z),
          static_cast<float>(low), static_cast<float>(high));
  return sum / 9.0F;
}

/// Samples of the straightened volume (1 mm) at (v, u) in mm, 3x3 mean of values clipped to soft tissue .. bone.
class Sampler {
 public:
  Sampler(const Volume<float>& straight, double soft_hu)
      : straight_(straight), low_(soft_hu - 60), high_(soft_hu + 330) {}
  [[nodiscard]] double operator()(int s, double v, double u) const {
    return patch_mean(straight_, column(u), row(v), s, low_, high_);
  }
  [[nodiscard]] bool seen(int s, double v, double u) const { return straight_(column(u), row(v), s) > seen_hu; }

 private:
  [[nodiscard]] int column(double u) const {
    return std::clamp(static_cast<int>(std::lround(u - straight_.geometry().origin_mm[0])), 0, straight_.size(0) - 1);
  }
  [[nodiscard]] int row(double v) const {
    return std::clamp(static_cast<int>(std::lround(v - straight_.geometry().origin_mm[1])), 0, straight_.size(1) - 1);
  }
  const Volume<float>& straight_;
  double low_, high_;
};

CoreLines core_lines(const Sampler& at, const SpineFrame& frame) {
  CoreLines lines;
  for (double v = -16; v <= 16; v += 4)
    for (double u = -18; u <= 18; u += 4) {
      lines.v.push_back(v);
      lines.u.push_back(u);
      Line hu, weight;
      for (int s = 0; s < frame.length(); ++s) {
        const auto i = static_cast<std::size_t>(s);
        const double rv = v / (0.36 * frame.depth_mm[i]), ru = u / (0.72 * frame.half_width_mm[i]);
        hu.push_back(at(s, v, u));
        weight.push_back(rv * rv + ru * ru > 1.0 ? 0.0 : at.seen(s, v, u) ? 1.0 : -1.0);
      }
      lines.hu.push_back(std::move(hu));
      lines.weight.push_back(std::move(weight));
    }
  return lines;
}

struct CoreProfile {
  Line mean, share; ///< mean HU over the tilted section through the body at s; how much of it is in the image
};

/// Mean over sections tilted by `tv` (mm up per mm to the back) and `tu` (mm up per mm to the left).
CoreProfile tilted_profile(const CoreLines& lines, double tv, double tu) {
  const int n = static_cast<int>(lines.hu.front().size());
  CoreProfile profile{Line(static_cast<std::size_t>(n), 0.0), Line(static_cast<std::size_t>(n), 0.0)};
  double total = 0.0, sections = 0.0;
  for (int s = 0; s < n; ++s) {
    double sum = 0.0, weight = 0.0, body = 0.0;
    for (std::size_t k = 0; k < lines.v.size(); ++k) {
      const double w = lines.weight[k][static_cast<std::size_t>(s)];
      body += std::abs(w);
      const double p = s + lines.v[k] * tv + lines.u[k] * tu;
      if (w <= 0.0 || p < 0.0 || p > n - 1.0)
        continue;
      sum += value_at(lines.hu[k], p);
      weight += 1.0;
    }
    const auto i = static_cast<std::size_t>(s);
    profile.share[i] = weight / std::max(body, 1.0);
    profile.mean[i] = sum / std::max(weight, 1e-3);
    if (profile.share[i] > 0.5) {
      total += profile.mean[i];
      sections += 1.0;
    }
  }
  for (std::size_t i = 0; i < profile.mean.size(); ++i)
    if (profile.share[i] <= 0.5)
      profile.mean[i] = total / std::max(sections, 1.0);
  profile.mean = gaussian(profile.mean, 0.8);
  return profile;
}

/// A dark gap between two bright endplates, or one bright 11 mm band: two endplates seen as one in a thin disc.
Line core_contrast(const CoreProfile& profile, const Line& depth_mm) {
  const Line inner = box_mean(profile.mean, 11), beside = box_mean(profile.mean, 5);
  const int n = static_cast<int>(profile.mean.size());
  Line contrast(profile.mean.size(), 0.0);
  for (int s = 3; s + 3 < n; ++s) {
    const auto i = static_cast<std::size_t>(s);
    if (profile.share[i] <= 0.5)
      continue;
    const int reach = std::max(6, static_cast<int>(0.25 * usual_spacing(depth_mm[i])));
    const double above = peak_between(profile.mean, s, 2, reach), below = peak_between(profile.mean, s, -2, -reach);
    const double gap = 0.8 * std::min(above, below) + 0.2 * std::max(above, below) - profile.mean[i];
    const double band = inner[i] - std::max(shifted(beside, s, 11), shifted(beside, s, -11));
    contrast[i] = std::max(gap, 0.0) + 0.8 * std::clamp(band, -15.0, 60.0);
  }
  return contrast;
}

Line core_evidence(const CoreLines& lines, const Line& depth_mm, Parallel parallel) {
  std::vector<std::array<double, 2>> tilts;
  for (int x = -20; x <= 20; x += 4)
    for (int y = -12; y <= 12; y += 4)
      tilts.push_back({x * degree, y * degree});
  const auto contrasts = parallel_map(tilts.size(), parallel, [&](std::size_t k) {
    Line contrast = core_contrast(tilted_profile(lines, std::tan(tilts[k][0]), std::tan(tilts[k][1])), depth_mm);
    const double rv = tilts[k][0] / (20 * degree), ru = tilts[k][1] / (12 * degree);
    for (double& c : contrast)
      c *= 1.0 - 0.15 * (rv * rv + ru * ru);
    return contrast;
  });
  Line best(lines.hu.front().size(), -1e9);
  for (const Line& contrast : contrasts)
    for (std::size_t i = 0; i < best.size(); ++i)
      best[i] = std::max(best[i], contrast[i]);
  return best;
}

/// The cortex round the front and the sides is dark at a disc.
Line ring_evidence(const Sampler& at, const SpineFrame& frame) {
  Line ring;
  for (int s = 0; s < frame.length(); ++s) {
    const auto i = static_cast<std::size_t>(s);
    double sum = 0.0, count = 0.0;
    for (double angle = 150; angle <= 390; angle += 12) {
      const double v = 0.5 * frame.depth_mm[i] * std::sin(angle * degree);
      const double u = frame.half_width_mm[i] * std::cos(angle * degree);
      sum += std::max(at(s, 0.85 * v, 0.85 * u), at(s, v, u));
      count += 1.0;
    }
    ring.push_back(sum / count);
  }
  ring = gaussian(ring, 1.0);
  Line evidence(ring.size(), 0.0);
  for (int s = 4; s + 4 < frame.length(); ++s)
    evidence[static_cast<std::size_t>(s)] =
        std::min(peak_between(ring, s, 4, 8), peak_between(ring, s, -4, -8)) - ring[static_cast<std::size_t>(s)];
  return evidence;
}

/// The rims of the endplates flare: just outside the body's mean wall there is bone on both sides of a disc and none
/// at the waist of a body. Needs neither a visible disc nor dense bone.
Line flare_evidence(const Sampler& at, const SpineFrame& frame) {
  Line outside;
  for (int s = 0; s < frame.length(); ++s) {
    const auto i = static_cast<std::size_t>(s);
    double sum = 0.0, count = 0.0;
    for (double angle = 165; angle <= 375; angle += 10)
      for (const double beyond : {3.0, 5.0, 7.0}) {
        const double v = (0.5 * frame.depth_mm[i] + beyond) * std::sin(angle * degree);
        const double u = (frame.half_width_mm[i] + beyond) * std::cos(angle * degree);
        sum += at(s, v, u);
        count += 1.0;
      }
    outside.push_back(sum / count);
  }
  Line evidence;
  for (int s = 0; s < frame.length(); ++s) {
    const double spacing = usual_spacing(frame.depth_mm[static_cast<std::size_t>(s)]);
    const int half = static_cast<int>(0.5 * spacing);
    // Wide enough for both rims of a thick lumbar disc.
    const double band = mean_around(outside, s, static_cast<int>(0.27 * spacing));
    const double waists = mean_around(outside, s + half, 3) + mean_around(outside, s - half, 3);
    evidence.push_back(band - 0.5 * waists);
  }
  return gaussian(evidence, 1.0);
}

struct PedicleRhythm {
  Line foramen; ///< how much darker than the pedicles above and below
  Line seen;    ///< 1 where both pedicles and 10 mm around lie in the image
};

/// Pedicles beside the front of the canal, and the foramen between them.
PedicleRhythm pedicle_rhythm(const Sampler& at, const SpineFrame& frame) {
  Line bone, seen;
  for (int s = 0; s < frame.length(); ++s) {
    const auto i = static_cast<std::size_t>(s);
    const double rear = 0.5 * frame.depth_mm[i], scale = std::clamp(frame.depth_mm[i] / 28.0, 0.85, 1.25);
    double sum = 0.0;
    bool in_image = true;
    for (const int side : {-1, 1})
      for (const double v : {2.0, 5.0, 8.0}) {
        double best = -1e9;
        for (const double u : {8.0, 10.0, 12.0, 14.0})
          best = std::max(best, at(s, rear + v, side * scale * u));
        sum += best / 6.0;
        in_image = in_image && at.seen(s, rear + v, side * scale * 12.0);
      }
    bone.push_back(sum);
    seen.push_back(in_image ? 1.0 : 0.0);
  }
  bone = gaussian(bone, 1.5);
  const int n = frame.length();
  PedicleRhythm rhythm{Line(bone.size()), running_min(seen, 21)};
  for (int s = 0; s < n; ++s) {
    double above = peak_between(bone, s, 5, 14), below = peak_between(bone, s, -5, -14);
    above = s > n - 7 ? below : above;
    below = s < 6 ? above : below;
    const double end = s < 10 || s >= n - 10 ? 0.4 : 1.0;
    const auto i = static_cast<std::size_t>(s);
    rhythm.foramen[i] = end * seen[i] * (std::min(above, below) - bone[i]);
  }
  return rhythm;
}

/// How far above the discs this person's foramina are narrowest, mm: where both rhythms agree best.
int foramen_offset(const Line& discs, const Line& foramen) {
  int best = 3;
  double agreement = -1.0;
  for (int offset = 0; offset <= 9; ++offset) {
    double sum = 0.0;
    for (int s = 0; s + offset < static_cast<int>(discs.size()); ++s)
      sum += discs[static_cast<std::size_t>(s)] * foramen[static_cast<std::size_t>(s + offset)];
    if (sum > agreement) {
      agreement = sum;
      best = offset;
    }
  }
  return best;
}

} // namespace

Line disc_evidence(const Volume<float>& straight, const SpineFrame& frame, const TissueValues& tissue,
                   Parallel parallel) {
  const Sampler at(straight, tissue.soft_hu);
  const CoreLines lines = core_lines(at, frame);
  Line core = core_evidence(lines, frame.depth_mm, parallel);
  Line ring = ring_evidence(at, frame), flare = flare_evidence(at, frame);
  PedicleRhythm pedicles = pedicle_rhythm(at, frame);
  Line whole = tilted_profile(lines, 0.0, 0.0).share;
  for (double& w : whole)
    w = w > 0.7 ? 1.0 : 0.0;
  whole = running_min(whole, 9);
  for (std::size_t i = 0; i < core.size(); ++i) {
    const bool near_end = i < 4 || i + 4 >= core.size();
    const bool full = whole[i] > 0.0 && !near_end;
    core[i] *= full ? 1.0 : 0.3;
    ring[i] *= full ? 1.0 : 0.0;
    flare[i] *= full ? 1.0 : 0.3;
    pedicles.foramen[i] *= full ? 1.0 : 0.4;
  }
  core = to_own_rhythm(core, 10.0);
  ring = to_own_rhythm(ring, 10.0);
  flare = to_own_rhythm(flare, 15.0);
  const Line foramen = to_own_rhythm(pedicles.foramen, 15.0);
  Line bodies;
  for (std::size_t i = 0; i < core.size(); ++i)
    bodies.push_back(0.5 * core[i] + 0.15 * ring[i] + 0.35 * flare[i]);
  if (std::ranges::count(pedicles.seen, 1.0) < 60)
    return bodies;
  const int offset = foramen_offset(bodies, foramen);
  Line evidence;
  const int n = frame.length();
  for (int s = 0; s < n; ++s) {
    const auto i = static_cast<std::size_t>(s), j = std::min(i + static_cast<std::size_t>(offset), core.size() - 1);
    const double end = 0.5 + 0.5 * ramp(std::min(s, n - 1 - s), 4.0, 16.0);
    evidence.push_back(end * (pedicles.seen[i] > 0.0 ? 0.6 * bodies[i] + 0.4 * foramen[j] : bodies[i]));
  }
  return evidence;
}

namespace {

constexpr int lowest_spacing = 14, highest_spacing = 49, spacings = highest_spacing - lowest_spacing + 1;

std::size_t cell(int s, int k) {
  return static_cast<std::size_t>(s * spacings + k);
}

/// From the highest disc at s, whose spacing is number k, down to the lowest.
Line follow_down(int s, int k, const std::vector<int>& below) {
  Line discs{static_cast<double>(s)};
  for (int next = k; next >= 0;) {
    const int current = next;
    next = below[cell(s, current)];
    s -= lowest_spacing + current;
    discs.push_back(s);
  }
  std::ranges::reverse(discs);
  return discs;
}

} // namespace

Line disc_chain(const Line& evidence, const Line& depth_mm, double sacrum_end) {
  constexpr double disc_cost = 0.35;
  const int n = static_cast<int>(evidence.size());
  const auto expected = [&](int s) {
    return usual_spacing(depth_mm[static_cast<std::size_t>(std::clamp(s, 0, n - 1))]);
  };
  const auto unexplained = [&](double length, int s) { return 0.03 * std::max(0.0, length - 1.15 * expected(s)); };
  const auto square = [](double x) { return x * x; };
  // Best chain that ends with a disc at s, the one below it lowest_spacing + k mm away; -1 = that one is the lowest.
  std::vector<double> best(cell(n, 0), -1e9);
  std::vector<int> below(best.size(), -1);
  std::vector<double> change(static_cast<std::size_t>(spacings * spacings));
  for (int k = 0; k < spacings; ++k)
    for (int j = 0; j < spacings; ++j)
      change[cell(k, j)] = 1.2 * 0.25 * square(std::log(double(lowest_spacing + k) / (lowest_spacing + j)) / 0.2);
  for (int s = 0; s < n; ++s)
    for (int k = 0; k < spacings; ++k) {
      const int q = s - (lowest_spacing + k);
      if (q < 0)
        break;
      double value = evidence[static_cast<std::size_t>(q)] - disc_cost - unexplained(q - sacrum_end, q);
      for (int j = 0; j < spacings; ++j)
        if (const double chained = best[cell(q, j)] - change[cell(k, j)]; chained > value) {
          value = chained;
          below[cell(s, k)] = j;
        }
      best[cell(s, k)] = value + evidence[static_cast<std::size_t>(s)] - disc_cost -
                         0.3 * 0.25 * square(std::log((lowest_spacing + k) / expected((s + q) / 2)) / 0.25);
    }
  double top = -1e9;
  int s = -1, k = 0;
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < spacings; ++j)
      if (const double v = best[cell(i, j)] - unexplained(n - 1 - i, i); v > top) {
        top = v;
        s = i;
        k = j;
      }
  return top > -1e8 ? follow_down(s, k, below) : Line{};
}

} // namespace osteocalc::segmentation
