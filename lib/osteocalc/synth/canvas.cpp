// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/synth/canvas.h"

#include "osteocalc/synth/attenuation.h"
#include "osteocalc/synth/texture.h"

#include <algorithm>
#include <cmath>

namespace osteocalc::synth {
namespace {

constexpr float outside = 1e6F;

struct Vec3f {
  float x, y, z;
};
Vec3f to_float(const Vec3& v) {
  return {static_cast<float>(v[0]), static_cast<float>(v[1]), static_cast<float>(v[2])};
}
float dot(const Vec3f& a, const Vec3f& b) {
  return a.x * b.x + a.y * b.y + a.z * b.z;
}

/// Points of one slice in a frame's own coordinates.
class LocalPoint {
 public:
  LocalPoint(const Frame& frame, double z_mm)
      : center_(to_float(frame.center_mm)), left_(to_float(frame.left)), back_(to_float(frame.back)),
        up_(to_float(frame.up)), dz_(static_cast<float>(z_mm) - center_.z) {}
  [[nodiscard]] Vec3f operator()(float x, float y) const {
    const Vec3f p{x - center_.x, y - center_.y, dz_};
    return {dot(left_, p), dot(back_, p), dot(up_, p)};
  }

 private:
  Vec3f center_, left_, back_, up_;
  float dz_;
};

// The distances below are exact on the surface and right to first order near it, which is what a pixel's coverage
// needs.

auto distance_to(const Ellipsoid& shape, double z_mm) {
  const Vec3f s = to_float(shape.semi_mm);
  const Vec3f inverse{1 / s.x, 1 / s.y, 1 / s.z};
  return [=, local = LocalPoint(shape.frame, z_mm)](float x, float y) {
    const Vec3f p = local(x, y);
    const Vec3f q{p.x * inverse.x, p.y * inverse.y, p.z * inverse.z};
    const Vec3f gradient{q.x * inverse.x, q.y * inverse.y, q.z * inverse.z};
    const float level = std::sqrt(dot(q, q));
    return level * (level - 1) / (std::sqrt(dot(gradient, gradient)) + 1e-6F);
  };
}

/// The vertical is shrunk by the height ratio, so that a tall cross-section becomes a circle.
auto distance_to(const TubeNode& a, const TubeNode& b, double height_ratio, double z_mm) {
  const auto shrink = static_cast<float>(1 / height_ratio);
  const Vec3f start = to_float(a.center_mm);
  Vec3f along = to_float(b.center_mm - a.center_mm);
  along.z *= shrink;
  const float inverse = 1 / std::max(dot(along, along), 1e-6F);
  const float dz = (static_cast<float>(z_mm) - start.z) * shrink;
  const auto ra = static_cast<float>(a.radius_mm), rb = static_cast<float>(b.radius_mm);
  return [=](float x, float y) {
    const Vec3f p{x - start.x, y - start.y, dz};
    const float t = std::clamp(dot(p, along) * inverse, 0.0F, 1.0F);
    const Vec3f off{p.x - t * along.x, p.y - t * along.y, p.z - t * along.z};
    return std::sqrt(dot(off, off)) - (ra + t * (rb - ra));
  };
}

auto distance_to(const Block& shape, double z_mm) {
  const auto a = static_cast<float>(shape.half_width_mm), b = static_cast<float>(shape.half_depth_mm);
  const auto mean = static_cast<float>(0.25 * (shape.anterior_mm + shape.posterior_mm));
  const auto slope = static_cast<float>(0.25 * (shape.posterior_mm - shape.anterior_mm));
  const float hollow = mean - static_cast<float>(0.5 * shape.middle_mm);
  const auto waist = static_cast<float>(shape.waist);
  return [=, local = LocalPoint(shape.frame, z_mm)](float x, float y) {
    const Vec3f p = local(x, y);
    const float w = p.z / mean;
    const float narrow = 1 - waist * std::max(0.0F, 1 - w * w);
    const float u = p.x / (a * narrow), v = p.y / (b * narrow);
    const float vv = v * v;
    const float depth = v < 0 ? vv : vv * vv; // round in front, flat behind
    const float level = u * u + depth;
    const float gu = 2 * u / a, gv = (v < 0 ? 2 * v : 4 * vv * v) / b;
    const float side = (level - 1) / (std::sqrt(gu * gu + gv * gv) + 0.5F / (a + b));
    const float half_height = mean + slope * std::clamp(v, -1.0F, 1.0F) - hollow * std::max(0.0F, 1 - level);
    return std::max(side, std::abs(p.z) - half_height);
  };
}

auto distance_to(const Outline& shape) {
  const auto cx = static_cast<float>(shape.x_mm), cy = static_cast<float>(shape.y_mm);
  const auto ia = static_cast<float>(1 / shape.half_width_mm), ib = static_cast<float>(1 / shape.half_depth_mm);
  return [=](float x, float y) {
    const float u = std::abs(x - cx) * ia, v = std::abs(y - cy) * ib;
    const float uu = u * std::sqrt(u), vv = v * std::sqrt(v); // powers 1.5
    const float gu = 2.5F * uu * ia, gv = 2.5F * vv * ib;
    return (uu * u + vv * v - 1) / (std::sqrt(gu * gu + gv * gv) + 0.2F * ia);
  };
}

} // namespace

Canvas::Canvas(const VolumeGeometry& grid, double hu_per_mg_cm3)
    : width_(grid.size[0]), height_(grid.size[1]), x0_(static_cast<float>(grid.origin_mm[0])),
      y0_(static_cast<float>(grid.origin_mm[1])), pixel_(static_cast<float>(grid.spacing_mm[0])),
      hu_per_mg_(static_cast<float>(hu_per_mg_cm3)) {
  const std::size_t pixels = static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_);
  hu_.resize(pixels);
  distance_.assign(pixels, outside);
  cavity_.resize(pixels);
  labels_.resize(pixels);
  parts_.resize(pixels);
  joined_part_.resize(pixels);
}

void Canvas::begin(double z_mm) {
  z_ = z_mm;
  std::ranges::fill(hu_, tissue::air_hu);
  std::ranges::fill(cavity_, outside);
  std::ranges::fill(labels_, LabelId{0});
  std::ranges::fill(parts_, LabelId{0});
}

Canvas::Region Canvas::region_of(const Box& box) const {
  if (z_ < box.low[2] - pixel_ || z_ > box.high[2] + pixel_)
    return {};
  const auto first = [&](double low, float origin, int limit) {
    return std::clamp(static_cast<int>(std::floor((low - origin) / pixel_)), 0, limit);
  };
  const auto end = [&](double high, float origin, int limit) {
    return std::clamp(static_cast<int>(std::ceil((high - origin) / pixel_)) + 1, 0, limit);
  };
  return {first(box.low[0], x0_, width_), end(box.high[0], x0_, width_), first(box.low[1], y0_, height_),
          end(box.high[1], y0_, height_)};
}

template <class Distance>
void Canvas::join_where(const Box& box, LabelId part, const Distance& distance_mm) {
  const Region region = region_of(box);
  if (region.empty())
    return;
  for (int y = region.y0; y < region.y1; ++y)
    for (int x = region.x0; x < region.x1; ++x) {
      const std::size_t i = offset(x, y);
      const float d = distance_mm(x_mm(x), y_mm(y));
      if (d < distance_[i]) {
        distance_[i] = d;
        joined_part_[i] = part;
      }
    }
  if (joined_.empty())
    joined_ = region;
  else
    joined_ = {std::min(joined_.x0, region.x0), std::max(joined_.x1, region.x1), std::min(joined_.y0, region.y0),
               std::max(joined_.y1, region.y1)};
}

void Canvas::join(const Ellipsoid& shape) {
  join_where(bounds(shape), shape.part, distance_to(shape, z_));
}

void Canvas::join(const Tube& shape) {
  for (std::size_t i = 1; i < shape.nodes.size(); ++i)
    join_where(bounds(shape.nodes[i - 1], shape.nodes[i], shape.height_ratio),
               shape.parts.empty() ? LabelId{0} : shape.parts[i - 1],
               distance_to(shape.nodes[i - 1], shape.nodes[i], shape.height_ratio, z_));
}

void Canvas::join(const Block& shape) {
  join_where(bounds(shape), shape.part, distance_to(shape, z_));
}

void Canvas::join(const Outline& shape) {
  const Box box{{shape.x_mm - shape.half_width_mm, shape.y_mm - shape.half_depth_mm, z_},
                {shape.x_mm + shape.half_width_mm, shape.y_mm + shape.half_depth_mm, z_}};
  join_where(box, 0, distance_to(shape));
}

void Canvas::paint_pixel(std::size_t i, float distance, const Material& material, float texture) {
  const auto blend = [&](const Tissue& tissue, float depth, float extra) {
    const float share = std::clamp(0.5F - depth / pixel_, 0.0F, 1.0F);
    hu_[i] += share * (tissue.hu + hu_per_mg_ * tissue.mineral_mg_cm3 + extra - hu_[i]);
  };
  blend(material.outer, distance, 0);
  if (material.shell_mm > 0)
    blend(material.core, distance + material.shell_mm, texture);
  if (distance < 0) {
    labels_[i] = material.label;
    parts_[i] = joined_part_[i] != 0 ? joined_part_[i] : material.part;
  }
}

void Canvas::paint(const Material& material) {
  const Texture texture(material.texture_hu, material.texture_seed, z_);
  for (int y = joined_.y0; y < joined_.y1; ++y)
    for (int x = joined_.x0; x < joined_.x1; ++x) {
      const std::size_t i = offset(x, y);
      const float d = material.over == Over::InsideCavity ? std::max(distance_[i], cavity_[i]) : distance_[i];
      if (d > 0.5F * pixel_ || (material.over == Over::LungOnly && hu_[i] > -500))
        continue;
      paint_pixel(i, d, material, material.texture_hu > 0 ? texture(x_mm(x), y_mm(y)) : 0.0F);
    }
  forget();
}

void Canvas::keep_as_cavity() {
  for (int y = joined_.y0; y < joined_.y1; ++y)
    for (int x = joined_.x0; x < joined_.x1; ++x)
      cavity_[offset(x, y)] = distance_[offset(x, y)];
  forget();
}

void Canvas::forget() {
  for (int y = joined_.y0; y < joined_.y1; ++y)
    std::fill_n(distance_.begin() + static_cast<std::ptrdiff_t>(offset(joined_.x0, y)), joined_.x1 - joined_.x0,
                outside);
  joined_ = {};
}

} // namespace osteocalc::synth
