// SPDX-License-Identifier: Apache-2.0
// What the window is made of and how it is filled; what it does stands in main_window.cpp.
#include "main_window.h"
#include "table_cells.h"

#include <QAction>
#include <QActionGroup>
#include <QCheckBox>
#include <QComboBox>
#include <QDockWidget>
#include <QHeaderView>
#include <QLabel>
#include <QListWidget>
#include <QShortcut>
#include <QSlider>
#include <QTableWidget>
#include <QToolBar>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

namespace osteocalc::viewer {
namespace {

QTableWidget* make_table(QWidget* parent, const QStringList& columns) {
  auto* table = new QTableWidget(0, columns.size(), parent);
  table->setHorizontalHeaderLabels(columns);
  table->verticalHeader()->hide();
  table->verticalHeader()->setDefaultSectionSize(21);
  table->setEditTriggers(QAbstractItemView::NoEditTriggers);
  table->setSelectionBehavior(QAbstractItemView::SelectRows);
  table->setFocusPolicy(Qt::NoFocus); // keys belong to the panes
  QFont small = table->font();
  small.setPointSizeF(0.85 * small.pointSizeF());
  table->setFont(small);
  table->horizontalHeader()->setFont(small);
  return table;
}

QStringList bed_cells(const study::BedScore* bed) {
  if (!bed || !bed->reference)
    return {"-", "-", "-", "-", "-"};
  const calcium::VariantScore& score = *bed->reference;
  return {number(score.agatston, 1), number(score.volume_mm3, 0), number(score.mass_mg, 1),
          number(score.density_score, 2), bed->category ? as_text(bed->category->level) : QString("-")};
}

const study::BedScore* bed_named(const study::StudyResult& result, const std::string& name) {
  const auto found = std::ranges::find(result.beds, name, &study::BedScore::bed);
  return found == result.beds.end() ? nullptr : &*found;
}

QStringList level_cells(const bone::VertebraDensity* vertebra) {
  if (!vertebra)
    return {"-", "-", "-", "-"};
  return {vertebra->trabecular ? number(vertebra->trabecular->mean_hu, 1) : QString("-"),
          number(vertebra->bmd_mg_cm3, 1), vertebra->trabecular ? QString::number(vertebra->trabecular->n) : "-",
          vertebra->excluded ? as_text(*vertebra->excluded) : QString("used")};
}

} // namespace

void MainWindow::make_tables() {
  auto* side = new QWidget(this);
  auto* column = new QVBoxLayout(side);
  column->setContentsMargins(4, 4, 4, 4);
  summary_ = new QLabel(side);
  summary_->setWordWrap(true);
  beds_ = make_table(side, {});
  levels_ = make_table(side, {});
  levels_->horizontalHeader()->setStretchLastSection(true);
  edits_ = new QListWidget(side);
  edits_->setFocusPolicy(Qt::NoFocus);
  column->addWidget(summary_);
  column->addWidget(beds_, 5);
  column->addWidget(levels_, 4);
  column->addWidget(new QLabel("Edits", side));
  column->addWidget(edits_, 2);
  auto* dock = new QDockWidget("Numbers", this);
  dock->setFeatures(QDockWidget::NoDockWidgetFeatures);
  dock->setWidget(side);
  side->setFixedWidth(440);
  addDockWidget(Qt::RightDockWidgetArea, dock);
}

void MainWindow::make_queue() {
  auto* side = new QWidget(this);
  auto* column = new QVBoxLayout(side);
  column->setContentsMargins(4, 4, 4, 4);
  static constexpr std::array<const char*, 6> names{"refused",  "warned",      "high calcium",
                                                    "low bone", "short field", "not reviewed"};
  std::vector<QCheckBox*> boxes;
  for (const char* name : names) {
    boxes.push_back(new QCheckBox(name, side));
    boxes.back()->setFocusPolicy(Qt::NoFocus);
    column->addWidget(boxes.back());
  }
  for (QCheckBox* box : boxes)
    connect(box, &QCheckBox::toggled, this, [this, boxes] {
      set_filter({boxes[0]->isChecked(), boxes[1]->isChecked(), boxes[2]->isChecked(), boxes[3]->isChecked(),
                  boxes[4]->isChecked(), boxes[5]->isChecked()});
    });
  queue_table_ = make_table(side, {"study", "CAC", "HU", "!"});
  connect(queue_table_, &QTableWidget::cellClicked, this, [this](int row, int) {
    if (queue_ && queue_->go_to(queue_table_->item(row, 0)->text().toStdString()))
      step_queue(0);
  });
  column->addWidget(queue_table_, 1);
  auto* dock = new QDockWidget("Queue", this);
  dock->setObjectName("queue");
  dock->setWidget(side);
  side->setFixedWidth(250);
  addDockWidget(Qt::LeftDockWidgetArea, dock);
  dock->hide();
}

void MainWindow::make_tools() {
  QToolBar* bar = scan_bar_ = addToolBar("Tools");
  bar->setMovable(false);
  tools_ = new QActionGroup(this);
  static constexpr std::array<std::pair<Tool, const char*>, 8> tools{{{Tool::Crosshair, "Look"},
                                                                      {Tool::MoveLesion, "Move lesion"},
                                                                      {Tool::RejectLesion, "Reject"},
                                                                      {Tool::AcceptLesion, "Accept"},
                                                                      {Tool::AddLesion, "Add"},
                                                                      {Tool::Brush, "Brush"},
                                                                      {Tool::Eraser, "Erase"},
                                                                      {Tool::MoveVolume, "Move volume"}}};
  for (const auto& [tool, name] : tools) {
    QAction* action = bar->addAction(name, this, [this, tool = tool] { choose_tool(tool); });
    action->setCheckable(true);
    action->setActionGroup(tools_);
  }
  const auto add_choice = [&](const char* tip) {
    auto* choice = new QComboBox(this);
    choice->setFocusPolicy(Qt::NoFocus);
    choice->setToolTip(tip);
    bar->addWidget(choice);
    return choice;
  };
  target_ = add_choice("where lesions go and what the brush paints");
  for (const LabelId id : target_labels())
    target_->addItem(as_text(label_name(id)), id);
  connect(target_, QOverload<int>::of(&QComboBox::activated), this,
          [this](int i) { choose_target(static_cast<LabelId>(target_->itemData(i).toUInt())); });
  bar->addSeparator();
  layout_ = add_choice("layout");
  for (const Layout& layout : layouts())
    layout_->addItem(as_text(layout.name));
  connect(layout_, QOverload<int>::of(&QComboBox::activated), this,
          [this](int i) { choose_layout(layout_->itemText(i).toStdString()); });
  preset_ = add_choice("window");
  for (const view::WindowPreset& preset : view::window_presets())
    preset_->addItem(as_text(preset.name));
  connect(preset_, QOverload<int>::of(&QComboBox::activated), this,
          [this](int i) { choose_window(view::window_presets()[static_cast<std::size_t>(i)].window); });
  const auto add_slider = [&](const char* name, int largest, const std::function<void(int)>& act) {
    bar->addWidget(new QLabel(QString("  ") + name, this));
    auto* slider = new QSlider(Qt::Horizontal, this);
    slider->setFixedWidth(80);
    slider->setRange(0, largest);
    slider->setFocusPolicy(Qt::NoFocus);
    connect(slider, &QSlider::valueChanged, this, [this, act](int value) {
      if (session_) {
        act(value);
        canvas_->update();
      }
    });
    bar->addWidget(slider);
    return slider;
  };
  opacity_ = add_slider("labels", 100, [this](int value) { session_->state.overlay_opacity = value / 100.0; });
  slab_ = add_slider("slab mm", 50, [this](int value) { session_->state.slab.thickness_mm = value; });
}

void MainWindow::add_key(const char* keys, const std::function<void()>& act) {
  auto* shortcut = new QShortcut(QKeySequence(keys), this);
  connect(shortcut, &QShortcut::activated, this, act);
}

void MainWindow::make_actions() {
  make_edit_keys();
  make_tool_keys();
  make_view_keys();
}

void MainWindow::make_edit_keys() {
  add_key("Ctrl+Z", [this] { undo(); });
  add_key("Ctrl+Y", [this] { redo(); });
  add_key("Ctrl+Shift+Z", [this] { redo(); });
  add_key("N", [this] { step_queue(1); });
  add_key("P", [this] { step_queue(-1); });
  add_key("I", [this] { next_image(); });
  add_key("Tab", [this] { next_lesion(); });
  add_key("E", [this] { ask_exclude(); });
  add_key("R", [this] { ask_rename(); });
  add_key("Ctrl+Up", [this] { edit(review::ShiftLevels{-1}); });
  add_key("Ctrl+Down", [this] { edit(review::ShiftLevels{1}); });
  add_key("U", [this] {
    if (dxa_)
      edit(review::UseSite{dxa_->state.target});
    else if (const auto level = session_ ? session_->level_at_cursor() : std::nullopt)
      edit(review::UseLevel{*level});
  });
  add_key("Delete", [this] {
    if (dxa_)
      edit(review::RemoveRegion{dxa_->state.target});
  });
  for (const char* end : {"Return", "Enter"})
    add_key(end, [this] {
      if (dxa_)
        dxa_->finish_polygon();
      refresh();
    });
  add_key("+", [this] { resize_volume(1.1); });
  add_key("-", [this] { resize_volume(1 / 1.1); });
}

void MainWindow::make_tool_keys() {
  static constexpr std::array<std::pair<const char*, DxaTool>, dxa_tool_count> dxa_keys{{{"Esc", DxaTool::Look},
                                                                                         {"V", DxaTool::Shape},
                                                                                         {"A", DxaTool::Draw},
                                                                                         {"C", DxaTool::Grade},
                                                                                         {"B", DxaTool::Calcium}}};
  static constexpr std::array<std::pair<const char*, Tool>, 8> tool_keys{{{"Esc", Tool::Crosshair},
                                                                          {"M", Tool::MoveLesion},
                                                                          {"X", Tool::RejectLesion},
                                                                          {"C", Tool::AcceptLesion},
                                                                          {"A", Tool::AddLesion},
                                                                          {"B", Tool::Brush},
                                                                          {"D", Tool::Eraser},
                                                                          {"V", Tool::MoveVolume}}};
  for (const auto& [keys, tool] : tool_keys)
    add_key(keys, [this, keys = std::string_view(keys), tool = tool] {
      if (!dxa_)
        return choose_tool(tool);
      for (const auto& [dxa_key, dxa_tool] : dxa_keys)
        if (dxa_key == keys)
          choose_tool(dxa_tool);
    });
}

void MainWindow::make_view_keys() {
  for (std::size_t i = 0; i < view::window_presets().size(); ++i)
    add_key(std::to_string(i + 1).c_str(), [this, i] { choose_window(view::window_presets()[i].window); });
  for (std::size_t i = 0; i < layouts().size(); ++i)
    add_key(("F" + std::to_string(i + 1)).c_str(), [this, i] { choose_layout(std::string(layouts()[i].name)); });
  const auto add_state_key = [this](const char* keys, const std::function<void(ViewState&)>& change) {
    add_key(keys, [this, change] {
      if (session_)
        change(session_->state);
      refresh();
    });
  };
  add_state_key("O", [](ViewState& state) { state.along_spine = !state.along_spine; });
  add_state_key("L", [](ViewState& state) { state.overlay_opacity = state.overlay_opacity > 0 ? 0 : 0.35; });
  add_state_key("S", [](ViewState& state) {
    using enum view::Projection;
    state.slab.projection = state.slab.projection == Mean ? Maximum : Mean;
  });
  add_key("0", [this] {
    if (session_) {
      session_->state.zoom = 1;
      session_->state.pan_mm = {0, 0, 0};
    }
    if (dxa_) {
      dxa_->state.zoom = 1;
      dxa_->state.pan_mm = {0, 0};
    }
    refresh();
  });
  for (const auto& [keys, steps] : {std::pair{"Up", 1}, {"Down", -1}, {"PgUp", 10}, {"PgDown", -10}})
    add_key(keys, [this, steps = steps] {
      if (session_)
        session_->scroll(layout_named(session_->state.layout).panes.front(), steps);
      refresh();
    });
}

void MainWindow::refresh() {
  canvas_->update();
  dxa_canvas_->update();
  scan_bar_->setVisible(!dxa_);
  dxa_bar_->setVisible(dxa_ != nullptr);
  for (QTableWidget* table : {beds_, levels_})
    table->setRowCount(0);
  edits_->clear();
  summary_->clear();
  if (session_)
    refresh_scan();
  if (dxa_)
    refresh_dxa();
}

void MainWindow::refresh_scan() {
  summary_->setText(QString::fromStdString(session_->title()));
  const ViewState& state = session_->state;
  tools_->actions()[static_cast<int>(state.tool)]->setChecked(true);
  target_->setCurrentIndex(std::max(0, target_->findData(state.target)));
  layout_->setCurrentText(as_text(state.layout));
  const auto preset = std::ranges::find(view::window_presets(), state.window, &view::WindowPreset::window);
  preset_->setCurrentIndex(
      preset == view::window_presets().end() ? -1 : static_cast<int>(preset - view::window_presets().begin()));
  for (QSlider* slider : {opacity_, slab_})
    slider->blockSignals(true); // they show the state, they do not change it here
  opacity_->setValue(static_cast<int>(std::lround(100 * state.overlay_opacity)));
  slab_->setValue(static_cast<int>(std::lround(state.slab.thickness_mm)));
  for (QSlider* slider : {opacity_, slab_})
    slider->blockSignals(false);
  status_->setText(QString::fromStdString(session_->message));
  if (!session_->review())
    return;
  fill_beds();
  fill_levels();
  fill_edits(session_->review()->edits());
}

void MainWindow::fill_beds() {
  const study::StudyResult &values = session_->review()->values(), &machine = session_->review()->machine();
  beds_->show();
  set_columns(beds_, {"bed", "Agatston", "mm3", "mg", "density", "category"});
  beds_->setRowCount(static_cast<int>(values.beds.size()));
  for (int row = 0; row < beds_->rowCount(); ++row) {
    const study::BedScore& bed = values.beds[static_cast<std::size_t>(row)];
    const study::BedScore* before = bed_named(machine, bed.bed);
    put(beds_, row, 0, as_text(bed.bed), before ? as_text(bed.bed) : QString("not measured"));
    const QStringList now = bed_cells(&bed), was = bed_cells(before);
    for (int column = 0; column < now.size(); ++column)
      put(beds_, row, column + 1, now[column], was[column]);
  }
  beds_->resizeColumnsToContents();
}

void MainWindow::fill_levels() {
  const review::Review& review = *session_->review();
  const auto& now = review.values().bone->vertebrae;
  const auto& was = review.machine().bone->vertebrae;
  levels_->show();
  set_columns(levels_, {"level", "HU", "mg/cm3", "voxels", "use"});
  levels_->setRowCount(static_cast<int>(now.size()));
  for (int row = 0; row < levels_->rowCount(); ++row) {
    const bone::VertebraDensity& vertebra = now[static_cast<std::size_t>(row)];
    const auto machine_level = review::shifted(vertebra.level, -review.marks().level_shift);
    const auto before =
        machine_level ? std::ranges::find(was, *machine_level, &bone::VertebraDensity::level) : was.end();
    put(levels_, row, 0, as_text(to_string(vertebra.level)),
        before == was.end() ? "none" : as_text(to_string(before->level)));
    const QStringList cells = level_cells(&vertebra),
                      cells_before = level_cells(before == was.end() ? nullptr : &*before);
    for (int column = 0; column < cells.size(); ++column)
      put(levels_, row, column + 1, cells[column], cells_before[column]);
  }
  levels_->resizeColumnsToContents();
  levels_->horizontalHeader()->setStretchLastSection(true);
  QString words = QString::fromStdString(session_->title());
  if (const auto& summary = review.values().bone->summary) {
    words += "\n";
    for (const Vertebra level : summary->levels)
      words += as_text(to_string(level)) + " ";
    words += "mean " + number(summary->mean_hu, 1) + " HU";
    if (summary->bmd_mg_cm3)
      words += ", " + number(summary->bmd_mg_cm3, 1) + " mg/cm3";
    if (summary->category)
      words += ", " + as_text(summary->category->level);
  }
  if (review.values().paradox.quadrant)
    words += "\nquadrant: " + as_text(*review.values().paradox.quadrant);
  summary_->setText(words);
}

void MainWindow::fill_edits(const std::vector<review::Edit>& edits) {
  for (const review::Edit& edit : edits)
    edits_->addItem(as_text(kind_of(edit.action)) + ": " + as_text(edit.before) + " -> " + as_text(edit.after) +
                    (edit.why.empty() ? QString() : " (" + as_text(edit.why) + ")"));
  edits_->scrollToBottom();
}

void MainWindow::fill_queue() {
  findChild<QDockWidget*>("queue")->setVisible(queue_.has_value());
  if (!queue_)
    return;
  const auto& rows = queue_->shown();
  queue_table_->setRowCount(static_cast<int>(rows.size()));
  for (int i = 0; i < queue_table_->rowCount(); ++i) {
    const review::QueueRow& row = rows[static_cast<std::size_t>(i)];
    const QString state = row.review == review::ReviewState::Reviewed     ? "done"
                          : row.review == review::ReviewState::Unresolved ? "two"
                          : row.refused                                   ? "refused"
                                                                          : QString::number(row.warnings);
    const QStringList cells{as_text(row.study), number(row.coronary_agatston, 0), number(row.spine_hu, 0), state};
    for (int column = 0; column < cells.size(); ++column)
      put(queue_table_, i, column, cells[column], cells[column]);
    if (queue_->current() && queue_->current()->study == row.study)
      queue_table_->selectRow(i);
  }
  queue_table_->resizeColumnsToContents();
}

} // namespace osteocalc::viewer
