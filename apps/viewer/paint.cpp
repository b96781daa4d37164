// SPDX-License-Identifier: Apache-2.0
#include "paint.h"

#include <QPainter>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <tuple>

namespace osteocalc::viewer {
namespace {

constexpr int margin = 6;

void paint_letters(QPainter& painter, const view::Surface& surface, const QRect& rect) {
  const view::SideLetters letters = view::side_letters(surface);
  const QRect inside = rect.adjusted(margin, margin, -margin, -margin);
  write_on(painter, inside, Qt::AlignLeft | Qt::AlignVCenter, as_text(letters.left));
  write_on(painter, inside, Qt::AlignRight | Qt::AlignVCenter, as_text(letters.right));
  const int below_caption = rect.width() < 460 ? 18 : 0; // where the caption reaches the middle
  write_on(painter, inside.adjusted(0, below_caption, 0, 0), Qt::AlignTop | Qt::AlignHCenter, as_text(letters.top));
  write_on(painter, inside, Qt::AlignBottom | Qt::AlignHCenter, as_text(letters.bottom));
}

void paint_scale(QPainter& painter, const view::Surface& surface, const QRect& rect) {
  const double length_mm = view::scale_bar_mm(surface);
  const int length = static_cast<int>(length_mm / surface.mm_per_px);
  const int x = rect.right() - margin - length, y = rect.bottom() - margin - 3;
  painter.fillRect(QRect(x - 1, y - 1, length + 2, 5), Qt::black);
  painter.fillRect(QRect(x, y, length, 3), Qt::white);
  write_on(painter, QRect(x - 60, y - 20, length + 60, 18), Qt::AlignRight | Qt::AlignBottom,
           QString("%1 mm").arg(length_mm));
}

void paint_crosshair(QPainter& painter, const view::Surface& surface, const Session& session, const QRect& rect) {
  const auto pixel = view::pixel_of(surface, session.cursor_mm(), surface.flat ? 1e9 : 30);
  if (!pixel)
    return;
  const int x = rect.left() + static_cast<int>(std::lround((*pixel)[0])),
            y = rect.top() + static_cast<int>(std::lround((*pixel)[1]));
  constexpr int gap = 12; // what is looked at stays visible
  painter.setPen(QColor(90, 200, 255, 150));
  painter.drawLine(rect.left(), y, x - gap, y);
  painter.drawLine(x + gap, y, rect.right(), y);
  painter.drawLine(x, rect.top(), x, y - gap);
  painter.drawLine(x, y + gap, x, rect.bottom());
}

void paint_levels(QPainter& painter, const view::Surface& surface, const Session& session, const QRect& rect) {
  if (!session.review() || session.state.overlay_opacity == 0)
    return;
  for (std::size_t i = 0; i < session.review()->body_count(); ++i) {
    const bone::BodyFinding& finding = session.review()->body(i);
    const auto level = review::shifted(finding.level, session.review()->marks().level_shift);
    if (!finding.body || !level)
      continue;
    const double reach_mm = surface.flat ? 15 : 6; // beyond a bent picture's end nothing is named
    if (const auto pixel = view::pixel_of(surface, finding.body->center_mm, reach_mm))
      write_on(painter,
               QRect(rect.left() + static_cast<int>((*pixel)[0]) - 20, rect.top() + static_cast<int>((*pixel)[1]) - 9,
                     40, 18),
               Qt::AlignCenter, as_text(to_string(*level)), QColor(190, 255, 210));
  }
}

void paint_caption(QPainter& painter, const Session& session, Pane pane, const QRect& rect) {
  const ViewState& state = session.state;
  QString words = as_text(to_string(pane));
  if (pane == Pane::Oblique)
    words += state.along_spine ? " along the spine" : " along the aorta";
  if (pane == Pane::Curved)
    words += ": aorta beside the spine";
  if (pane != Pane::Scene) {
    if (state.slab.thickness_mm > 0)
      words += QString(", %1 mm %2")
                   .arg(state.slab.thickness_mm)
                   .arg(state.slab.projection == view::Projection::Mean ? "mean" : "maximum");
    const review::Voxel at = session.voxel_at(session.cursor_mm());
    if (pane == Pane::Axial)
      words += QString("\nslice %1 of %2").arg(at[2] + 1).arg(session.image().hu.size(2));
  }
  write_on(painter, rect.adjusted(margin, margin, 0, 0), Qt::AlignLeft | Qt::AlignTop, words);
  if (pane == Pane::Scene || pane == Pane::Curved)
    return;
  QString below = QString("C %1  W %2").arg(state.window.center_hu).arg(state.window.width_hu);
  if (const auto hu = session.hu_at(session.cursor_mm()))
    below += QString("\n%1 HU").arg(*hu);
  write_on(painter, rect.adjusted(margin, 0, 0, -margin), Qt::AlignLeft | Qt::AlignBottom, below);
}

/// The patient's six directions as the 3-D camera sees them; those that point away are dim.
void paint_directions(QPainter& painter, const view::Camera& camera, const QRect& rect) {
  const double turn = camera.turn_deg * std::numbers::pi / 180,
               tilt = std::clamp(camera.tilt_deg, -89.0, 89.0) * std::numbers::pi / 180;
  const Vec3 right{std::cos(turn), std::sin(turn), 0};
  const Vec3 up{-std::sin(tilt) * std::sin(turn), std::sin(tilt) * std::cos(turn), std::cos(tilt)};
  const Vec3 toward_eye{std::cos(tilt) * std::sin(turn), -std::cos(tilt) * std::cos(turn), std::sin(tilt)};
  constexpr int radius = 28;
  const QPoint middle = rect.bottomRight() - QPoint(radius + 18, radius + 18);
  std::vector<std::tuple<double, Vec3, QString>> arms{{0, {1, 0, 0}, "L"},  {0, {-1, 0, 0}, "R"}, {0, {0, 1, 0}, "P"},
                                                      {0, {0, -1, 0}, "A"}, {0, {0, 0, 1}, "H"},  {0, {0, 0, -1}, "F"}};
  for (auto& [nearness, along, letter] : arms)
    nearness = dot(along, toward_eye);
  std::ranges::sort(arms, {}, [](const auto& arm) { return std::get<0>(arm); });
  for (const auto& [nearness, along, letter] : arms) {
    const QPointF tip(radius * dot(along, right), -radius * dot(along, up));
    const QColor color(255, 255, 255, nearness < -0.05 ? 110 : 255);
    painter.setPen(QPen(color, nearness < -0.05 ? 1 : 2));
    painter.drawLine(QPointF(middle), QPointF(middle) + tip);
    const QPoint at = middle + (1.3 * tip).toPoint();
    write_on(painter, QRect(at.x() - 10, at.y() - 9, 20, 18), Qt::AlignCenter, letter, color);
  }
}

void paint_density_key(QPainter& painter, const QRect& rect) {
  const char* const names[] = {"130-199 HU", "200-299 HU", "300-399 HU", "400 HU and more"};
  for (std::size_t i = 0; i < 4; ++i) {
    const view::Rgb& color = view::density_class_colors()[i];
    const int y = rect.bottom() - margin - 16 * (4 - static_cast<int>(i));
    painter.fillRect(rect.left() + margin, y + 4, 10, 10, QColor(color.r, color.g, color.b));
    write_on(painter, QRect(rect.left() + margin + 16, y, 160, 18), Qt::AlignLeft | Qt::AlignVCenter, names[i]);
  }
}

} // namespace

QString as_text(std::string_view words) {
  return QString::fromUtf8(words.data(), static_cast<int>(words.size()));
}

void write_on(QPainter& painter, const QRect& where, int align, const QString& words, const QColor& color) {
  painter.setPen(QColor(0, 0, 0, 200));
  for (const QPoint& off : {QPoint(1, 1), QPoint(-1, 1), QPoint(1, -1), QPoint(-1, -1)})
    painter.drawText(where.translated(off), align, words);
  painter.setPen(color);
  painter.drawText(where, align, words);
}

std::vector<PanePlace> places(const Layout& layout, const QSize& canvas) {
  const int count = static_cast<int>(layout.panes.size()), rows = (count + layout.columns - 1) / layout.columns;
  std::vector<PanePlace> result;
  for (int i = 0; i < count; ++i) {
    const int column = i % layout.columns, row = i / layout.columns;
    const int x = canvas.width() * column / layout.columns, y = canvas.height() * row / rows;
    const int right = canvas.width() * (column + 1) / layout.columns, bottom = canvas.height() * (row + 1) / rows;
    result.push_back({layout.panes[static_cast<std::size_t>(i)], QRect(x, y, right - x - 1, bottom - y - 1)});
  }
  return result;
}

QImage to_image(const view::Picture& picture) {
  QImage image(picture.width, picture.height, QImage::Format_RGB888);
  for (int y = 0; y < picture.height; ++y)
    std::copy_n(reinterpret_cast<const uchar*>(&picture.at(0, y)), 3 * picture.width, image.scanLine(y));
  return image;
}

void paint_pane(QPainter& painter, Session& session, const PanePlace& place) {
  const QRect& rect = place.rect;
  if (rect.width() < 8 || rect.height() < 8)
    return;
  painter.save();
  painter.setClipRect(rect);
  painter.drawImage(rect.topLeft(), to_image(session.picture(place.pane, rect.width(), rect.height())));
  if (place.pane == Pane::Scene) {
    if (!session.why_no_scene().empty())
      write_on(painter, rect.adjusted(20, 20, -20, -20), Qt::AlignCenter | Qt::TextWordWrap,
               as_text(session.why_no_scene()));
    else {
      paint_density_key(painter, rect);
      paint_directions(painter, session.state.camera, rect);
    }
  } else {
    const view::Surface surface = session.surface(place.pane, rect.width(), rect.height());
    if (std::ranges::all_of(surface.rows, [](const view::SurfaceRow& row) { return norm(row.step_mm) == 0; }))
      write_on(painter, rect, Qt::AlignCenter, session.is_loaded() ? "no aorta is labelled" : "measuring ...");
    paint_crosshair(painter, surface, session, rect);
    paint_levels(painter, surface, session, rect);
    paint_letters(painter, surface, rect);
    paint_scale(painter, surface, rect);
  }
  paint_caption(painter, session, place.pane, rect);
  painter.restore();
}

} // namespace osteocalc::viewer
