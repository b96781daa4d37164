// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/dxa_picture.h"

#include "osteocalc/image/display_range.h"
#include "osteocalc/report/qc_view.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace osteocalc::report {
namespace {

constexpr Rgb outline_color{0.35, 0.85, 1.0}, anterior_color{1.0, 0.75, 0.2}, posterior_color{1.0, 0.4, 0.6},
    mark_color{0.5, 1.0, 0.5};
constexpr int margin_px = 230;

void draw_polygon(Canvas& canvas, const Polygon& polygon, double scale, const Rgb& color) {
  for (std::size_t i = 0; i < polygon.size(); ++i) {
    const Vec2& a = polygon[i];
    const Vec2& b = polygon[(i + 1) % polygon.size()];
    canvas.line(scale * a[0], scale * a[1], scale * b[0], scale * b[1], color, 1.5);
  }
}

/// In the region's middle; beside one as small as its name, and over the neck, whose middle Ward's triangle takes.
void label_region(Canvas& canvas, const dxa::Region& region, double scale) {
  constexpr double size = 13, small_mm = 12;
  const double half_width = 0.5 * canvas.text_width(region.name, size);
  if (region.name == "neck") {
    const Vec2 top = *std::ranges::min_element(region.outline, {}, [](const Vec2& p) { return p[1]; });
    canvas.text(scale * top[0] - half_width, scale * top[1] - 5, region.name, size, outline_color);
    return;
  }
  const auto [left, right] = std::ranges::minmax(region.outline, {}, [](const Vec2& p) { return p[0]; });
  Vec2 middle{};
  for (const Vec2& p : region.outline)
    middle = {middle[0] + p[0] / static_cast<double>(region.outline.size()),
              middle[1] + p[1] / static_cast<double>(region.outline.size())};
  const double x = right[0] - left[0] < small_mm ? scale * right[0] + 4 : scale * middle[0] - half_width;
  canvas.text(x, scale * middle[1] + 5, region.name, size, outline_color);
}

void list_results(Canvas& canvas, const dxa::DxaResult& result, double x) {
  double y = 24;
  const auto line = [&](const std::string& text) {
    canvas.text(x, y, text, 13);
    y += 19;
  };
  if (!result.sites.empty())
    line("site: g/cm2, cm2, T");
  for (const dxa::ScoredSite& site : result.sites)
    line(fmt::format("{}: {:.3f}, {:.1f}, {}{}", site.site, site.abmd_g_cm2, site.area_cm2.value_or(0),
                     site.scores.t_score ? fmt::format("{:+.1f}", *site.scores.t_score) : "-",
                     site.excluded ? " (left out)" : ""));
  if (has_rule(result.issues, "AAC-NO-LEVELS")) {
    line("AAC-24: not scored");
    line("(vertebrae not marked)");
  }
  if (has_rule(result.issues, "AAC-LEVELS-PROPOSED"))
    line("levels: proposal");
  if (!result.aac)
    return;
  line(result.aac->aac24 ? fmt::format("AAC-24: {}, AAC-8: {}", *result.aac->aac24, *result.aac->aac8)
                         : "AAC-24: incomplete");
  for (const dxa::WallCalcium& wall : result.aac->walls)
    line(fmt::format("{} {}: {:.0f} of {:.0f} mm, {}", to_string(wall.level), to_string(wall.wall), wall.calcified_mm,
                     wall.segment_mm, dxa::wall_grade(wall.share())));
}

} // namespace

void write_dxa_picture(const Volume<float>& image, const dxa::DxaResult& result,
                       const std::vector<dxa::SixPointMark>& marks, std::optional<DxaExam> exam,
                       const std::filesystem::path& file) {
  const auto& spacing = image.geometry().spacing_mm;
  const QcView view = fitted_view(image.size(0) * spacing[0], image.size(1) * spacing[1], margin_px);
  const bool lateral = exam == DxaExam::LateralSpine;
  const bool front_right = !marks.empty() && marks.front().points[0][0] > marks.front().points[2][0];
  const Orientation letters = !lateral        ? Orientation{"R", "L", "", ""}
                              : marks.empty() ? Orientation{"", "", "", ""} // the side is known from the marks alone
                              : front_right   ? Orientation{"P", "A", "", ""}
                                              : Orientation{"A", "P", "", ""};
  const DisplayRange range = usual_range(image);
  Canvas canvas = draw_view(view, Window{range.low, range.high}, letters, [&](double x_mm, double y_mm) {
    const int x = std::clamp(static_cast<int>(x_mm / spacing[0]), 0, image.size(0) - 1);
    const int y = std::clamp(static_cast<int>(y_mm / spacing[1]), 0, image.size(1) - 1);
    return static_cast<double>(image(x, y, 0));
  });
  const double scale = 1 / view.mm_per_px;
  for (const dxa::Region& region : result.regions) {
    draw_polygon(canvas, region.outline, scale, outline_color);
    if (region.name != "total")
      label_region(canvas, region, scale);
  }
  for (const dxa::SixPointMark& mark : marks) {
    for (const Vec2& p : mark.points)
      canvas.fill_rectangle(scale * p[0] - 1.5, scale * p[1] - 1.5, 3, 3, mark_color);
    canvas.text(scale * mark.points[2][0] + 6, scale * (0.5 * (mark.points[2][1] + mark.points[5][1])),
                to_string(mark.level), 13, mark_color);
  }
  for (const dxa::WallSpan& span : result.aac_spans) {
    const double aside = span.wall == dxa::Wall::Anterior ? -2.5 : 2.5; // beside the calcium, not over it
    canvas.line(scale * (span.top[0] + aside), scale * span.top[1], scale * (span.bottom[0] + aside),
                scale * span.bottom[1], span.wall == dxa::Wall::Anterior ? anterior_color : posterior_color, 2);
  }
  list_results(canvas, result, view.width_px() + 8.0);
  std::filesystem::create_directories(file.parent_path());
  canvas.write_png(file);
}

} // namespace osteocalc::report
