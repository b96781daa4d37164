// SPDX-License-Identifier: Apache-2.0
#include "dxa_paint.h"

#include "paint.h"

#include <QPainter>
#include <QPainterPath>
#include <algorithm>
#include <cmath>

namespace osteocalc::viewer {
namespace {

constexpr int margin = 6;
const QColor region_color(90, 215, 255), out_color(170, 170, 170), mark_color(150, 255, 150),
    anterior_color(255, 190, 60), posterior_color(255, 120, 170), drawing_color(255, 240, 80);

/// From the image to the widget.
struct OnScreen {
  view::FlatPlace place;
  QPoint corner;
  [[nodiscard]] QPointF operator()(const Vec2& point_mm) const {
    const Vec2 pixel = place.pixel_of(point_mm);
    return {corner.x() + pixel[0] + 0.5, corner.y() + pixel[1] + 0.5};
  }
  template <class Points>
  [[nodiscard]] QPolygonF polygon(const Points& points) const {
    QPolygonF polygon;
    for (const Vec2& point : points)
      polygon << (*this)(point);
    return polygon;
  }
};

void paint_handles(QPainter& painter, const QPolygonF& corners, const QColor& color) {
  painter.setPen(Qt::NoPen);
  painter.setBrush(color);
  for (const QPointF& corner : corners)
    painter.drawRect(QRectF(corner.x() - 3, corner.y() - 3, 6, 6));
  painter.setBrush(Qt::NoBrush);
}

QRect around(const QPointF& middle, int width, int height) {
  return {static_cast<int>(middle.x()) - width / 2, static_cast<int>(middle.y()) - height / 2, width, height};
}

void paint_regions(QPainter& painter, const DxaSession& session, const OnScreen& on_screen) {
  const auto& sites = session.review().values().sites;
  for (const dxa::Region& region : session.review().marks().regions) {
    const auto numbers = review::site_lines(sites);
    const auto site = std::ranges::find(numbers, region.name, &review::SiteLine::site);
    const bool out = site != numbers.end() && site->excluded;
    const QColor color = out ? out_color : region_color;
    const QPolygonF outline = on_screen.polygon(region.outline);
    painter.setPen(QPen(color, region.name == session.state.target ? 2.2 : 1.3));
    painter.drawPolygon(outline);
    if (session.state.tool == DxaTool::Shape)
      paint_handles(painter, outline, color);
    QString words = as_text(region.name);
    if (site != numbers.end())
      words += QString("\n%1").arg(site->abmd_g_cm2, 0, 'f', 3);
    if (region.name != "total" && region.name != "wards") // they lie over others; the table has them
      write_on(painter, around(outline.boundingRect().center(), 160, 40), Qt::AlignCenter, words, color);
  }
}

void paint_marks(QPainter& painter, const DxaSession& session, const OnScreen& on_screen) {
  for (const dxa::SixPointMark& mark : session.review().marks().vertebrae) {
    const QPolygonF points = on_screen.polygon(mark.points);
    painter.setPen(QPen(mark_color, 1));
    painter.drawPolyline(QPolygonF() << points[0] << points[1] << points[2] << points[5] << points[4] << points[3]
                                     << points[0]);
    paint_handles(painter, points, mark_color);
    write_on(painter, around(0.5 * (points[1] + points[4]), 60, 20), Qt::AlignCenter, as_text(to_string(mark.level)),
             mark_color);
  }
}

int grade_in(const std::vector<dxa::WallCalcium>& walls, const review::WallName& name) {
  for (const dxa::WallCalcium& wall : walls)
    if (review::WallName{wall.level, wall.wall} == name)
      return dxa::wall_grade(wall.share());
  return 0;
}

/// Strips of the walls with their grades, the machine's beside where a reader says otherwise; what was found and drawn.
void paint_walls(QPainter& painter, const DxaSession& session, const OnScreen& on_screen) {
  const review::DxaReview& review = session.review();
  if (!review.values().aac)
    return;
  const auto color_of = [](dxa::Wall wall) { return wall == dxa::Wall::Anterior ? anterior_color : posterior_color; };
  for (const review::WallStrip& strip : review::wall_strips(review.marks().vertebrae)) {
    const QPolygonF corners = on_screen.polygon(strip.corners);
    QColor line = color_of(strip.name.second);
    line.setAlpha(110);
    painter.setPen(QPen(line, 1, Qt::DotLine));
    painter.drawPolygon(corners);
    const int grade = grade_in(review.values().aac->walls, strip.name),
              proposed = grade_in(review.proposed(), strip.name);
    const bool read = review.marks().walls.contains(strip.name);
    QString words = QString::number(grade);
    if (read)
      words += QString(" (machine %1)").arg(proposed);
    const QPointF beside = 0.5 * (corners[1] + corners[2]); // away from the spine, off the calcium
    const bool anterior = strip.name.second == dxa::Wall::Anterior;
    const QPointF at = anterior ? beside : 0.5 * (corners[0] + corners[1]) + QPointF(0, 12);
    write_on(painter, around(at, 120, 18), Qt::AlignCenter, words, color_of(strip.name.second));
  }
  const auto stretch = [&](const Vec2& from, const Vec2& to, const QColor& color, Qt::PenStyle style, double width) {
    painter.setPen(QPen(color, width, style));
    painter.drawLine(on_screen(from), on_screen(to));
  };
  for (const dxa::WallSpan& span : review.values().aac_spans)
    if (!review.marks().walls.contains({span.level, span.wall})) // beside the calcium, not over it
      stretch({span.top[0] - 2, span.top[1]}, {span.bottom[0] - 2, span.bottom[1]}, color_of(span.wall), Qt::SolidLine,
              2);
  for (const auto& [name, reading] : review.marks().walls)
    for (const auto& [from, to] : reading.stretches)
      stretch(from, to, color_of(name.second), Qt::SolidLine, 3);
}

void paint_drawing(QPainter& painter, const DxaSession& session, const OnScreen& on_screen) {
  const auto& drawing = session.drawing();
  if (!drawing)
    return;
  const QPolygonF points = on_screen.polygon(drawing->points);
  painter.setPen(QPen(drawing_color, 1.6, Qt::DashLine));
  if (drawing->tool == DxaTool::Shape && !drawing->region.empty())
    painter.drawPolygon(points);
  else if (drawing->tool != DxaTool::Shape)
    painter.drawPolyline(points);
  paint_handles(painter, points, drawing_color);
}

QString content_words(const DxaImage& image, bool measured) {
  if (measured)
    return "bone mineral, g/cm2";
  return image.content == DxaContent::Picture ? "picture: no density" : "attenuation";
}

void paint_caption(QPainter& painter, const DxaSession& session, const QRect& rect) {
  const DxaImage& image = session.review().image();
  const bool measured = image.content != DxaContent::Picture;
  QString words = image.exam ? as_text(to_string(*image.exam)).replace('_', ' ') : QString("DXA, exam not told");
  words += "\n" + content_words(image, measured);
  if (!image.has_spacing)
    words += "\nthe file tells no pixel size: lengths are pixels";
  const QRect inside = rect.adjusted(margin, margin, -margin, -margin);
  write_on(painter, inside, Qt::AlignLeft | Qt::AlignTop, words);
  const auto& window = session.state.window;
  QString below = QString("window %1 to %2").arg(window.low, 0, 'g', 3).arg(window.high, 0, 'g', 3);
  if (session.state.cursor_mm)
    if (const float* value = view::value_under(session.review().seen(), *session.state.cursor_mm))
      below += QString("\n%1%2").arg(static_cast<double>(*value), 0, 'g', 4).arg(measured ? " g/cm2" : "");
  write_on(painter, inside, Qt::AlignLeft | Qt::AlignBottom, below);
}

/// As the densitometer shows people: from the front the patient's right on the left; from the side as it was taken.
void paint_letters(QPainter& painter, const DxaSession& session, const QRect& rect) {
  QString left = "R", right = "L";
  if (session.review().is_lateral()) {
    const auto& marks = session.review().marks().vertebrae;
    if (marks.empty())
      return;
    const bool front_left = marks.front().points[0][0] < marks.front().points[2][0];
    left = front_left ? "A" : "P";
    right = front_left ? "P" : "A";
  }
  const QRect inside = rect.adjusted(margin, margin, -margin, -margin);
  write_on(painter, inside, Qt::AlignLeft | Qt::AlignVCenter, left);
  write_on(painter, inside, Qt::AlignRight | Qt::AlignVCenter, right);
}

void paint_scale(QPainter& painter, const OnScreen& on_screen, const QRect& rect, bool has_spacing) {
  double length_mm = 1;
  for (const double candidate : {2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0})
    if (candidate / on_screen.place.mm_per_px < 0.25 * rect.width())
      length_mm = candidate;
  const int length = static_cast<int>(length_mm / on_screen.place.mm_per_px);
  const int x = rect.right() - margin - length, y = rect.bottom() - margin - 3;
  painter.fillRect(QRect(x - 1, y - 1, length + 2, 5), Qt::black);
  painter.fillRect(QRect(x, y, length, 3), Qt::white);
  write_on(painter, QRect(x - 60, y - 20, length + 60, 18), Qt::AlignRight | Qt::AlignBottom,
           QString(has_spacing ? "%1 mm" : "%1 px").arg(length_mm));
}

} // namespace

void paint_dxa(QPainter& painter, const DxaSession& session, const QRect& rect) {
  painter.drawImage(rect.topLeft(), to_image(session.picture(rect.width(), rect.height())));
  painter.setRenderHint(QPainter::Antialiasing);
  const OnScreen on_screen{session.place(rect.width(), rect.height()), rect.topLeft()};
  paint_regions(painter, session, on_screen);
  paint_walls(painter, session, on_screen);
  paint_marks(painter, session, on_screen);
  paint_drawing(painter, session, on_screen);
  paint_letters(painter, session, rect);
  paint_scale(painter, on_screen, rect, session.review().image().has_spacing);
  paint_caption(painter, session, rect);
}

} // namespace osteocalc::viewer
