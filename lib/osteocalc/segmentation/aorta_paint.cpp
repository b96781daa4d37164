// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/aorta.h"
#include "osteocalc/segmentation/aorta_calcium.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace osteocalc::segmentation {
namespace {

constexpr double end_slab_mm = 0.75 * section_step_mm; // how far the end sections reach beyond themselves
// Calcium of the wall may bulge out of the smooth outline by so much; what goes on beyond is something else.
constexpr double bulge_mm = 3.0, band_mm = 5.0;

/// Contour at an angle, linear between rays.
double contour_at(const VesselSection& s, double angle) {
  const double turn = angle / (2.0 * std::numbers::pi), position = (turn - std::floor(turn)) * contour_rays;
  const auto ray = static_cast<std::size_t>(position) % contour_rays;
  const double t = position - std::floor(position);
  return (1.0 - t) * double(s.contour_mm[ray]) + t * double(s.contour_mm[(ray + 1) % contour_rays]);
}

/// Pixels of a slice; half-open.
struct Window {
  int x0 = 0, x1 = 0, y0 = 0, y1 = 0;
  [[nodiscard]] int width() const noexcept { return x1 - x0; }
  [[nodiscard]] std::size_t index(int x, int y) const noexcept {
    return static_cast<std::size_t>(y - y0) * static_cast<std::size_t>(width()) + static_cast<std::size_t>(x - x0);
  }
};

/// How far from a section's centre the band may reach.
double reach_mm(const VesselSection& s) {
  return double(*std::ranges::max_element(s.contour_mm)) + band_mm + 2.0 * section_step_mm;
}

/// The pixels of a slice that a section's band may hold; none when the slice lies too far away.
Window window_around(const VesselSection& s, const VolumeGeometry& g, int z) {
  const Vec3 at = point_to_index(g, s.center_mm);
  const double reach = reach_mm(s), rx = reach / g.spacing_mm[0], ry = reach / g.spacing_mm[1];
  if (std::abs(at[2] - z) * g.spacing_mm[2] > reach)
    return {};
  return {std::clamp(static_cast<int>(at[0] - rx), 0, g.size[0]),
          std::clamp(static_cast<int>(at[0] + rx) + 2, 0, g.size[0]),
          std::clamp(static_cast<int>(at[1] - ry), 0, g.size[1]),
          std::clamp(static_cast<int>(at[1] + ry) + 2, 0, g.size[1])};
}

/// One slice while it is painted: how far each pixel lies beyond the outer wall, mm (inside < 0), and of which segment.
struct WallSlice {
  const VolumeGeometry* grid;
  int z;
  Window window;
  std::vector<float> beyond_mm;
  std::vector<LabelId> segments;

  WallSlice(const VolumeGeometry& g, int slice, const Window& w)
      : grid(&g), z(slice), window(w),
        beyond_mm(static_cast<std::size_t>(w.width()) * static_cast<std::size_t>(w.y1 - w.y0), 1e9F),
        segments(beyond_mm.size(), 0) {}
};

/// The piece between two sections is bounded by their planes, so that pieces neither overlap nor leave gaps outside of
/// a bend.
void paint_piece(const VesselSection& a, const VesselSection& b, WallSlice& slice) {
  const Window w = window_around(a, *slice.grid, slice.z);
  const Vec3 across = cross(a.direction, a.side);
  for (int y = w.y0; y < w.y1; ++y)
    for (int x = w.x0; x < w.x1; ++x) {
      const Vec3 point = index_to_point(*slice.grid, {double(x), double(y), double(slice.z)});
      const double past_a = dot(point - a.center_mm, a.direction), before_b = dot(b.center_mm - point, b.direction);
      if (past_a < 0.0 || before_b < 0.0 || past_a + before_b <= 0.0)
        continue;
      const double t = past_a / (past_a + before_b);
      const Vec3 d = point - ((1.0 - t) * a.center_mm + t * b.center_mm);
      const double u = dot(d, a.side), v = dot(d, across), angle = std::atan2(v, u);
      const auto beyond =
          static_cast<float>(std::hypot(u, v) - ((1.0 - t) * contour_at(a, angle) + t * contour_at(b, angle)));
      const std::size_t i = slice.window.index(x, y);
      if (double(beyond) < band_mm && beyond < slice.beyond_mm[i]) {
        slice.beyond_mm[i] = beyond;
        slice.segments[i] = segment_label((t < 0.5 ? a : b).segment);
      }
    }
}

VesselSection shifted(VesselSection s, double along_mm) {
  s.center_mm = s.center_mm + along_mm * s.direction;
  return s;
}

void paint_course(const std::vector<VesselSection>& course, WallSlice& slice) {
  if (course.empty())
    return;
  paint_piece(shifted(course.front(), -end_slab_mm), course.front(), slice);
  for (std::size_t i = 1; i < course.size(); ++i)
    paint_piece(course[i - 1], course[i], slice);
  paint_piece(course.back(), shifted(course.back(), end_slab_mm), slice);
}

/// Joins the windows of all sections.
Window window_of(const AortaResult& aorta, const VolumeGeometry& g, int z) {
  Window all{g.size[0], 0, g.size[1], 0};
  const auto join = [&](const std::vector<VesselSection>& course) {
    for (const VesselSection& s : course)
      if (const Window w = window_around(s, g, z); w.x1 > w.x0 && w.y1 > w.y0)
        all = {std::min(all.x0, w.x0), std::max(all.x1, w.x1), std::min(all.y0, w.y0), std::max(all.y1, w.y1)};
  };
  std::ranges::for_each(aorta.aorta, join);
  join(aorta.iliac_left);
  join(aorta.iliac_right);
  return all.x1 > all.x0 ? all : Window{};
}

/// Writes the labels within the outline and returns the band around it.
WallSlice paint_slice(const AortaResult& aorta, const VolumeGeometry& image, int z, SliceView<LabelId> labels) {
  WallSlice slice(image, z, window_of(aorta, image, z));
  WallSlice branches = slice; // they take nothing of the aorta
  for (const auto& course : aorta.aorta)
    paint_course(course, slice);
  for (const auto* course : {&aorta.iliac_left, &aorta.iliac_right})
    paint_course(*course, branches);
  for (int y = 0; y < labels.height; ++y)
    std::fill_n(labels.row(y), labels.width, LabelId{0});
  for (int y = slice.window.y0; y < slice.window.y1; ++y)
    for (int x = slice.window.x0; x < slice.window.x1; ++x) {
      const std::size_t i = slice.window.index(x, y);
      if (slice.beyond_mm[i] > 0.0F && branches.beyond_mm[i] < slice.beyond_mm[i]) {
        slice.beyond_mm[i] = branches.beyond_mm[i];
        slice.segments[i] = branches.segments[i];
      }
      if (slice.beyond_mm[i] <= 0.0F)
        labels(x, y) = slice.segments[i];
    }
  return slice;
}

using Pixel = std::array<int, 2>;

/// Bright pixels of the band outside the outline, joined to pieces.
std::vector<std::vector<Pixel>> bright_pieces(const WallSlice& slice, SliceView<const std::int16_t> image) {
  const Window& w = slice.window;
  std::vector<std::uint8_t> open(slice.segments.size(), 0);
  for (int y = w.y0; y < w.y1; ++y)
    for (int x = w.x0; x < w.x1; ++x)
      if (const std::size_t i = w.index(x, y); slice.segments[i] != 0 && slice.beyond_mm[i] > 0.0F)
        open[i] = image(x, y) >= aortic_calcium_hu;
  std::vector<std::vector<Pixel>> pieces;
  for (int y = w.y0; y < w.y1; ++y)
    for (int x = w.x0; x < w.x1; ++x) {
      if (!open[w.index(x, y)])
        continue;
      std::vector<Pixel> piece{{x, y}};
      open[w.index(x, y)] = 0;
      for (std::size_t next = 0; next < piece.size(); ++next) {
        const auto [px, py] = piece[next];
        for (int v = std::max(w.y0, py - 1); v <= std::min(w.y1 - 1, py + 1); ++v)
          for (int u = std::max(w.x0, px - 1); u <= std::min(w.x1 - 1, px + 1); ++u)
            if (open[w.index(u, v)]) {
              open[w.index(u, v)] = 0;
              piece.push_back({u, v});
            }
      }
      pieces.push_back(std::move(piece));
    }
  return pieces;
}

/// Plaque that bulges out of the outline: it goes on within it, ends near it and leads to no vertebra.
void add_bulging_calcium(const WallSlice& slice, SliceView<const std::int16_t> image, SliceView<const LabelId> bone,
                         SliceView<LabelId> labels) {
  const Window& w = slice.window;
  const auto beyond = [&](const Pixel& p) { return double(slice.beyond_mm[w.index(p[0], p[1])]); };
  const auto beside = [&](const Pixel& p, const auto& is_wanted) {
    for (int y = std::max(w.y0, p[1] - 1); y <= std::min(w.y1 - 1, p[1] + 1); ++y)
      for (int x = std::max(w.x0, p[0] - 1); x <= std::min(w.x1 - 1, p[0] + 1); ++x)
        if (is_wanted(x, y))
          return true;
    return false;
  };
  const auto is_bone = [&](int x, int y) { return bone(x, y) != 0; };
  const auto is_inside = [&](int x, int y) {
    return slice.beyond_mm[w.index(x, y)] <= 0.0F && image(x, y) >= aortic_calcium_hu;
  };
  for (const std::vector<Pixel>& piece : bright_pieces(slice, image)) {
    const auto any = [&](const auto& test) { return std::ranges::any_of(piece, test); };
    if (any([&](const Pixel& p) { return beyond(p) > bulge_mm || beside(p, is_bone); }) ||
        !any([&](const Pixel& p) { return beside(p, is_inside); }))
      continue;
    for (const Pixel& p : piece)
      labels(p[0], p[1]) = slice.segments[w.index(p[0], p[1])];
  }
}

} // namespace

LabelId segment_label(AortaSegment segment) noexcept {
  switch (segment) {
  case AortaSegment::Ascending:
    return label::aorta_ascending;
  case AortaSegment::Arch:
    return label::aorta_arch;
  case AortaSegment::Descending:
    return label::aorta_descending;
  case AortaSegment::Abdominal:
    return label::aorta_abdominal;
  case AortaSegment::IliacLeft:
    return label::iliac_artery_left;
  case AortaSegment::IliacRight:
    return label::iliac_artery_right;
  }
  return 0;
}

Volume<LabelId> paint_aorta(const AortaResult& aorta, const VolumeGeometry& image, Parallel parallel) {
  Volume<LabelId> labels(image);
  parallel_for(static_cast<std::size_t>(image.size[2]), parallel, [&](std::size_t z) {
    paint_slice(aorta, image, static_cast<int>(z), labels.slice(static_cast<int>(z)));
  });
  return labels;
}

Volume<LabelId> paint_aorta(const AortaResult& aorta, const Volume<std::int16_t>& image,
                            const Volume<LabelId>& vertebrae, Parallel parallel) {
  OSTEOCALC_EXPECT(same_grid(image.geometry(), vertebrae.geometry()));
  Volume<LabelId> labels(image.geometry());
  parallel_for(static_cast<std::size_t>(image.size(2)), parallel, [&](std::size_t slice) {
    const int z = static_cast<int>(slice);
    const WallSlice wall = paint_slice(aorta, image.geometry(), z, labels.slice(z));
    if (!is_enhanced(aorta)) // no pixel of it could be told from calcium
      add_bulging_calcium(wall, image.slice(z), vertebrae.slice(z), labels.slice(z));
  });
  if (!is_enhanced(aorta))
    join_divided_calcium(image, labels, parallel);
  return labels;
}

} // namespace osteocalc::segmentation
