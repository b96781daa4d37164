// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "session.h"

#include <QImage>
#include <QRect>
#include <vector>

class QPainter;

namespace osteocalc::viewer {

/// Where each pane of a layout lies in a canvas.
struct PanePlace {
  Pane pane = Pane::Axial;
  QRect rect;
};
[[nodiscard]] std::vector<PanePlace> places(const Layout& layout, const QSize& canvas);

[[nodiscard]] QImage to_image(const view::Picture& picture);

/// A pane with all that is written on it: crosshair, letters, scale bar, lesion colours, level names, HU.
void paint_pane(QPainter& painter, Session& session, const PanePlace& place);

} // namespace osteocalc::viewer
