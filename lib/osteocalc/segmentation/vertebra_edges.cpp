// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/vertebra_edges.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>
#include <optional>

namespace osteocalc::segmentation {
namespace {

constexpr double shell_mm = 1.0; // thickness of the cortex; its brightness is free

double square(double x) {
  return x * x;
}
double normal_integral(double x) {
  return 0.5 * std::erfc(-x / std::numbers::sqrt2);
}

// ---- wall ----------------------------------------------------------------------------------------------------------

constexpr int profile_samples = 21; // 0.5 mm apart, from 6 mm inside to 4 mm outside
constexpr double profile_first_mm = -6.0, profile_step_mm = 0.5;
using Profile = std::array<float, profile_samples>;

/// Fits outside, shell and inside of one edge, for every place of it on a grid, by projection.
class EdgeFit {
 public:
  explicit EdgeFit(double blur_mm) {
    for (int i = 0; i < static_cast<int>(places); ++i)
      spaces_.push_back(space_at(place_mm(i), blur_mm));
  }
  struct Edge {
    double offset_mm = 0.0; ///< outwards
    double step_hu = 0.0;   ///< inside above outside
  };
  /// The best place at most `reach_mm` from where the edge was found.
  [[nodiscard]] Edge fit(const Profile& profile, double reach_mm) const {
    std::array<double, places> explained{};
    for (std::size_t i = 0; i < places; ++i)
      if (std::abs(place_mm(static_cast<int>(i))) <= reach_mm)
        explained[i] = spaces_[i].explained(profile);
    const auto best = static_cast<std::size_t>(std::ranges::max_element(explained) - explained.begin());
    double part = 0.0;
    if (best > 0 && best + 1 < places && explained[best - 1] > 0.0 && explained[best + 1] > 0.0) {
      const double a = explained[best - 1], b = explained[best], c = explained[best + 1];
      part = std::clamp(0.5 * (c - a) / std::max(1e-9, 2.0 * b - a - c), -0.5, 0.5);
    }
    return {place_mm(0) + (static_cast<double>(best) + part) * place_step_mm, spaces_[best].step(profile)};
  }

 private:
  static constexpr std::size_t places = 21;
  static constexpr double place_step_mm = 0.125;
  static double place_mm(int i) { return (i - static_cast<int>(places / 2)) * place_step_mm; }

  /// Orthonormal base of what an edge at one place can look like: level, step, shell.
  struct Space {
    std::array<Profile, 3> base{};
    double step_norm = 1.0;
    [[nodiscard]] static double along(const Profile& axis, const Profile& profile) {
      float sum = 0.0F;
      for (std::size_t i = 0; i < profile.size(); ++i)
        sum += axis[i] * profile[i];
      return sum;
    }
    /// A shell is never darker than what it encloses.
    [[nodiscard]] double explained(const Profile& profile) const {
      return square(along(base[0], profile)) + square(along(base[1], profile)) +
             square(std::max(0.0, along(base[2], profile)));
    }
    [[nodiscard]] double step(const Profile& profile) const { return along(base[1], profile) / step_norm; }
  };
  static Space space_at(double place, double blur) {
    Space space;
    for (std::size_t i = 0; i < profile_samples; ++i) {
      const double x = profile_first_mm + profile_step_mm * static_cast<double>(i);
      const double inside = normal_integral((place - x) / blur), core = normal_integral((place - shell_mm - x) / blur);
      space.base[0][i] = 1.0F;
      space.base[1][i] = static_cast<float>(inside);
      space.base[2][i] = static_cast<float>(inside - core);
    }
    for (std::size_t k = 0; k < 3; ++k) {
      Profile& axis = space.base[k];
      for (std::size_t j = 0; j < k; ++j) {
        const auto part = static_cast<float>(Space::along(space.base[j], axis));
        for (std::size_t i = 0; i < profile_samples; ++i)
          axis[i] -= part * space.base[j][i];
      }
      const double length = std::sqrt(Space::along(axis, axis));
      for (float& a : axis)
        a = static_cast<float>(a / length);
      if (k == 1)
        space.step_norm = length;
    }
    return space;
  }
  std::vector<Space> spaces_;
};

/// Gaussian mean of values over the wall (slices by angles, `width` numbers each), a ring in angle.
std::vector<float> mean_over_wall(const std::vector<float>& values, int slices, std::size_t width, double sigma_slices,
                                  double sigma_angles) {
  const auto pass = [&](const std::vector<float>& from, double sigma, bool along_angle) {
    const int reach = static_cast<int>(std::ceil(2.5 * sigma));
    std::vector<float> to(from.size(), 0.0F);
    for (int i = 0; i < slices; ++i)
      for (int k = 0; k < BodyWall::angles; ++k)
        for (int d = -reach; d <= reach; ++d) {
          const int row = along_angle ? i : i + d;
          if (row < 0 || row >= slices)
            continue;
          const int column = along_angle ? (k + d + BodyWall::angles) % BodyWall::angles : k;
          const auto weight = static_cast<float>(std::exp(-0.5 * square(d / sigma)));
          const float* source = from.data() + static_cast<std::size_t>(row * BodyWall::angles + column) * width;
          float* target = to.data() + static_cast<std::size_t>(i * BodyWall::angles + k) * width;
          for (std::size_t j = 0; j < width; ++j)
            target[j] += weight * source[j];
        }
    return to;
  };
  return pass(pass(values, sigma_slices, false), sigma_angles, true);
}

/// A profile and its weight for each place of the wall; nothing beyond the endplates, where discs bulge.
std::vector<float> profiles_across(const Volume<float>& straight, const BodyShape& body) {
  const BodyWall& wall = body.wall;
  std::vector<float> profiles(wall.radius_mm.size() * (profile_samples + 1), 0.0F);
  float* target = profiles.data();
  for (int i = 0; i < wall.slices(); ++i)
    for (int k = 0; k < BodyWall::angles; ++k, target += profile_samples + 1) {
      const double angle = 2.0 * std::numbers::pi * k / BodyWall::angles, s = wall.first_s + i;
      const double back = std::sin(angle), left = std::cos(angle);
      const double radius = wall.radius_mm[static_cast<std::size_t>(i * BodyWall::angles + k)], rim = radius - 1.0;
      const double low = body.lower ? body.lower->surface.at(rim * back, rim * left) : body.low_s;
      const double high = body.upper ? body.upper->surface.at(rim * back, rim * left) : body.high_s;
      if (s < low || s > high)
        continue;
      for (int j = 0; j < profile_samples; ++j) {
        const double r = radius + profile_first_mm + profile_step_mm * j;
        target[j] = std::max(-400.0F, sample(straight, s, r * back, r * left));
      }
      target[profile_samples] = 1.0F;
    }
  return profiles;
}

// ---- endplates -----------------------------------------------------------------------------------------------------

/// The share of a slice that lies above an edge, by the height of its middle over the edge: a box of the slice's
/// thickness, softened. Tabulated, as it is asked for a million times.
class SliceEdge {
 public:
  SliceEdge(double thickness_mm, double soft_mm) {
    const auto ramp_integral = [](double x) {
      return x * normal_integral(x) + std::exp(-0.5 * x * x) / std::sqrt(2.0 * std::numbers::pi);
    };
    for (int i = 0; i < samples; ++i) {
      const double height = i * step_mm - reach_mm;
      const double top = (height + 0.5 * thickness_mm) / soft_mm, bottom = (height - 0.5 * thickness_mm) / soft_mm;
      share_.push_back(soft_mm / thickness_mm * (ramp_integral(top) - ramp_integral(bottom)));
      slope_.push_back((normal_integral(top) - normal_integral(bottom)) / thickness_mm);
    }
  }
  [[nodiscard]] double share(double height_mm) const { return value_at(share_, (height_mm + reach_mm) / step_mm); }
  [[nodiscard]] double slope(double height_mm) const { return value_at(slope_, (height_mm + reach_mm) / step_mm); }

 private:
  static constexpr double reach_mm = 12.0, step_mm = 0.05;
  static constexpr int samples = 481;
  Line share_, slope_;
};

/// Bilinear value within a slice; nothing outside the image.
std::optional<double> value_in_slice(const Volume<std::int16_t>& image, double x, double y, int z) {
  const int i = static_cast<int>(std::floor(x)), j = static_cast<int>(std::floor(y));
  if (!image.contains(i, j, z) || !image.contains(i + 1, j + 1, z))
    return std::nullopt;
  const double tx = x - i, ty = y - j;
  return (1.0 - ty) * ((1.0 - tx) * image(i, j, z) + tx * image(i + 1, j, z)) +
         ty * ((1.0 - tx) * image(i, j + 1, z) + tx * image(i + 1, j + 1, z));
}

/// A voxel near a disc: its place across the body as a share of its half sizes, its s, and the two endplates there.
struct DiscSample {
  double back, left, s, lower, upper, hu;
};

/// Every voxel centre of the columns through a disc, `reach_mm` into the bodies.
std::vector<DiscSample> voxels_round(const Volume<std::int16_t>& detail, const SpineFrame& frame,
                                     const std::array<double, 2>& size, const HeightField& lower,
                                     const HeightField& upper, double reach_mm) {
  std::vector<DiscSample> samples;
  for (double v = -0.84 * size[0]; v <= 0.84 * size[0]; v += 2.0)
    for (double u = -0.84 * size[1]; u <= 0.84 * size[1]; u += 2.0) {
      const double back = v / size[0], left = u / size[1];
      if (square(back) + square(left) > square(0.84))
        continue;
      const double low = lower.at(v, u), high = upper.at(v, u);
      Vec3 last{};
      for (double s = low - reach_mm; s <= high + reach_mm + 1.0; s += 1.0) {
        const Vec3 at = point_to_index(detail.geometry(), frame.point(s, v, u));
        if (s > low - reach_mm && std::floor(at[2]) != std::floor(last[2])) {
          // Where the column crosses the middle of a slice, that slice is read as it is.
          const double z = std::max(std::floor(at[2]), std::floor(last[2])), t = (z - last[2]) / (at[2] - last[2]);
          const Vec3 cross = last + t * (at - last);
          if (const auto hu = value_in_slice(detail, cross[0], cross[1], static_cast<int>(z)))
            samples.push_back({back, left, s - 1.0 + t, low, high, *hu});
        }
        last = at;
      }
    }
  return samples;
}

// What is sought: the bends of the lower and of the upper endplate, then the HU of the body below, the disc, the body
// above and how much the shells of both are brighter.
constexpr std::size_t bends = 6, levels = 5, unknowns = 2 * bends + levels;
constexpr std::size_t upper_bend = bends, first_level = 2 * bends, first_shell = first_level + 3;
using Bend = std::array<double, bends>;
using Row = std::array<double, unknowns>;

/// Constant, tilts, hollow and twist across the body; beyond its rim the rim's value holds.
Bend shapes_at(double back, double left) {
  const double outward = std::max(1.0, std::hypot(back, left));
  const double b = back / outward, l = left / outward;
  return {1.0, b, l, b * b, l * l, b * l};
}
/// Change of an endplate, mm; `bend` is the first of its bends.
double change_at(const Bend& shapes, const double* bend) {
  return std::inner_product(shapes.begin(), shapes.end(), bend, 0.0);
}

/// What the model says of a sample, and how that changes with each unknown.
double predict(const Row& x, const DiscSample& at, const SliceEdge& edge, Row& row) {
  const Bend shapes = shapes_at(at.back, at.left);
  const double* hu = x.data() + first_level;
  const double below = at.s - at.lower - change_at(shapes, x.data());
  const double above = at.s - at.upper - change_at(shapes, x.data() + upper_bend);
  const double over_lower = edge.share(below), over_upper = edge.share(above);
  const double lower_core = edge.share(below + shell_mm), upper_core = edge.share(above - shell_mm);
  const std::array<double, levels> shares{1.0 - over_lower, over_lower - over_upper, over_upper,
                                          lower_core - over_lower, over_upper - upper_core};
  const double slope_below = edge.slope(below), slope_above = edge.slope(above);
  const double lower_slope = (hu[0] - hu[1]) * slope_below + hu[3] * (slope_below - edge.slope(below + shell_mm));
  const double upper_slope = (hu[1] - hu[2]) * slope_above - hu[4] * (slope_above - edge.slope(above - shell_mm));
  for (std::size_t i = 0; i < bends; ++i) {
    row[i] = lower_slope * shapes[i];
    row[upper_bend + i] = upper_slope * shapes[i];
  }
  std::ranges::copy(shares, row.begin() + first_level);
  return std::inner_product(shares.begin(), shares.end(), hu, 0.0);
}

/// Solves the symmetric positive definite system in place (Cholesky).
Row solve(std::array<Row, unknowns> a, Row b) {
  for (std::size_t j = 0; j < unknowns; ++j) {
    for (std::size_t k = 0; k < j; ++k)
      for (std::size_t i = j; i < unknowns; ++i)
        a[i][j] -= a[i][k] * a[j][k];
    const double root = std::sqrt(std::max(a[j][j], 1e-12));
    for (std::size_t i = j; i < unknowns; ++i)
      a[i][j] /= root;
  }
  for (std::size_t i = 0; i < unknowns; ++i) {
    for (std::size_t k = 0; k < i; ++k)
      b[i] -= a[i][k] * b[k];
    b[i] /= a[i][i];
  }
  for (std::size_t i = unknowns; i-- > 0;) {
    for (std::size_t k = i + 1; k < unknowns; ++k)
      b[i] -= a[k][i] * b[k];
    b[i] /= a[i][i];
  }
  return b;
}

/// Least squares with what is known beforehand (how far endplates may be off, what discs and cortex look like), by
/// Gauss-Newton steps; samples the model cannot explain (osteophytes, calcium, gas) count less.
Row fit_disc_edges(const std::vector<DiscSample>& samples, const SliceEdge& edge, double soft_hu) {
  Row usual{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, soft_hu + 130.0, soft_hu + 30.0, soft_hu + 130.0, 150.0, 150.0};
  Row spread{2.0, 1.5, 1.5, 1.0, 1.0, 0.5, 2.0, 1.5, 1.5, 1.0, 1.0, 0.5, 300.0, 30.0, 300.0, 150.0, 150.0};
  constexpr int steps = 8;
  constexpr double noise_hu = 40.0, outlier_hu = 2.5 * noise_hu, alike = 6.0; // voxels that tell the same
  Row fit = usual;
  for (int step = 0; step < steps; ++step) {
    std::array<Row, unknowns> normal{};
    Row right{}, row{};
    for (std::size_t i = 0; i < unknowns; ++i) {
      normal[i][i] = 1.0 / square(spread[i]);
      right[i] = (usual[i] - fit[i]) * normal[i][i];
    }
    for (const DiscSample& sample : samples) {
      const double off = sample.hu - predict(fit, sample, edge, row), far = 1.0 + square(off / outlier_hu);
      const double weight = 1.0 / (alike * square(noise_hu) * far);
      for (std::size_t i = 0; i < unknowns; ++i) {
        const double scaled = weight * row[i];
        right[i] += scaled * off;
        for (std::size_t j = 0; j <= i; ++j)
          normal[i][j] += scaled * row[j];
      }
    }
    const Row change = solve(normal, right);
    for (std::size_t i = 0; i < unknowns; ++i)
      fit[i] += i < first_level ? std::clamp(change[i], -1.0, 1.0) : change[i];
    for (std::size_t i = first_shell; i < unknowns; ++i)
      if (fit[i] < 0.0) {
        fit[i] = 0.0;
        if (step >= steps / 2) { // there is no cortex to be seen
          usual[i] = 0.0;
          spread[i] = 1e-3;
        }
      }
  }
  return fit;
}

} // namespace

void refine_wall(const Volume<float>& straight, double blur_mm, BodyShape& body) {
  BodyWall& wall = body.wall;
  const EdgeFit edge_fit(blur_mm);
  // Soft tissue between bone and lung is thin: a far reach would take the lung's border for the bone's.
  for (const double reach_mm : {1.25, 0.625}) {
    const auto profiles = mean_over_wall(profiles_across(straight, body), wall.slices(), profile_samples + 1, 1.5, 1.5);
    std::vector<float> moves;
    for (std::size_t at = 0; at < profiles.size(); at += profile_samples + 1) {
      const float count = profiles[at + profile_samples];
      Profile profile{};
      for (std::size_t j = 0; j < profile_samples; ++j)
        profile[j] = profiles[at + j] / std::max(1e-6F, count);
      const auto edge = edge_fit.fit(profile, reach_mm);
      // Where a process or a rib joins the wall there is no step; the neighbours' moves bridge it.
      const double sure = ramp(edge.step_hu, 30.0, 100.0) * (std::abs(edge.offset_mm) < 0.95 * reach_mm ? 1.0 : 0.3);
      const auto weight = static_cast<float>(std::min(1.0F, count) * (sure + 0.02));
      moves.push_back(weight * static_cast<float>(edge.offset_mm));
      moves.push_back(weight);
    }
    moves = mean_over_wall(moves, wall.slices(), 2, 1.0, 1.5);
    for (std::size_t at = 0; at < wall.radius_mm.size(); ++at)
      wall.radius_mm[at] += moves[2 * at] / std::max(1e-6F, moves[2 * at + 1]);
  }
}

void refine_endplates(const Volume<std::int16_t>& detail, const SpineFrame& frame, const std::array<double, 2>& size,
                      double soft_hu, HeightField& lower, HeightField& upper) {
  const auto middle = static_cast<std::size_t>(
      std::clamp(std::lround(0.5 * (lower.at(0, 0) + upper.at(0, 0))), 0L, static_cast<long>(frame.length()) - 1));
  const double upright = std::abs(frame.up[middle][2]), lying = std::sqrt(1.0 - square(upright));
  const Vec3& voxel = detail.geometry().spacing_mm;
  const SliceEdge edge(std::max(0.3, voxel[2] * upright), std::hypot(0.6, lying * voxel[0]));
  const auto samples = voxels_round(detail, frame, size, lower, upper, 5.0 + 0.5 * voxel[2]);
  if (samples.size() < 100)
    return;
  const Row fit = fit_disc_edges(samples, edge, soft_hu);
  for (HeightField* field : {&lower, &upper})
    for (int r = 0; r < field->rows; ++r)
      for (int c = 0; c < field->columns; ++c) {
        const double back = (field->v0 + r * field->step) / size[0], left = (field->u0 + c * field->step) / size[1];
        field->s[static_cast<std::size_t>(r * field->columns + c)] +=
            static_cast<float>(change_at(shapes_at(back, left), fit.data() + (field == &lower ? 0 : upper_bend)));
      }
}

} // namespace osteocalc::segmentation
