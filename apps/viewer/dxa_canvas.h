// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dxa_session.h"

#include <QWidget>
#include <memory>

namespace osteocalc::viewer {

/// The one pane of a DXA image: left uses the tool in hand, right changes the window, middle moves the picture, the
/// wheel zooms.
class DxaCanvas : public QWidget {
 public:
  explicit DxaCanvas(QWidget* parent = nullptr);
  void show_session(std::shared_ptr<DxaSession> session);
  std::function<void()> changed; ///< the session's state or numbers are others now

  /// Where a point of the image is drawn; for scripts and tests.
  [[nodiscard]] QPoint position_of(const Vec2& point_mm) const;

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;

 private:
  [[nodiscard]] Vec2 point_at(const QPoint& at) const;
  void tell();

  std::shared_ptr<DxaSession> session_;
  QPoint last_;
};

} // namespace osteocalc::viewer
