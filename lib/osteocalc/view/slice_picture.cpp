// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/view/slice_picture.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace osteocalc::view {
namespace {

template <class T>
T value_at(const Volume<T>& labels, const Vec3& at) {
  if (!(at[0] >= -0.5 && at[1] >= -0.5 && at[2] >= -0.5))
    return T{0};
  const int x = static_cast<int>(at[0] + 0.5), y = static_cast<int>(at[1] + 0.5), z = static_cast<int>(at[2] + 0.5);
  return labels.contains(x, y, z) ? labels(x, y, z) : T{0};
}

/// The voxels under every pixel.
template <class T>
std::vector<T> sample_nearest(const Volume<T>& labels, const Surface& surface, Parallel parallel) {
  const auto width = static_cast<std::size_t>(surface.width);
  std::vector<T> result(width * surface.rows.size());
  parallel_for(surface.rows.size(), parallel, [&](std::size_t y) {
    const IndexRow row = in_indices(labels.geometry(), surface.rows[y]);
    if (norm(surface.rows[y].step_mm) > 0)
      for (std::size_t x = 0; x < width; ++x)
        result[y * width + x] = value_at(labels, row.at(static_cast<double>(x)));
  });
  return result;
}

void blend(Rgb& pixel, const Rgb& color, double opacity) {
  const auto mixed = [&](std::uint8_t below, std::uint8_t above) {
    return static_cast<std::uint8_t>(std::lround(below + opacity * (above - below)));
  };
  pixel = {mixed(pixel.r, color.r), mixed(pixel.g, color.g), mixed(pixel.b, color.b)};
}

void draw_labels(const Surface& surface, const Overlay& overlay, Parallel parallel, Picture& picture) {
  const std::vector<LabelId> labels = sample_nearest(*overlay.labels, surface, parallel);
  const auto width = static_cast<std::size_t>(picture.width);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const LabelColor color = labels[i] == 0 ? std::nullopt : label_color(labels[i]);
    if (!color)
      continue;
    const auto differs = [&](std::size_t other) { return other < labels.size() && labels[other] != labels[i]; };
    const bool edge = differs(i - 1) || differs(i + 1) || differs(i - width) || differs(i + width);
    if (edge)
      blend(picture.pixels[i], *color, std::min(1.0, 2 * overlay.opacity));
    else if (!overlay.outline)
      blend(picture.pixels[i], *color, overlay.opacity);
  }
}

/// Edges of the marks, so that what they mark stays visible.
void draw_marks(const Surface& surface, const Volume<std::uint8_t>& marks, Parallel parallel, Picture& picture) {
  constexpr std::array<Rgb, 4> colors{{{}, {255, 230, 0}, {80, 255, 120}, {0, 230, 255}}};
  const std::vector<std::uint8_t> under = sample_nearest(marks, surface, parallel);
  const auto width = static_cast<std::size_t>(picture.width);
  for (std::size_t i = 0; i < under.size(); ++i) {
    const auto differs = [&](std::size_t other) { return other < under.size() && under[other] != under[i]; };
    if (under[i] != 0 && (differs(i - 1) || differs(i + 1) || differs(i - width) || differs(i + width)))
      picture.pixels[i] = colors[std::min<std::size_t>(under[i], 3)];
  }
}

} // namespace

std::span<const WindowPreset> window_presets() noexcept {
  static constexpr std::array<WindowPreset, 4> presets{
      {{"calcium", {200, 800}}, {"bone", {400, 1800}}, {"soft", {50, 400}}, {"lung", {-600, 1500}}}};
  return presets;
}

LabelColor label_color(LabelId id) noexcept {
  switch (id) {
  case label::heart:
    return Rgb{150, 110, 200};
  case label::aorta:
  case label::aorta_abdominal:
    return Rgb{230, 60, 50};
  case label::aorta_ascending:
    return Rgb{255, 140, 90};
  case label::aorta_arch:
    return Rgb{255, 190, 110};
  case label::aorta_descending:
    return Rgb{220, 90, 130};
  case label::iliac_artery_left:
  case label::iliac_artery_right:
    return Rgb{200, 80, 80};
  case label::coronary_territory:
    return Rgb{110, 110, 150};
  case label::coronary_lm:
    return Rgb{255, 255, 90};
  case label::coronary_lad:
    return Rgb{90, 200, 255};
  case label::coronary_lcx:
    return Rgb{255, 120, 255};
  case label::coronary_rca:
    return Rgb{120, 255, 140};
  case label::aortic_valve:
    return Rgb{255, 160, 30};
  default:
    break;
  }
  for (const auto& level : {vertebra_from_whole_label(id), vertebra_from_body_label(id)})
    if (level)
      return static_cast<int>(*level) % 2 == 0 ? Rgb{70, 170, 110} : Rgb{60, 140, 190};
  return std::nullopt;
}

Picture slice_picture(const Volume<std::int16_t>& hu, const Surface& surface, const Slab& slab, const Window& window,
                      const Overlay& overlay, Parallel parallel) {
  Picture picture(surface.width, surface.height());
  const std::vector<float> values = sample(hu, surface, slab, parallel);
  const auto low = static_cast<float>(window.center_hu - window.width_hu / 2);
  const auto scale = static_cast<float>(255 / std::max(1.0, window.width_hu));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto gray = static_cast<std::uint8_t>(std::clamp((values[i] - low) * scale, 0.0F, 255.0F));
    picture.pixels[i] = {gray, gray, gray};
  }
  if (overlay.labels && overlay.opacity > 0)
    draw_labels(surface, overlay, parallel, picture);
  if (overlay.marks && overlay.opacity > 0)
    draw_marks(surface, *overlay.marks, parallel, picture);
  return picture;
}

} // namespace osteocalc::view
