// SPDX-License-Identifier: Apache-2.0
// What the window shows of a DXA image beside the image itself.
#include "main_window.h"
#include "table_cells.h"

#include "osteocalc/core/error.h"

#include <QAction>
#include <QActionGroup>
#include <QComboBox>
#include <QLabel>
#include <QTableWidget>
#include <QToolBar>
#include <algorithm>
#include <cmath>

namespace osteocalc::viewer {

void MainWindow::make_dxa_tools() {
  dxa_bar_ = addToolBar("DXA tools");
  dxa_bar_->setMovable(false);
  dxa_tools_ = new QActionGroup(this);
  static constexpr std::array<std::pair<DxaTool, const char*>, dxa_tool_count> tools{
      {{DxaTool::Look, "Look"},
       {DxaTool::Shape, "Drag corners"},
       {DxaTool::Draw, "Draw"},
       {DxaTool::Grade, "Grade wall"},
       {DxaTool::Calcium, "Draw calcium"}}};
  for (const auto& [tool, name] : tools) {
    QAction* action = dxa_bar_->addAction(name, this, [this, tool = tool] { choose_tool(tool); });
    action->setCheckable(true);
    action->setActionGroup(dxa_tools_);
  }
  dxa_target_ = new QComboBox(this);
  dxa_target_->setFocusPolicy(Qt::NoFocus);
  dxa_target_->setToolTip("the region or level that Draw makes and that E, U and Delete mean");
  connect(dxa_target_, QOverload<int>::of(&QComboBox::activated), this,
          [this](int i) { choose_target(dxa_target_->itemText(i).toStdString()); });
  dxa_bar_->addWidget(dxa_target_);
  dxa_bar_->hide();
}

/// Which image of the study is shown: shown only where there are several.
void MainWindow::make_images() {
  image_bar_ = addToolBar("Images");
  image_bar_->setMovable(false);
  image_ = new QComboBox(this);
  image_->setFocusPolicy(Qt::NoFocus);
  image_->setToolTip("image of the study (I: the next one)");
  connect(image_, QOverload<int>::of(&QComboBox::activated), this,
          [this](int i) { choose_image(images_[static_cast<std::size_t>(i)]); });
  image_bar_->addWidget(image_);
  image_bar_->hide();
}

void MainWindow::fill_images() {
  try {
    images_ = images_of(base_.study);
  } catch (const Error&) { // loading says what is wrong
    images_.clear();
  }
  image_->clear();
  for (const std::string& name : images_)
    image_->addItem(name == "ct" ? QString("CT") : "DXA " + as_text(name).replace('_', ' '));
  const auto shown = std::ranges::find(images_, base_.image);
  image_->setCurrentIndex(shown == images_.end() ? 0 : static_cast<int>(shown - images_.begin()));
  image_bar_->setVisible(images_.size() > 1);
}

void MainWindow::refresh_dxa() {
  dxa_tools_->actions()[static_cast<int>(dxa_->state.tool)]->setChecked(true);
  dxa_target_->clear();
  for (const std::string& target : dxa_->targets())
    dxa_target_->addItem(as_text(target));
  dxa_target_->setCurrentText(as_text(dxa_->state.target));
  status_->setText(QString::fromStdString(dxa_->message));
  fill_sites();
  fill_walls();
  fill_edits(dxa_->review().edits());
}

void MainWindow::fill_sites() {
  beds_->setVisible(!dxa_->review().marks().regions.empty() || !dxa_->review().is_lateral());
  set_columns(beds_, {"site", "BMC g", "cm2", "g/cm2", "T", "Z", "use"});
  const auto cells = [](const review::SiteLine* site) -> QStringList {
    if (!site)
      return {"-", "-", "-", "-", "-", "-"};
    return {number(site->bmc_g, 2),   number(site->area_cm2, 2), number(site->abmd_g_cm2, 3),
            number(site->t_score, 1), number(site->z_score, 1),  site->excluded ? as_text(*site->excluded) : "used"};
  };
  const std::vector<review::SiteLine> now = review::site_lines(dxa_->review().values().sites),
                                      was = review::site_lines(dxa_->review().machine().sites);
  beds_->setRowCount(static_cast<int>(now.size()));
  for (int row = 0; row < beds_->rowCount(); ++row) {
    const review::SiteLine& site = now[static_cast<std::size_t>(row)];
    const auto before = std::ranges::find(was, site.site, &review::SiteLine::site);
    put(beds_, row, 0, as_text(site.site), before == was.end() ? QString("not measured") : as_text(site.site));
    const QStringList shown = cells(&site), machine = cells(before == was.end() ? nullptr : &*before);
    for (int column = 0; column < shown.size(); ++column)
      put(beds_, row, column + 1, shown[column], machine[column]);
  }
  beds_->resizeColumnsToContents();
}

/// AAC-24, a level a row: both walls, and the machine's proposal beside them.
void MainWindow::fill_walls() {
  levels_->setVisible(dxa_->review().is_lateral());
  set_columns(levels_, {"AAC-24", "anterior", "posterior", "machine a.", "machine p."});
  const review::DxaReview& review = dxa_->review();
  QString words = QString::fromStdString(dxa_->title());
  if (!review.values().aac) {
    summary_->setText(words + (review.is_lateral() ? "\nmark six points of T12 to L5: tool Draw" : ""));
    return;
  }
  const auto grade = [](const std::vector<dxa::WallCalcium>& walls, Vertebra level, dxa::Wall wall) {
    for (const dxa::WallCalcium& each : walls)
      if (each.level == level && each.wall == wall)
        return QString("%1 (%2 %)").arg(dxa::wall_grade(each.share())).arg(std::lround(100 * each.share()));
    return QString("-");
  };
  const std::array levels{Vertebra::L1, Vertebra::L2, Vertebra::L3, Vertebra::L4};
  levels_->setRowCount(static_cast<int>(levels.size()));
  for (int row = 0; row < levels_->rowCount(); ++row) {
    const Vertebra level = levels[static_cast<std::size_t>(row)];
    put(levels_, row, 0, as_text(to_string(level)), as_text(to_string(level)));
    int column = 0;
    for (const dxa::Wall wall : {dxa::Wall::Anterior, dxa::Wall::Posterior}) {
      const QString machine = grade(review.proposed(), level, wall);
      put(levels_, row, ++column, grade(review.values().aac->walls, level, wall), machine);
      put(levels_, row, column + 2, machine, machine);
    }
  }
  levels_->resizeColumnsToContents();
  const dxa::AacScore& aac = *review.values().aac;
  words += aac.aac24 ? QString("\nAAC-24: %1").arg(*aac.aac24) : "\nAAC-24: a level of L1 to L4 is not marked";
  if (aac.aac8)
    words += QString(", AAC-8: %1").arg(*aac.aac8);
  if (const auto& machine = review.machine().aac; machine && machine->aac24)
    words += QString("  (machine: %1)").arg(*machine->aac24);
  summary_->setText(words);
}

} // namespace osteocalc::viewer
