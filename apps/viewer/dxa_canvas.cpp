// SPDX-License-Identifier: Apache-2.0
#include "dxa_canvas.h"

#include "dxa_paint.h"

#include <QMouseEvent>
#include <QPainter>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

namespace osteocalc::viewer {

constexpr double reach_px = 9; ///< so near a corner is meant

DxaCanvas::DxaCanvas(QWidget* parent) : QWidget(parent) {
  setAttribute(Qt::WA_OpaquePaintEvent);
  setFocusPolicy(Qt::StrongFocus);
  setMinimumSize(200, 200);
}

void DxaCanvas::show_session(std::shared_ptr<DxaSession> session) {
  session_ = std::move(session);
  update();
}

Vec2 DxaCanvas::point_at(const QPoint& at) const {
  return session_->place(width(), height()).point_at(at.x(), at.y());
}

QPoint DxaCanvas::position_of(const Vec2& point_mm) const {
  const Vec2 pixel = session_->place(width(), height()).pixel_of(point_mm);
  return {static_cast<int>(std::lround(pixel[0])), static_cast<int>(std::lround(pixel[1]))};
}

void DxaCanvas::tell() {
  update();
  if (changed)
    changed();
}

void DxaCanvas::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  if (session_)
    paint_dxa(painter, *session_, rect());
}

void DxaCanvas::mousePressEvent(QMouseEvent* event) {
  last_ = event->pos();
  if (!session_ || event->button() != Qt::LeftButton)
    return;
  session_->press(point_at(event->pos()), reach_px * session_->place(width(), height()).mm_per_px);
  tell();
}

void DxaCanvas::mouseMoveEvent(QMouseEvent* event) {
  if (!session_)
    return;
  const QPoint by = event->pos() - last_;
  last_ = event->pos();
  DxaView& state = session_->state;
  if (event->buttons() & Qt::LeftButton) {
    session_->move(point_at(event->pos()));
  } else if (event->buttons() & Qt::RightButton) {
    const double width = state.window.high - state.window.low, middle = 0.5 * (state.window.high + state.window.low);
    const double wider = std::max(1e-6, width * std::pow(1.005, by.x())), lighter = middle + 0.003 * width * by.y();
    state.window = {lighter - 0.5 * wider, lighter + 0.5 * wider};
  } else if (event->buttons() & Qt::MiddleButton) {
    const double mm = session_->place(width(), height()).mm_per_px;
    state.pan_mm = {state.pan_mm[0] - mm * by.x(), state.pan_mm[1] - mm * by.y()};
  } else {
    return;
  }
  tell();
}

void DxaCanvas::mouseReleaseEvent(QMouseEvent* event) {
  if (!session_ || event->button() != Qt::LeftButton)
    return;
  session_->release();
  tell();
}

void DxaCanvas::mouseDoubleClickEvent(QMouseEvent* event) {
  if (!session_ || event->button() != Qt::LeftButton)
    return;
  if (!session_->finish_polygon())
    mousePressEvent(event); // the second of two quick clicks
  tell();
}

void DxaCanvas::wheelEvent(QWheelEvent* event) {
  if (!session_)
    return;
  double& zoom = session_->state.zoom;
  zoom = std::clamp(zoom * std::pow(1.15, event->angleDelta().y() / 120), 0.2, 30.0);
  event->accept();
  tell();
}

} // namespace osteocalc::viewer
