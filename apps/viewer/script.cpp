// SPDX-License-Identifier: Apache-2.0
#include "script.h"

#include "osteocalc/core/error.h"

#include <QApplication>
#include <QMouseEvent>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <fstream>
#include <map>
#include <sstream>

namespace osteocalc::viewer {
namespace {

/// The words of a line, taken one by one.
class Words {
 public:
  explicit Words(const std::string& line) : stream_(line) {}
  std::string word(const char* what) {
    std::string text;
    if (!(stream_ >> text))
      throw ConfigError(std::string("there is no ") + what);
    return text;
  }
  double number(const char* what) {
    double value = 0;
    if (!(stream_ >> value) || !std::isfinite(value))
      throw ConfigError(std::string("there is no number for ") + what);
    return value;
  }
  Vec3 point() { return {number("x mm"), number("y mm"), number("z mm")}; }
  bool more() { return !(stream_ >> std::ws).eof(); }
  std::string rest() {
    std::string text;
    std::getline(stream_ >> std::ws, text);
    return text;
  }

 private:
  std::istringstream stream_;
};

Session& session_of(MainWindow& window) {
  wait_until_ready(window);
  if (!window.session())
    throw Error("no study is open: " + window.failure().toStdString());
  return *window.session();
}

Pane pane_named(const std::string& name) {
  for (std::size_t i = 0; i < pane_count; ++i)
    if (to_string(static_cast<Pane>(i)) == name)
      return static_cast<Pane>(i);
  throw ConfigError("there is no pane \"" + name + "\"");
}

Vertebra level_named(const std::string& name) {
  const auto level = vertebra_from_string(name);
  if (!level)
    throw ConfigError("there is no level \"" + name + "\"");
  return *level;
}

LabelId target_named(const std::string& name) {
  for (const LabelId id : target_labels())
    if (label_name(id) == name)
      return id;
  for (const Vertebra level : all_vertebrae)
    if (to_string(level) == name)
      return whole_vertebra_label(level);
  throw ConfigError("there is no bed or level \"" + name + "\"");
}

void send_mouse(QWidget& pane, QEvent::Type type, const QPoint& at, Qt::MouseButton button, Qt::MouseButtons buttons) {
  QMouseEvent event(type, at, pane.mapToGlobal(at), button, buttons, Qt::NoModifier);
  QApplication::sendEvent(&pane, &event);
}

void drag(QWidget& pane, Qt::MouseButton button, const std::vector<QPoint>& path) {
  send_mouse(pane, QEvent::MouseButtonPress, path.front(), button, button);
  for (const QPoint& at : path)
    send_mouse(pane, QEvent::MouseMove, at, Qt::NoButton, button);
  send_mouse(pane, QEvent::MouseButtonRelease, path.back(), button, Qt::NoButton);
}

/// Where a point of the patient can be clicked: in the pane's cut through it.
QPoint seen(MainWindow& window, Session& session, const std::string& pane, const Vec3& point_mm) {
  session.look_at(point_mm);
  const auto at = window.canvas().position_of(pane_named(pane), point_mm);
  if (!at)
    throw Error("this point is not to be seen in the pane " + pane);
  return *at;
}

review::Numbers numbers_of(MainWindow& window) {
  if (window.dxa())
    return review::numbers_of(window.dxa()->review().values());
  if (const Session& session = session_of(window); session.review())
    return review::numbers_of(session.review()->values());
  throw Error("nothing is measured");
}

void expect_number(MainWindow& window, const std::string& name, const std::string& wanted) {
  const review::Numbers numbers = numbers_of(window);
  const auto found = numbers.find(name);
  if (found == numbers.end())
    throw Error("there is no number " + name);
  const std::string is = found->second ? fmt::format("{:.4g}", *found->second) : "null";
  const std::string should = wanted == "null" ? wanted : fmt::format("{:.4g}", std::stod(wanted));
  if (is != should)
    throw Error(fmt::format("{} is {}, not {}", name, is, should));
}

review::QueueFilter filter_from(Words& words) {
  review::QueueFilter filter;
  const std::map<std::string, bool*> names{{"refused", &filter.refused},
                                           {"warned", &filter.warned},
                                           {"high-calcium", &filter.high_calcium},
                                           {"low-bone", &filter.low_bone},
                                           {"short-field", &filter.short_field_of_view},
                                           {"not-reviewed", &filter.not_reviewed}};
  while (words.more()) {
    const std::string name = words.word("filter");
    if (name != "none" && !names.contains(name))
      throw ConfigError("there is no filter \"" + name + "\"");
    if (name != "none")
      *names.at(name) = true;
  }
  return filter;
}

/// Commands that only look. False: it is none of these.
bool look(MainWindow& window, const std::string& command, Words& words) {
  Session& session = session_of(window);
  if (command == "layout")
    window.choose_layout(words.word("layout"));
  else if (command == "tool") {
    const std::string name = words.word("tool");
    for (int tool = 0; tool <= static_cast<int>(Tool::MoveVolume); ++tool)
      if (to_string(static_cast<Tool>(tool)) == name)
        return window.choose_tool(static_cast<Tool>(tool)), true;
    throw ConfigError("there is no tool \"" + name + "\"");
  } else if (command == "target")
    window.choose_target(target_named(words.word("target")));
  else if (command == "preset") {
    const std::string name = words.word("preset");
    const auto presets = view::window_presets();
    const auto preset = std::ranges::find(presets, name, &view::WindowPreset::name);
    if (preset == presets.end())
      throw ConfigError("there is no preset \"" + name + "\"");
    window.choose_window(preset->window);
  } else if (command == "cursor")
    session.look_at(words.point());
  else if (command == "slab") {
    session.state.slab.thickness_mm = words.number("thickness");
    session.state.slab.projection =
        words.word("projection") == "maximum" ? view::Projection::Maximum : view::Projection::Mean;
  } else if (command == "brush")
    session.state.brush_mm = words.number("radius");
  else if (command == "overlay")
    session.state.overlay_opacity = words.number("opacity");
  else if (command == "camera") {
    const double turn_deg = words.number("turn"), tilt_deg = words.number("tilt");
    session.state.camera = {turn_deg, tilt_deg, session.state.camera.zoom};
  } else
    return false;
  window.refresh();
  return true;
}

/// Commands of mouse and wheel.
bool point_at(MainWindow& window, const std::string& command, Words& words) {
  Session& session = session_of(window);
  if (command == "click") {
    const std::string pane = words.word("pane");
    drag(window.canvas(), Qt::LeftButton, {seen(window, session, pane, words.point())});
  } else if (command == "stroke") {
    const std::string pane = words.word("pane");
    std::vector<QPoint> path;
    while (words.more())
      path.push_back(seen(window, session, pane, words.point()));
    drag(window.canvas(), Qt::LeftButton, path);
  } else if (command == "drag-window") {
    const QPoint middle = window.canvas().rect().center() / 2;
    const int dx = static_cast<int>(words.number("dx")), dy = static_cast<int>(words.number("dy"));
    drag(window.canvas(), Qt::RightButton, {middle, middle + QPoint(dx, dy)});
  } else if (command == "scroll") {
    const auto at = window.canvas().position_of(pane_named(words.word("pane")), session.cursor_mm());
    const QPoint where = at.value_or(QPoint(5, 5));
    QWheelEvent event(where, window.canvas().mapToGlobal(where), {}, {0, 120 * static_cast<int>(words.number("steps"))},
                      Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
    QApplication::sendEvent(&window.canvas(), &event);
  } else
    return false;
  return true;
}

Vec2 point_on_image(Words& words) {
  const double x = words.number("x mm");
  return {x, words.number("y mm")};
}

dxa::Wall wall_named(const std::string& name) {
  for (const dxa::Wall wall : {dxa::Wall::Anterior, dxa::Wall::Posterior})
    if (dxa::to_string(wall) == name)
      return wall;
  throw ConfigError("a wall is anterior or posterior, not \"" + name + "\"");
}

/// Commands for a DXA image that look, and those of the mouse.
bool look_at_dxa(MainWindow& window, const std::string& command, Words& words) {
  DxaSession& dxa = *window.dxa();
  if (command == "tool") {
    const std::string name = words.word("tool");
    for (int tool = 0; tool < dxa_tool_count; ++tool)
      if (to_string(static_cast<DxaTool>(tool)) == name)
        return window.choose_tool(static_cast<DxaTool>(tool)), true;
    throw ConfigError("there is no tool \"" + name + "\" for a DXA image");
  }
  if (command == "target")
    window.choose_target(words.word("region or level"));
  else if (command == "click")
    drag(window.dxa_canvas(), Qt::LeftButton, {window.dxa_canvas().position_of(point_on_image(words))});
  else if (command == "stroke") {
    std::vector<QPoint> path;
    while (words.more())
      path.push_back(window.dxa_canvas().position_of(point_on_image(words)));
    if (path.empty())
      throw ConfigError("a stroke needs points");
    drag(window.dxa_canvas(), Qt::LeftButton, path);
  } else if (command == "close")
    dxa.finish_polygon();
  else if (command == "zoom")
    dxa.state.zoom = std::clamp(words.number("factor"), 0.2, 30.0);
  else if (command == "window") {
    const double low = words.number("low");
    dxa.state.window = {low, std::max(low + 1e-6, words.number("high"))};
  } else
    return false;
  window.refresh();
  return true;
}

/// Commands that edit a DXA image.
bool change_dxa(MainWindow& window, const std::string& command, Words& words) {
  window.dxa()->message.clear();
  if (command == "outline") {
    review::OutlineRegion action{words.word("region"), {}, dxa::RegionArea::BoneInside};
    while (words.more())
      action.outline.push_back(point_on_image(words));
    window.edit(action);
  } else if (command == "remove")
    window.edit(review::RemoveRegion{words.word("region")});
  else if (command == "exclude") {
    const std::string site = words.word("site");
    window.edit(review::ExcludeSite{site}, words.rest());
  } else if (command == "use")
    window.edit(review::UseSite{words.word("site")});
  else if (command == "mark") {
    review::MarkVertebra action{level_named(words.word("level")), {}};
    for (Vec2& point : action.points)
      point = point_on_image(words);
    window.edit(action);
  } else if (command == "grade") {
    const Vertebra level = level_named(words.word("level"));
    const dxa::Wall wall = wall_named(words.word("wall"));
    window.edit(review::GradeWall{level, wall, static_cast<int>(words.number("grade"))});
  } else if (command == "undo")
    window.undo();
  else if (command == "redo")
    window.redo();
  else
    return false;
  return true;
}

/// Commands that edit.
bool change(MainWindow& window, const std::string& command, Words& words) {
  Session& session = session_of(window);
  session.message.clear();
  if (command == "rename") {
    const Vertebra from = level_named(words.word("level"));
    window.rename_level(from, level_named(words.word("level")));
  } else if (command == "exclude") {
    const Vertebra level = level_named(words.word("level"));
    window.edit(review::ExcludeLevel{level}, words.rest());
  } else if (command == "use")
    window.edit(review::UseLevel{level_named(words.word("level"))});
  else if (command == "volume") {
    const Vertebra level = level_named(words.word("level"));
    const Vec3 shift_mm = words.point();
    window.edit(review::PlaceVolume{level, {shift_mm, words.number("size")}});
  } else if (command == "undo")
    window.undo();
  else if (command == "redo")
    window.redo();
  else
    return false;
  return true;
}

} // namespace

void wait_until_ready(MainWindow& window) {
  while (window.busy())
    QApplication::processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents, 50);
  QApplication::processEvents();
}

void save_screenshot(MainWindow& window, const std::filesystem::path& file) {
  wait_until_ready(window);
  if (!window.grab().save(QString::fromStdString(file.string())))
    throw IoError("cannot write " + file.string() +
                  " (the folder is missing or read-only, or the ending is no "
                  "picture's); choose another file");
}

void run_command(MainWindow& window, const std::string& line) {
  wait_until_ready(window);
  Words words(line);
  const std::string command = words.word("command");
  if (command == "open") {
    OpenRequest request;
    request.study = words.rest();
    window.open(request);
  } else if (command == "next" || command == "previous") {
    if (!window.step_queue(command == "next" ? 1 : -1))
      throw Error("the queue has no " + command + " study");
  } else if (command == "image")
    window.choose_image(words.word("image"));
  else if (command == "filter")
    window.set_filter(filter_from(words));
  else if (command == "screenshot")
    save_screenshot(window, words.rest());
  else if (command == "expect") {
    const std::string name = words.word("number");
    expect_number(window, name, words.word("value"));
  } else if (command == "expect-message") {
    const std::string wanted = words.rest();
    const std::string& message = window.dxa() ? window.dxa()->message : session_of(window).message;
    if (message.find(wanted) == std::string::npos)
      throw Error("the message is \"" + message + "\"");
  } else if (window.dxa()) {
    if (!look_at_dxa(window, command, words) && !change_dxa(window, command, words))
      throw ConfigError("there is no command \"" + command + "\" for a DXA image");
  } else if (!look(window, command, words) && !point_at(window, command, words) && !change(window, command, words))
    throw ConfigError("there is no command \"" + command + "\"");
  QApplication::processEvents();
}

void run_script(MainWindow& window, const std::filesystem::path& file) {
  std::ifstream stream(file);
  if (!stream)
    throw IoError("cannot read the script " + file.string());
  int number = 0;
  for (std::string line; std::getline(stream, line);) {
    ++number;
    if (const auto begin = line.find_first_not_of(" \t"); begin == std::string::npos || line[begin] == '#')
      continue;
    try {
      run_command(window, line);
    } catch (const std::exception& error) {
      throw Error(fmt::format("{}, line {}: {}", file.string(), number, error.what()));
    }
  }
}

} // namespace osteocalc::viewer
