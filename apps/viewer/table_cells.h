// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>
#include <QStringList>
#include <optional>

class QTableWidget;

namespace osteocalc::viewer {

[[nodiscard]] QString number(const std::optional<double>& value, int decimals); ///< "-" for what was not measured
void set_columns(QTableWidget* table, const QStringList& columns);
/// Bold where a reader changed it, with what the machine had said.
void put(QTableWidget* table, int row, int column, const QString& words, const QString& machine);

} // namespace osteocalc::viewer
