// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/dxa/hip_regions.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <optional>

namespace osteocalc::dxa {
namespace {

constexpr double neck_box_mm = 15, below_lesser_trochanter_mm = 10, wards_mm = 11;
constexpr double beside_neck_mm = 8;    ///< of soft tissue in the neck's box, on each side
constexpr double around_in_radii = 2.0; ///< of the head: how far the trochanters lie from where the axes meet
constexpr double half_bone = 0.5;

/// Bone or not at a place in mm.
class Shadow {
 public:
  explicit Shadow(const BoneImage& image) : share_(bone_share(image.bone_g_cm2, image.noise_g_cm2)) {}

  [[nodiscard]] bool at(const Vec2& p) const {
    const auto& spacing = share_.geometry().spacing_mm;
    const int x = static_cast<int>(std::floor(p[0] / spacing[0])), y = static_cast<int>(std::floor(p[1] / spacing[1]));
    return share_.contains(x, y, 0) && static_cast<double>(share_(x, y, 0)) >= half_bone;
  }
  [[nodiscard]] double width_mm() const { return share_.size(0) * share_.geometry().spacing_mm[0]; }
  [[nodiscard]] double height_mm() const { return share_.size(1) * share_.geometry().spacing_mm[1]; }

  /// How far bone reaches from a place in one direction.
  [[nodiscard]] double reach(const Vec2& from, const Vec2& direction, double most_mm = 80) const {
    double d = 0;
    while (d < most_mm && at({from[0] + d * direction[0], from[1] + d * direction[1]}))
      d += 0.25;
    return d;
  }

 private:
  Volume<float> share_;
};

struct Circle {
  Vec2 center{};
  double radius = 0;
};

/// The largest circle of bone in the upper half on one side of the shaft.
Circle find_head(const Shadow& bone, double shaft_x, int inwards) {
  Circle best;
  constexpr int directions = 24;
  for (double y = 10; y < 0.65 * bone.height_mm(); y += 1)
    for (double x = 10; x < bone.width_mm() - 10; x += 1) {
      if (inwards * (x - shaft_x) < 15 || !bone.at({x, y}))
        continue;
      double radius = std::numeric_limits<double>::infinity();
      for (int i = 0; i < directions && radius > best.radius; ++i) {
        const double angle = 2 * std::numbers::pi * i / directions;
        radius = std::min(radius, bone.reach({x, y}, {std::cos(angle), std::sin(angle)}, 40));
      }
      if (radius > best.radius)
        best = {{x, y}, radius};
    }
  return best;
}

/// Middle and width of the bone across a direction.
struct Section {
  Vec2 middle{};
  double width = 0;
};
Section section(const Shadow& bone, const Vec2& at, const Vec2& across) {
  const double forwards = bone.reach(at, across), backwards = bone.reach(at, {-across[0], -across[1]});
  const double shift = 0.5 * (forwards - backwards);
  return {{at[0] + shift * across[0], at[1] + shift * across[1]}, forwards + backwards};
}

/// Where the shaft is in the image's lowest part.
std::optional<Section> find_shaft(const Shadow& bone, double y) {
  std::optional<Section> best;
  for (double x = 5; x < bone.width_mm() - 5; x += 2)
    if (bone.at({x, y})) {
      const Section here = section(bone, {x, y}, {1, 0});
      if (here.width > 18 && (!best || here.width > best->width))
        best = here;
    }
  return best;
}

/// The direction from the head along which the neck is narrowest, and where.
struct Neck {
  Vec2 middle{}, along{}; ///< along: towards the head
  double width = std::numeric_limits<double>::infinity();
};
Neck find_neck(const Shadow& bone, const Circle& head, int inwards) {
  Neck best;
  for (double degrees = 25; degrees <= 60; degrees += 1) {
    const double angle = degrees * std::numbers::pi / 180;
    const Vec2 outwards{-inwards * std::cos(angle), std::sin(angle)}, across{-outwards[1], outwards[0]};
    for (double d = 0.8 * head.radius; d < 1.9 * head.radius; d += 0.5) {
      const Vec2 at{head.center[0] + d * outwards[0], head.center[1] + d * outwards[1]};
      if (!bone.at(at))
        break;
      const Section here = section(bone, at, across);
      // A section far off the line through the head's centre is no section of the neck.
      const double off = std::hypot(here.middle[0] - at[0], here.middle[1] - at[1]);
      if (here.width + 0.5 * off < best.width)
        best = {here.middle, {-outwards[0], -outwards[1]}, here.width + 0.5 * off};
    }
  }
  return best;
}

/// y of the lesser trochanter's lower end: where the inner edge of the bone, followed upwards, leaves the shaft's line.
double find_lesser_trochanter(const Shadow& bone, const Section& shaft, double bottom, double top, int inwards) {
  const auto inner = [&](double y) { return bone.reach({shaft.middle[0], y}, {static_cast<double>(inwards), 0}); };
  for (double y = bottom; y > top; y -= 0.5) {
    const double usual = inner(std::min(bottom, y + 12));
    if (inner(y) > usual + 1 && inner(y - 3) > usual + 2)
      return y;
  }
  return 0.5 * (bottom + top);
}

/// Both as one outline. \pre the neck's first and last corner lie on the same side of `outer`
Polygon joined(const Polygon& outer, Polygon neck) {
  const auto off = [&](const Vec2& p) {
    return std::abs((p[0] - neck[0][0]) * (neck[3][1] - neck[0][1]) - (p[1] - neck[0][1]) * (neck[3][0] - neck[0][0]));
  };
  Polygon out;
  for (std::size_t i = 0; i < outer.size(); ++i) {
    const Vec2& a = outer[i];
    const Vec2& b = outer[(i + 1) % outer.size()];
    out.push_back(a);
    if (off(a) > 1e-6 || off(b) > 1e-6)
      continue;
    if (std::hypot(a[0] - neck[0][0], a[1] - neck[0][1]) > std::hypot(a[0] - neck[3][0], a[1] - neck[3][1]))
      std::ranges::reverse(neck);
    out.insert(out.end(), neck.begin(), neck.end());
  }
  return out;
}

} // namespace

std::vector<Region> regions_from(const HipLandmarks& marks, double width_mm) {
  const double length = std::hypot(marks.head[0] - marks.axes_meet[0], marks.head[1] - marks.axes_meet[1]);
  const Vec2 along{(marks.head[0] - marks.axes_meet[0]) / length, (marks.head[1] - marks.axes_meet[1]) / length};
  const Vec2 back{-along[0], -along[1]};
  const Vec2 up = along[0] < 0 ? Vec2{-along[1], along[0]} : Vec2{along[1], -along[0]}, down{-up[0], -up[1]};
  const auto at = [&](double forwards, double upwards) {
    return Vec2{marks.neck[0] + forwards * along[0] + upwards * up[0],
                marks.neck[1] + forwards * along[1] + upwards * up[1]};
  };
  const double reach = around_in_radii * marks.head_radius_mm;
  const double left = std::max(0.0, marks.axes_meet[0] - reach), right = std::min(width_mm, marks.axes_meet[0] + reach);
  const double top = std::max(0.0, marks.axes_meet[1] - reach);
  const double bottom = marks.lesser_trochanter_mm + below_lesser_trochanter_mm;
  const double half = 0.5 * neck_box_mm, aside = 0.5 * marks.neck_width_mm + beside_neck_mm;
  const Polygon outer = clipped({{left, top}, {right, top}, {right, bottom}, {left, bottom}}, at(-half, 0), back);
  const Polygon neck{at(-half, aside), at(half, aside), at(half, -aside), at(-half, -aside)};
  return {{"neck", neck},
          {"trochanter", clipped(outer, marks.neck, up)},
          {"intertrochanter", clipped(outer, marks.neck, down)},
          {"total", joined(outer, neck)}};
}

namespace {

/// The square of 11 mm with least mineral on the neck's axis between the neck and where the axes meet.
Region find_wards(const HipLandmarks& marks, const BoneImage& image) {
  Region best{"wards", {}};
  double least = std::numeric_limits<double>::infinity();
  for (double t = 0.1; t <= 0.8; t += 0.05) {
    const double x = std::lerp(marks.neck[0], marks.axes_meet[0], t),
                 y = std::lerp(marks.neck[1], marks.axes_meet[1], t);
    const double h = 0.5 * wards_mm;
    const Region square{"wards", {{x - h, y - h}, {x + h, y - h}, {x + h, y + h}, {x - h, y + h}}};
    const auto site = measure(square, image.bone_g_cm2, image.noise_g_cm2);
    if (site && site->area_cm2 > 0.9 * 0.01 * wards_mm * wards_mm && site->abmd_g_cm2() < least) {
      least = site->abmd_g_cm2();
      best = square;
    }
  }
  return best;
}

} // namespace

HipRegions find_hip_regions(const BoneImage& image, HipSide side) {
  HipRegions found;
  const Shadow bone(image);
  const int inwards = side == HipSide::Left ? -1 : 1; // columns run to the patient's left
  const double bottom = bone.height_mm() - 4;
  const auto refuse = [&](std::string rule, std::string text) {
    found.issues.push_back(refused(std::move(rule), "hip", std::move(text)));
    return found;
  };
  const auto shaft = find_shaft(bone, bottom);
  if (!shaft)
    return refuse("DXA-NO-FEMUR", "no shaft of a femur was found at the image's lower edge (regions cannot be placed) "
                                  "give regions by --roi");
  const Circle head = find_head(bone, shaft->middle[0], inwards);
  const Circle other = find_head(bone, shaft->middle[0], -inwards);
  if (other.radius > head.radius)
    return refuse("DXA-SIDE", "the head points to the other side than the exam is of (the sides have been exchanged) "
                              "correct the side");
  if (head.radius < 14)
    return refuse("DXA-NO-FEMUR", "no head of a femur was found (regions cannot be placed) give regions by --roi");
  const Neck neck = find_neck(bone, head, inwards);
  HipLandmarks& marks = found.landmarks;
  marks.head = head.center;
  marks.head_radius_mm = head.radius;
  marks.neck = neck.middle;
  marks.neck_width_mm = neck.width;
  // The axis runs from the head's centre through the neck's middle to the shaft's.
  const double dx = marks.neck[0] - marks.head[0], dy = marks.neck[1] - marks.head[1];
  const double t = std::abs(dx) > 1 ? (shaft->middle[0] - marks.head[0]) / dx : 2;
  marks.axes_meet = {marks.head[0] + t * dx, marks.head[1] + t * dy};
  marks.lesser_trochanter_mm = find_lesser_trochanter(bone, *shaft, bottom, marks.axes_meet[1] + 15, inwards);
  found.regions = regions_from(marks, bone.width_mm());
  found.regions.push_back(find_wards(marks, image));
  std::erase_if(found.regions, [](const Region& region) { return region.outline.empty(); });
  return found;
}

} // namespace osteocalc::dxa
