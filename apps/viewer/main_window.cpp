// SPDX-License-Identifier: Apache-2.0
#include "main_window.h"

#include "osteocalc/core/error.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QInputDialog>
#include <QLabel>
#include <QListWidget>
#include <QSlider>
#include <QStackedWidget>
#include <QStatusBar>
#include <QTableWidget>
#include <algorithm>
#include <cmath>

namespace osteocalc::viewer {

MainWindow::MainWindow(WindowOptions options) : options_(std::move(options)) {
  setWindowTitle("osteocalc-viewer");
  canvas_ = new Canvas(this); // owned by the window, as all widgets here
  canvas_->changed = [this] { refresh(); };
  dxa_canvas_ = new DxaCanvas(this);
  dxa_canvas_->changed = [this] { refresh(); };
  panes_ = new QStackedWidget(this);
  panes_->addWidget(canvas_);
  panes_->addWidget(dxa_canvas_);
  setCentralWidget(panes_);
  make_tables();
  make_queue();
  make_images();
  make_tools();
  make_dxa_tools();
  make_actions();
  status_ = new QLabel(this);
  statusBar()->addWidget(status_, 1);
  resize(options_.canvas_and_tables);
}

MainWindow::~MainWindow() = default;

void MainWindow::open(const OpenRequest& request) {
  failure_.clear();
  session_.reset();
  dxa_.reset();
  dxa_canvas_->show_session(nullptr);
  panes_->setCurrentWidget(canvas_);
  lesion_ = 0;
  base_ = request;
  fill_images();
  canvas_->show_text("reading " + QString::fromStdString(request.study.string()));
  const auto tell = [this] { // from the reading thread to this one
    QMetaObject::invokeMethod(
        this, [this] { loading_progressed(); }, Qt::QueuedConnection);
  };
  loading_.reset();
  if (next_ && next_->request().study == request.study && next_->request().image == request.image) {
    loading_ = std::move(next_); // read ahead
    loading_progressed();
  } else {
    loading_ = std::make_unique<Loading>(request, tell);
  }
  refresh();
}

void MainWindow::loading_progressed() {
  if (!loading_)
    return; // the note of a study read ahead
  if (const auto image = loading_->image(); image && !session_)
    show_image(image);
  if (!loading_->done())
    return;
  const std::unique_ptr<Loading> finished = std::move(loading_);
  try {
    Loading::Loaded loaded = finished->take();
    if (loaded.dxa)
      return show_dxa(std::move(*loaded.dxa));
    const Issues issues = loaded.opened.issues;
    session_->set_review(std::move(loaded.review), std::move(loaded.opened));
    say(session_->review() ? "ready" : "no labels: the scan can be looked at, not measured");
    for (const Issue& issue : issues)
      if (issue.level != IssueLevel::Info)
        say(issue.rule + ": " + issue.text);
    prefetch_next();
  } catch (const std::exception& error) { // whatever a file may hold is a message
    session_.reset();
    failure_ = QString::fromUtf8(error.what());
    canvas_->show_text(failure_);
  }
  refresh();
}

void MainWindow::show_image(std::shared_ptr<const CtImage> image) {
  const std::string title = std::filesystem::weakly_canonical(loading_->request().study).filename().string();
  session_ = std::make_shared<Session>(std::move(image), title, loading_->request().parallel);
  session_->reader = options_.reader;
  session_->now = [] { return QDateTime::currentDateTimeUtc().toString(Qt::ISODate).toStdString(); };
  if (options_.state)
    session_->state = *options_.state;
  say("measuring ...");
  canvas_->show_session(session_);
  setWindowTitle(QString::fromStdString(title) + " - osteocalc-viewer");
}

void MainWindow::show_dxa(OpenedDxa opened) {
  const Issues issues = opened.issues;
  dxa_ = std::make_shared<DxaSession>(std::move(opened));
  dxa_->reader = options_.reader;
  dxa_->now = [] { return QDateTime::currentDateTimeUtc().toString(Qt::ISODate).toStdString(); };
  dxa_->message =
      dxa_->review_file().empty() ? "edits are not kept: open the folder that osteocalc dxa -o wrote" : "ready";
  for (const Issue& issue : issues)
    dxa_->message = issue.rule + ": " + issue.text;
  dxa_canvas_->show_session(dxa_);
  panes_->setCurrentWidget(dxa_canvas_);
  setWindowTitle(QString::fromStdString(dxa_->title()) + " - osteocalc-viewer");
  refresh();
}

void MainWindow::open_queue(const OpenRequest& request) {
  base_ = request;
  queue_.emplace(review::read_queue(request.study, request.parallel));
  fill_queue();
  if (!queue_->current())
    throw IoError(request.study.string() + " holds no study; run batch first");
  step_queue(0);
}

bool MainWindow::step_queue(int steps) {
  if (!queue_ || !queue_->move(steps))
    return false;
  if (session_)
    options_.state = session_->state; // the next study is looked at as this one was
  if (options_.state)
    options_.state->cursor_mm.reset();
  OpenRequest request = base_;
  request.study = queue_->current()->folder;
  request.scan.clear();
  request.image.clear();
  open(request);
  fill_queue();
  return true;
}

void MainWindow::prefetch_next() {
  const review::QueueRow* row = queue_ ? queue_->peek(1) : nullptr;
  if (!row || (next_ && next_->request().study == row->folder))
    return;
  OpenRequest request = base_;
  request.study = row->folder;
  request.scan.clear();
  request.image.clear();
  next_ = std::make_unique<Loading>(request, [this] {
    QMetaObject::invokeMethod(
        this, [this] { loading_progressed(); }, Qt::QueuedConnection);
  });
}

void MainWindow::set_filter(const review::QueueFilter& filter) {
  if (!queue_)
    return;
  const std::string before = queue_->current() ? queue_->current()->study : "";
  queue_->set_filter(filter);
  fill_queue();
  if (queue_->current() && queue_->current()->study != before)
    step_queue(0);
}

void MainWindow::choose_image(const std::string& name) {
  OpenRequest request = base_;
  request.image = name;
  if (std::ranges::find(images_, name) == images_.end())
    throw ConfigError("the study holds no image \"" + name + "\"");
  open(request);
}

void MainWindow::next_image() {
  const auto shown =
      std::ranges::find(images_, base_.image.empty() && !images_.empty() ? images_.front() : base_.image);
  if (shown != images_.end() && images_.size() > 1)
    choose_image(shown + 1 == images_.end() ? images_.front() : *(shown + 1));
}

void MainWindow::choose_layout(const std::string& name) {
  if (session_)
    session_->state.layout = layout_named(name).name;
  refresh();
}

void MainWindow::choose_tool(Tool tool) {
  if (session_)
    session_->state.tool = tool;
  refresh();
}

void MainWindow::choose_tool(DxaTool tool) {
  if (dxa_) {
    dxa_->drop_drawing();
    dxa_->state.tool = tool;
  }
  refresh();
}

void MainWindow::choose_target(const std::string& region_or_level) {
  if (dxa_) {
    dxa_->drop_drawing();
    dxa_->state.target = region_or_level;
  }
  refresh();
}

void MainWindow::choose_target(LabelId label) {
  if (session_)
    session_->state.target = label;
  refresh();
}

void MainWindow::choose_window(const view::Window& window) {
  if (session_)
    session_->state.window = window;
  refresh();
}

void MainWindow::edit(const review::Action& action, const std::string& why) {
  if (session_)
    session_->edit(action, why);
  if (dxa_)
    dxa_->edit(action, why);
  refresh();
}

void MainWindow::rename_level(Vertebra from, Vertebra to) {
  edit(review::ShiftLevels{static_cast<int>(to) - static_cast<int>(from)});
}

void MainWindow::undo() {
  if (session_)
    session_->undo();
  if (dxa_)
    dxa_->undo();
  refresh();
}

void MainWindow::redo() {
  if (session_)
    session_->redo();
  if (dxa_)
    dxa_->redo();
  refresh();
}

void MainWindow::ask_exclude() {
  const auto ask = [this](const std::string& name, const review::Action& action) {
    bool given = false;
    const QString why =
        QInputDialog::getItem(this, "Exclude a level", QString("Why is %1 not to be used?").arg(name.c_str()),
                              {"fracture", "cement or implant", "degeneration or sclerosis",
                               "haemangioma or other lesion", "cut by the scan"},
                              0, true, &given);
    if (given)
      edit(action, why.toStdString());
  };
  if (dxa_)
    ask(dxa_->state.target, review::ExcludeSite{dxa_->state.target});
  else if (const auto level = session_ ? session_->level_at_cursor() : std::nullopt)
    ask(std::string(to_string(*level)), review::ExcludeLevel{*level});
}

void MainWindow::ask_rename() {
  const auto level = session_ ? session_->level_at_cursor() : std::nullopt;
  if (!level)
    return;
  QStringList names;
  for (const Vertebra name : all_vertebrae)
    names.append(to_string(name).data());
  bool given = false;
  const QString name = QInputDialog::getItem(
      this, "Rename a level", QString("%1 is really (all other levels follow):").arg(to_string(*level).data()), names,
      static_cast<int>(*level), false, &given);
  if (given)
    rename_level(*level, *vertebra_from_string(name.toStdString()));
}

void MainWindow::resize_volume(double factor) {
  const auto level = session_ ? session_->level_at_cursor() : std::nullopt;
  if (!level)
    return;
  bone::VoiPlacement placement;
  const review::Marks& marks = session_->review()->marks();
  if (const auto found = marks.placements.find(*review::shifted(*level, -marks.level_shift));
      found != marks.placements.end())
    placement = found->second;
  placement.scale *= factor;
  edit(review::PlaceVolume{*level, placement});
}

void MainWindow::next_lesion() {
  if (!session_ || !session_->review())
    return;
  std::vector<Vec3> centers;
  for (const study::BedScore& bed : session_->review()->values().beds)
    if (!bed.bed.starts_with("aorta_level") && !bed.bed.ends_with("cm"))
      for (const study::BedLesion& lesion : bed.lesions)
        centers.push_back(lesion.centroid_mm);
  if (centers.empty())
    return say("there is no lesion");
  session_->look_at(centers[lesion_++ % centers.size()]);
  refresh();
}

void MainWindow::say(const std::string& words) {
  if (session_)
    session_->message = words;
  if (dxa_)
    dxa_->message = words;
  status_->setText(QString::fromStdString(words));
}

} // namespace osteocalc::viewer
