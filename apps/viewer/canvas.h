// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "paint.h"

#include <QWidget>
#include <functional>
#include <memory>

namespace osteocalc::viewer {

/// The panes of one study, and what mouse and wheel do in them: left uses the tool in hand, right changes the window,
/// middle moves the picture, the wheel scrolls, with Ctrl it zooms.
class Canvas : public QWidget {
 public:
  explicit Canvas(QWidget* parent = nullptr);
  void show_session(std::shared_ptr<Session> session);
  void show_text(const QString& words); ///< in place of a study
  std::function<void()> changed;        ///< the session's state or numbers are others now

  [[nodiscard]] QSize sizeHint() const override { return {900, 900}; }
  /// Where a point of the patient is drawn in a pane; for scripts and tests.
  [[nodiscard]] std::optional<QPoint> position_of(Pane pane, const Vec3& point_mm) const;

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;

 private:
  [[nodiscard]] std::optional<PanePlace> place_at(const QPoint& at) const;
  [[nodiscard]] std::optional<Vec3> point_at(const PanePlace& place, const QPoint& at) const;
  void drag(const QPoint& by, Qt::MouseButtons buttons);
  void tell();

  std::shared_ptr<Session> session_;
  QString words_;
  std::optional<PanePlace> pressed_;
  QPoint last_;
};

} // namespace osteocalc::viewer
