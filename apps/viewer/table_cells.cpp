// SPDX-License-Identifier: Apache-2.0
#include "table_cells.h"

#include <QTableWidget>

namespace osteocalc::viewer {

QString number(const std::optional<double>& value, int decimals) {
  return value ? QString::number(*value, 'f', decimals) : QString("-");
}

void set_columns(QTableWidget* table, const QStringList& columns) {
  table->setColumnCount(columns.size());
  table->setHorizontalHeaderLabels(columns);
}

void put(QTableWidget* table, int row, int column, const QString& words, const QString& machine) {
  auto* item = new QTableWidgetItem(words);
  item->setToolTip(words); // a reason may be longer than its column
  if (words != machine) {
    QFont bold = item->font();
    bold.setBold(true);
    item->setFont(bold);
    item->setForeground(QColor(200, 90, 0));
    item->setToolTip(words + "\nthe machine: " + machine);
  }
  table->setItem(row, column, item);
}

} // namespace osteocalc::viewer
