// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/view/scene.h"
#include "osteocalc/view/slice_picture.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace osteocalc::viewer {

enum class Pane { Axial, Sagittal, Coronal, Oblique, Curved, Scene };
inline constexpr std::size_t pane_count = 6;
[[nodiscard]] std::string_view to_string(Pane pane) noexcept;

enum class Tool { Crosshair, MoveLesion, RejectLesion, AcceptLesion, AddLesion, Brush, Eraser, MoveVolume };
[[nodiscard]] std::string_view to_string(Tool tool) noexcept; ///< "crosshair", "move-lesion" ...

/// The layouts by name, and their panes: one, or two or three in a row.
struct Layout {
  std::string_view name;
  std::vector<Pane> panes;
  int columns = 1;
};
[[nodiscard]] const std::vector<Layout>& layouts();
/// \throw ConfigError an unknown name, with the known ones
[[nodiscard]] const Layout& layout_named(std::string_view name);

/// Everything that decides what the window shows of a study.
struct ViewState {
  std::string layout = "four";
  std::optional<Vec3> cursor_mm; ///< absent: the middle of the scan
  view::Window window{50, 400};
  double zoom = 1;
  Vec3 pan_mm{0, 0, 0};
  view::Slab slab;
  double overlay_opacity = 0.35;
  bool outline = false;
  bool along_spine = true; ///< the oblique plane; else along the aorta
  view::Camera camera;
  Tool tool = Tool::Crosshair;
  LabelId target = 0; ///< where lesions go and what the brush paints; 0: coronary_lad is offered first
  double brush_mm = 4;
  bool brush_through_slices = false;
};

/// As JSON, for --state. \throw ConfigError text that is none, or values out of range
[[nodiscard]] std::string to_text(const ViewState& state);
[[nodiscard]] ViewState state_from(const std::string& text);

/// Labels a reader may give: coronary arteries, valve, the aorta's parts.
[[nodiscard]] const std::vector<LabelId>& target_labels();

} // namespace osteocalc::viewer
