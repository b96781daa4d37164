// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dxa_session.h"

#include <QRect>

class QPainter;

namespace osteocalc::viewer {

/// A DXA image with all that is written on it: regions with their densities, marks, walls and their grades.
void paint_dxa(QPainter& painter, const DxaSession& session, const QRect& rect);

} // namespace osteocalc::viewer
