// SPDX-License-Identifier: Apache-2.0
#include "view_state.h"

#include "osteocalc/core/error.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

namespace osteocalc::viewer {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, pane_count> pane_names{"axial",   "sagittal", "coronal",
                                                              "oblique", "curved",   "3d"};
constexpr std::array<std::string_view, 8> tool_names{"crosshair",  "move-lesion", "reject-lesion", "accept-lesion",
                                                     "add-lesion", "brush",       "eraser",        "move-volume"};

double within(const Json& json, const char* key, double low, double high, double otherwise) {
  if (!json.contains(key))
    return otherwise;
  const auto value = json.at(key).get<double>();
  if (!(value >= low && value <= high))
    throw ConfigError(std::string("\"") + key + "\" is out of range");
  return value;
}

} // namespace

std::string_view to_string(Pane pane) noexcept {
  return pane_names[static_cast<std::size_t>(pane)];
}

std::string_view to_string(Tool tool) noexcept {
  return tool_names[static_cast<std::size_t>(tool)];
}

const std::vector<Layout>& layouts() {
  using enum Pane;
  static const std::vector<Layout> all{{"axial", {Axial}, 1},
                                       {"sagittal", {Sagittal}, 1},
                                       {"coronal", {Coronal}, 1},
                                       {"oblique", {Oblique}, 1},
                                       {"curved", {Curved}, 1},
                                       {"3d", {Scene}, 1},
                                       {"four", {Axial, Sagittal, Coronal, Scene}, 2},
                                       {"spine", {Sagittal, Oblique, Curved}, 3},
                                       {"six", {Axial, Sagittal, Coronal, Oblique, Curved, Scene}, 3}};
  return all;
}

const Layout& layout_named(std::string_view name) {
  const auto found = std::ranges::find(layouts(), name, &Layout::name);
  if (found != layouts().end())
    return *found;
  std::string known;
  for (const Layout& layout : layouts())
    known += (known.empty() ? "" : ", ") + std::string(layout.name);
  throw ConfigError("there is no layout \"" + std::string(name) + "\"; there are " + known);
}

const std::vector<LabelId>& target_labels() {
  using namespace label;
  static const std::vector<LabelId> all{coronary_lad,    coronary_lcx, coronary_rca,     coronary_lm,    aortic_valve,
                                        aorta_ascending, aorta_arch,   aorta_descending, aorta_abdominal};
  return all;
}

std::string to_text(const ViewState& state) {
  Json json{{"layout", state.layout}};
  if (state.cursor_mm)
    json["cursor_mm"] = *state.cursor_mm;
  json["window"] = {{"center_hu", state.window.center_hu}, {"width_hu", state.window.width_hu}};
  json["zoom"] = state.zoom;
  json["pan_mm"] = state.pan_mm;
  json["slab"] = {{"thickness_mm", state.slab.thickness_mm},
                  {"projection", state.slab.projection == view::Projection::Mean ? "mean" : "maximum"}};
  json["overlay"] = {{"opacity", state.overlay_opacity}, {"outline", state.outline}};
  json["oblique_along"] = state.along_spine ? "spine" : "aorta";
  json["camera"] = {
      {"turn_deg", state.camera.turn_deg}, {"tilt_deg", state.camera.tilt_deg}, {"zoom", state.camera.zoom}};
  json["tool"] = to_string(state.tool);
  json["target"] = state.target;
  json["brush"] = {{"radius_mm", state.brush_mm}, {"through_slices", state.brush_through_slices}};
  return json.dump(2) + "\n";
}

ViewState state_from(const std::string& text) {
  try {
    const Json json = Json::parse(text), none = Json::object();
    ViewState state;
    state.layout = layout_named(json.value("layout", state.layout)).name;
    if (json.contains("cursor_mm")) {
      state.cursor_mm = json.at("cursor_mm").get<Vec3>();
      if (!std::ranges::all_of(*state.cursor_mm, [](double mm) { return std::abs(mm) < 1e5; }))
        throw ConfigError("\"cursor_mm\" is out of range");
    }
    const Json window = json.value("window", none), slab = json.value("slab", none),
               overlay = json.value("overlay", none), camera = json.value("camera", none),
               brush = json.value("brush", none);
    state.window = {within(window, "center_hu", -3000, 5000, state.window.center_hu),
                    within(window, "width_hu", 1, 10000, state.window.width_hu)};
    state.zoom = within(json, "zoom", 0.1, 50, state.zoom);
    state.pan_mm = json.value("pan_mm", state.pan_mm);
    state.slab.thickness_mm = within(slab, "thickness_mm", 0, 500, 0);
    state.slab.projection =
        slab.value("projection", "mean") == "maximum" ? view::Projection::Maximum : view::Projection::Mean;
    state.overlay_opacity = within(overlay, "opacity", 0, 1, state.overlay_opacity);
    state.outline = overlay.value("outline", false);
    state.along_spine = json.value("oblique_along", "spine") != "aorta";
    state.camera = {within(camera, "turn_deg", -3600, 3600, 0), within(camera, "tilt_deg", -89, 89, 0),
                    within(camera, "zoom", 0.1, 20, 1)};
    if (const auto tool = std::ranges::find(tool_names, json.value("tool", "crosshair")); tool != tool_names.end())
      state.tool = static_cast<Tool>(tool - tool_names.begin());
    else
      throw ConfigError("there is no tool \"" + json.value("tool", "") + "\"");
    state.target = json.value("target", state.target);
    state.brush_mm = within(brush, "radius_mm", 0.5, 50, state.brush_mm);
    state.brush_through_slices = brush.value("through_slices", false);
    return state;
  } catch (const Json::exception& error) {
    throw ConfigError(std::string("the state of the view cannot be read: ") + error.what());
  }
}

} // namespace osteocalc::viewer
