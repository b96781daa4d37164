// SPDX-License-Identifier: Apache-2.0
#include "canvas.h"

#include <QMouseEvent>
#include <QPainter>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

namespace osteocalc::viewer {

Canvas::Canvas(QWidget* parent) : QWidget(parent) {
  setAttribute(Qt::WA_OpaquePaintEvent);
  setMouseTracking(true);
  setFocusPolicy(Qt::StrongFocus);
  setMinimumSize(200, 200);
}

void Canvas::show_session(std::shared_ptr<Session> session) {
  session_ = std::move(session);
  words_.clear();
  pressed_.reset();
  update();
}

void Canvas::show_text(const QString& words) {
  session_.reset();
  words_ = words;
  update();
}

void Canvas::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.fillRect(rect(), QColor(12, 13, 16));
  if (!session_) {
    painter.setPen(Qt::lightGray);
    painter.drawText(rect().adjusted(40, 40, -40, -40), Qt::AlignCenter | Qt::TextWordWrap, words_);
    return;
  }
  for (const PanePlace& place : places(layout_named(session_->state.layout), size()))
    paint_pane(painter, *session_, place);
}

std::optional<PanePlace> Canvas::place_at(const QPoint& at) const {
  if (session_)
    for (const PanePlace& place : places(layout_named(session_->state.layout), size()))
      if (place.rect.contains(at))
        return place;
  return std::nullopt;
}

std::optional<Vec3> Canvas::point_at(const PanePlace& place, const QPoint& at) const {
  if (place.pane == Pane::Scene)
    return std::nullopt;
  const view::Surface surface = session_->surface(place.pane, place.rect.width(), place.rect.height());
  const int row = std::clamp(at.y() - place.rect.top(), 0, surface.height() - 1);
  if (norm(surface.rows[static_cast<std::size_t>(row)].step_mm) == 0)
    return std::nullopt; // beside a curved line's ends there is no patient
  return view::point_at(surface, at.x() - place.rect.left(), row);
}

std::optional<QPoint> Canvas::position_of(Pane pane, const Vec3& point_mm) const {
  for (const PanePlace& place : places(layout_named(session_->state.layout), size()))
    if (place.pane == pane)
      if (const auto pixel =
              view::pixel_of(session_->surface(pane, place.rect.width(), place.rect.height()), point_mm, 1e9))
        return place.rect.topLeft() +
               QPoint(static_cast<int>(std::lround((*pixel)[0])), static_cast<int>(std::lround((*pixel)[1])));
  return std::nullopt;
}

void Canvas::tell() {
  update();
  if (changed)
    changed();
}

void Canvas::mousePressEvent(QMouseEvent* event) {
  pressed_ = place_at(event->pos());
  last_ = event->pos();
  if (!pressed_ || event->button() != Qt::LeftButton)
    return;
  if (const auto point = point_at(*pressed_, event->pos()))
    session_->use_tool(*point);
  tell();
}

void Canvas::drag(const QPoint& by, Qt::MouseButtons buttons) {
  ViewState& state = session_->state;
  if (buttons & Qt::RightButton) {
    state.window.width_hu = std::clamp(state.window.width_hu + 4.0 * by.x(), 1.0, 10000.0);
    state.window.center_hu = std::clamp(state.window.center_hu + 2.0 * by.y(), -3000.0, 5000.0);
  } else if (buttons & Qt::MiddleButton && pressed_->pane != Pane::Scene) {
    const view::Surface surface = session_->surface(pressed_->pane, pressed_->rect.width(), pressed_->rect.height());
    if (surface.flat) // the picture goes with the hand
      state.pan_mm = state.pan_mm - (view::point_at(surface, by.x(), 0) - view::point_at(surface, 0, 0)) -
                     static_cast<double>(by.y()) * (surface.rows[1].left_mm - surface.rows[0].left_mm);
  } else if (pressed_->pane == Pane::Scene) {
    state.camera.turn_deg -= 0.5 * by.x();
    state.camera.tilt_deg = std::clamp(state.camera.tilt_deg + 0.5 * by.y(), -89.0, 89.0);
  }
}

void Canvas::mouseMoveEvent(QMouseEvent* event) {
  if (!pressed_ || !session_ || event->buttons() == Qt::NoButton)
    return;
  drag(event->pos() - last_, event->buttons());
  last_ = event->pos();
  const bool painting = session_->state.tool == Tool::Brush || session_->state.tool == Tool::Eraser;
  if (event->buttons() & Qt::LeftButton)
    if (const auto point = point_at(*pressed_, event->pos()); point && pressed_->rect.contains(event->pos())) {
      if (painting)
        session_->stroke_to(*point);
      else if (session_->state.tool == Tool::Crosshair)
        session_->look_at(*point);
    }
  tell();
}

void Canvas::mouseReleaseEvent(QMouseEvent*) {
  if (session_ && session_->end_stroke())
    tell();
  pressed_.reset();
}

void Canvas::wheelEvent(QWheelEvent* event) {
  const auto place = place_at(event->position().toPoint());
  if (!place)
    return;
  const int steps = event->angleDelta().y() / 120;
  ViewState& state = session_->state;
  if (event->modifiers() & Qt::ControlModifier) {
    double& zoom = place->pane == Pane::Scene ? state.camera.zoom : state.zoom;
    zoom = std::clamp(zoom * std::pow(1.15, steps), 0.1, 20.0);
  } else {
    session_->scroll(place->pane, steps);
  }
  event->accept();
  tell();
}

} // namespace osteocalc::viewer
