// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "opened_study.h"
#include "view_state.h"

#include "osteocalc/view/center_line.h"
#include "osteocalc/view/surface.h"

#include <array>
#include <memory>
#include <optional>
#include <string>

namespace osteocalc::viewer {

/// One study in the window, without the window: what each pane shows and what a click means. Every edit is saved.
class Session {
 public:
  Session(std::shared_ptr<const CtImage> image, std::string title, Parallel parallel);
  /// When labels and numbers are there; null where nothing is labelled.
  void set_review(std::unique_ptr<review::Review> review, OpenedStudy opened);
  [[nodiscard]] bool is_loaded() const noexcept { return loaded_; } ///< set_review() was called

  ViewState state;
  std::string reader;               ///< who edits
  std::string message;              ///< what the reader was last told
  std::function<std::string()> now; ///< the time as edits record it

  [[nodiscard]] const CtImage& image() const noexcept { return *image_; }
  [[nodiscard]] const review::Review* review() const noexcept { return review_.get(); }
  [[nodiscard]] const OpenedStudy& opened() const noexcept { return opened_; }
  [[nodiscard]] const std::string& title() const noexcept { return title_; }

  [[nodiscard]] Vec3 cursor_mm() const;
  [[nodiscard]] review::Voxel voxel_at(const Vec3& point_mm) const; ///< clamped to the scan
  [[nodiscard]] std::optional<int> hu_at(const Vec3& point_mm) const;
  void look_at(const Vec3& point_mm);
  void scroll(Pane pane, int steps);

  [[nodiscard]] view::Surface surface(Pane pane, int width, int height) const;
  [[nodiscard]] view::Picture picture(Pane pane, int width, int height);
  [[nodiscard]] std::string why_no_scene() const { return no_scene_; }

  /// Does, saves, says. False: it could not be done; `message` says why.
  bool edit(const review::Action& action, const std::string& why);
  bool undo();
  bool redo();
  /// What the tool in hand does at a point of a pane. False: nothing.
  bool use_tool(const Vec3& point_mm);
  void stroke_to(const Vec3& point_mm); ///< adds to the stroke that use_tool() began
  bool end_stroke();
  /// The level whose body is nearest to the cursor, as it is named now.
  [[nodiscard]] std::optional<Vertebra> level_at_cursor() const;

 private:
  [[nodiscard]] const bone::BodyFinding* nearest_body() const;
  [[nodiscard]] view::Picture draw_scene(int width, int height);
  void follow(); ///< marks and scene after the numbers changed
  bool save();
  [[nodiscard]] std::vector<review::Voxel> calcium_voxels() const;

  std::shared_ptr<const CtImage> image_;
  std::string title_;
  Parallel parallel_;
  OpenedStudy opened_;
  std::unique_ptr<review::Review> review_;
  bool loaded_ = false;
  Volume<std::uint8_t> marks_;
  std::vector<review::Voxel> marked_;
  view::CenterLine aorta_, spine_;
  std::unique_ptr<view::Scene> scene_;
  bool plaques_stale_ = true;
  view::Camera scene_camera_;
  view::Picture scene_picture_; ///< the last one
  std::string no_scene_;
  std::optional<review::Stroke> stroke_;
};

} // namespace osteocalc::viewer
