// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "session.h"

#include <QColor>
#include <QImage>
#include <QRect>
#include <QString>
#include <string_view>
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
[[nodiscard]] QString as_text(std::string_view words);
/// Light letters with a dark rim: to be read on bone and on lung.
void write_on(QPainter& painter, const QRect& where, int align, const QString& words, const QColor& color = Qt::white);

/// A pane with all that is written on it: crosshair, letters, scale bar, lesion colours, level names, HU.
void paint_pane(QPainter& painter, Session& session, const PanePlace& place);

} // namespace osteocalc::viewer
