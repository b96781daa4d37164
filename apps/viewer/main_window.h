// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "canvas.h"
#include "dxa_canvas.h"
#include "loader.h"

#include "osteocalc/review/queue.h"

#include <QMainWindow>

class QActionGroup;
class QComboBox;
class QLabel;
class QListWidget;
class QSlider;
class QStackedWidget;
class QTableWidget;
class QToolBar;

namespace osteocalc::viewer {

struct WindowOptions {
  std::string reader;
  std::optional<ViewState> state; ///< of the first study
  QSize canvas_and_tables{1500, 950};
};

/// The window: panes in the middle, tools above, numbers and edits on the right, the queue on the left.
class MainWindow : public QMainWindow {
 public:
  explicit MainWindow(WindowOptions options);
  ~MainWindow() override;

  void open(const OpenRequest& request);
  /// The studies of a batch; begins with the one that needs eyes most.
  void open_queue(const OpenRequest& request);
  bool step_queue(int steps);

  [[nodiscard]] bool busy() const { return loading_ != nullptr; }
  [[nodiscard]] const QString& failure() const noexcept { return failure_; } ///< why nothing is shown
  [[nodiscard]] Session* session() const { return session_.get(); }          ///< of a scan
  [[nodiscard]] DxaSession* dxa() const { return dxa_.get(); }               ///< of a DXA image; one of the two is null
  [[nodiscard]] Canvas& canvas() { return *canvas_; }
  [[nodiscard]] DxaCanvas& dxa_canvas() { return *dxa_canvas_; }
  [[nodiscard]] const review::Queue* queue() const { return queue_ ? &*queue_ : nullptr; }
  void set_filter(const review::QueueFilter& filter);

  /// Another image of the study: "ct", or a DXA exam. \throw ConfigError when it holds none of this name
  void choose_image(const std::string& name);
  void choose_layout(const std::string& name);
  void choose_tool(Tool tool);
  void choose_tool(DxaTool tool);
  void choose_target(LabelId label);
  void choose_target(const std::string& region_or_level);
  void choose_window(const view::Window& window);
  /// An edit as the buttons make it; its reason where one is needed.
  void edit(const review::Action& action, const std::string& why = {});
  void rename_level(Vertebra from, Vertebra to);
  void undo();
  void redo();
  void refresh(); ///< everything shown, from the session

 private:
  void make_actions();
  void make_edit_keys();
  void make_tool_keys();
  void make_view_keys();
  void make_tools();
  void make_dxa_tools();
  void make_images();
  void fill_images();
  void next_image();
  void make_tables();
  void make_queue();
  void add_key(const char* keys, const std::function<void()>& act);
  void loading_progressed();
  void show_image(std::shared_ptr<const CtImage> image);
  void show_dxa(OpenedDxa opened);
  void prefetch_next();
  void ask_exclude();
  void ask_rename();
  void resize_volume(double factor);
  void next_lesion();
  void refresh_scan();
  void refresh_dxa();
  void fill_sites();
  void fill_walls();
  void fill_beds();
  void fill_levels();
  void fill_edits(const std::vector<review::Edit>& edits);
  void fill_queue();
  void say(const std::string& words);

  WindowOptions options_;
  OpenRequest base_;                ///< what all studies of a queue share
  QStackedWidget* panes_ = nullptr; ///< of a scan or of a DXA image
  Canvas* canvas_ = nullptr;
  DxaCanvas* dxa_canvas_ = nullptr;
  QToolBar *scan_bar_ = nullptr, *dxa_bar_ = nullptr, *image_bar_ = nullptr;
  QTableWidget *beds_ = nullptr, *levels_ = nullptr, *queue_table_ = nullptr;
  QListWidget* edits_ = nullptr;
  QComboBox *target_ = nullptr, *layout_ = nullptr, *preset_ = nullptr, *dxa_target_ = nullptr, *image_ = nullptr;
  QSlider *opacity_ = nullptr, *slab_ = nullptr;
  QActionGroup *tools_ = nullptr, *dxa_tools_ = nullptr;
  QLabel *summary_ = nullptr, *status_ = nullptr;
  std::shared_ptr<Session> session_;
  std::shared_ptr<DxaSession> dxa_;
  std::unique_ptr<Loading> loading_, next_; ///< the study being opened, and the one after it in the queue
  std::optional<review::Queue> queue_;
  std::vector<std::string> images_; ///< of the study that is open, where it has several
  std::size_t lesion_ = 0;
  QString failure_;
};

} // namespace osteocalc::viewer
