// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "opened_dxa.h"

#include "osteocalc/view/flat_picture.h"

#include <functional>
#include <string_view>

namespace osteocalc::viewer {

/// Look; Shape drags corners of regions and marks, and whole regions; Draw makes a polygon, or six points on a lateral
/// image, corner by corner; Grade turns a wall's grade; Calcium draws a stretch.
enum class DxaTool { Look, Shape, Draw, Grade, Calcium };
inline constexpr int dxa_tool_count = 5;
[[nodiscard]] std::string_view to_string(DxaTool tool) noexcept; ///< "look", "shape" ...

struct DxaView {
  DisplayRange window;
  double zoom = 1;
  Vec2 pan_mm{};
  std::optional<Vec2> cursor_mm;
  DxaTool tool = DxaTool::Look;
  std::string target; ///< the region or level that Draw makes
};

/// One DXA image in the window, without the window: what it shows and what a click means. Every edit is saved.
class DxaSession {
 public:
  explicit DxaSession(OpenedDxa opened);

  DxaView state;
  std::string reader, message;
  std::function<std::string()> now;

  [[nodiscard]] const review::DxaReview& review() const noexcept { return *opened_.review; }
  [[nodiscard]] const std::string& title() const noexcept { return opened_.title; }
  [[nodiscard]] const std::filesystem::path& review_file() const noexcept { return opened_.review_file; }
  [[nodiscard]] std::vector<std::string> targets() const; ///< regions of the exam, or levels of a lateral image

  [[nodiscard]] view::FlatPlace place(int width, int height) const;
  [[nodiscard]] view::Picture picture(int width, int height) const;

  /// Does, saves, says. False: it could not be done; `message` says why.
  bool edit(const review::Action& action, const std::string& why);
  bool undo();
  bool redo();

  /// The tool in hand, pressed, moved and let go at points of the image. \param reach_mm how near a corner a press
  /// means it
  void press(const Vec2& at, double reach_mm);
  void move(const Vec2& at);
  void release();
  bool finish_polygon(); ///< false: there is none, or it is none yet
  void drop_drawing() { drawing_.reset(); }

  /// What is being dragged or drawn: not an edit yet.
  struct Drawing {
    DxaTool tool = DxaTool::Shape;
    std::string region;            ///< empty: a mark
    Vertebra level = Vertebra::L1; ///< of a mark
    std::vector<Vec2> points;
    std::optional<std::size_t> corner; ///< that moves; absent: all of them
    Vec2 last{};
  };
  [[nodiscard]] const std::optional<Drawing>& drawing() const noexcept { return drawing_; }

 private:
  bool grip(const Vec2& at, double reach_mm);
  void add_corner(const Vec2& at);
  bool grade_wall(const Vec2& at);
  bool draw_calcium(const Vec2& from, const Vec2& to);
  bool save();

  OpenedDxa opened_;
  std::optional<Drawing> drawing_;
};

} // namespace osteocalc::viewer
