// SPDX-License-Identifier: Apache-2.0
#include "dxa_session.h"

#include "osteocalc/core/error.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>

namespace osteocalc::viewer {
namespace {

constexpr std::array<std::string_view, dxa_tool_count> tool_names{"look", "shape", "draw", "grade", "calcium"};

double distance(const Vec2& a, const Vec2& b) {
  return std::hypot(a[0] - b[0], a[1] - b[1]);
}

/// How far a point lies from an edge, and where on it it is nearest.
std::pair<double, Vec2> nearest_on(const Vec2& a, const Vec2& b, const Vec2& at) {
  const Vec2 along{b[0] - a[0], b[1] - a[1]};
  const double length2 = along[0] * along[0] + along[1] * along[1];
  const double t =
      length2 == 0 ? 0 : std::clamp(((at[0] - a[0]) * along[0] + (at[1] - a[1]) * along[1]) / length2, 0.0, 1.0);
  const Vec2 foot{a[0] + t * along[0], a[1] + t * along[1]};
  return {distance(foot, at), foot};
}

template <class Corners>
bool contains(const Corners& polygon, const Vec2& at) {
  bool inside = false;
  for (std::size_t i = 0, k = polygon.size() - 1; i < polygon.size(); k = i++) {
    const Vec2 &a = polygon[i], &b = polygon[k];
    if ((a[1] > at[1]) != (b[1] > at[1]) && at[0] < a[0] + (b[0] - a[0]) * (at[1] - a[1]) / (b[1] - a[1]))
      inside = !inside;
  }
  return inside;
}

std::vector<std::string> usual_targets(std::optional<DxaExam> exam) {
  if (exam == DxaExam::LateralSpine)
    return {"T12", "L1", "L2", "L3", "L4", "L5"};
  if (exam == DxaExam::FemurLeft || exam == DxaExam::FemurRight)
    return {"neck", "trochanter", "intertrochanter", "total", "wards"};
  if (exam == DxaExam::Spine)
    return {"L1", "L2", "L3", "L4"};
  return {"roi"};
}

} // namespace

std::string_view to_string(DxaTool tool) noexcept {
  return tool_names[static_cast<std::size_t>(tool)];
}

DxaSession::DxaSession(OpenedDxa opened) : now([] { return std::string(); }), opened_(std::move(opened)) {
  state.window = usual_range(review().seen());
  state.target = targets().front();
}

std::vector<std::string> DxaSession::targets() const {
  std::vector<std::string> names = usual_targets(review().image().exam);
  for (const dxa::Region& region : review().marks().regions)
    if (std::ranges::find(names, region.name) == names.end())
      names.push_back(region.name);
  return names;
}

view::FlatPlace DxaSession::place(int width, int height) const {
  return view::place_of(review().seen(), width, height, state.zoom, state.pan_mm);
}

view::Picture DxaSession::picture(int width, int height) const {
  return view::flat_picture(review().seen(), place(width, height), state.window, width, height);
}

bool DxaSession::save() {
  if (opened_.review_file.empty())
    return true;
  try {
    review::write_review(review::file_of(review(), opened_.inputs_sha256, opened_.result_sha256), opened_.review_file);
    return true;
  } catch (const Error& error) {
    message = error.what();
    return false;
  }
}

bool DxaSession::edit(const review::Action& action, const std::string& why) {
  try {
    const review::Edit& edit = opened_.review->apply(action, {reader, now(), why});
    message = fmt::format("{}: {} -> {}", kind_of(action), edit.before, edit.after);
  } catch (const Error& error) {
    message = error.what();
    return false;
  }
  return save();
}

bool DxaSession::undo() {
  drawing_.reset();
  if (!opened_.review->undo())
    return false;
  message = "undone";
  return save();
}

bool DxaSession::redo() {
  drawing_.reset();
  if (!opened_.review->redo())
    return false;
  message = "done again";
  return save();
}

/// Takes hold of the nearest corner, else of an edge (a new corner), else of the region around the point.
bool DxaSession::grip(const Vec2& at, double reach_mm) {
  double nearest = reach_mm;
  const auto take = [&](double away, Drawing drawing) {
    if (away > nearest)
      return;
    nearest = away;
    drawing.last = at;
    drawing_ = std::move(drawing);
  };
  for (const dxa::Region& region : review().marks().regions)
    for (std::size_t i = 0; i < region.outline.size(); ++i)
      take(distance(region.outline[i], at), {DxaTool::Shape, region.name, {}, region.outline, i, {}});
  for (const dxa::SixPointMark& mark : review().marks().vertebrae)
    for (std::size_t i = 0; i < mark.points.size(); ++i)
      take(distance(mark.points[i], at),
           {DxaTool::Shape, {}, mark.level, {mark.points.begin(), mark.points.end()}, i, {}});
  if (drawing_)
    return true;
  for (const dxa::Region& region : review().marks().regions)
    for (std::size_t i = 0; i < region.outline.size(); ++i) {
      const auto [away, foot] = nearest_on(region.outline[i], region.outline[(i + 1) % region.outline.size()], at);
      if (away > nearest)
        continue;
      std::vector<Vec2> points = region.outline;
      points.insert(points.begin() + static_cast<std::ptrdiff_t>(i) + 1, foot);
      take(away, {DxaTool::Shape, region.name, {}, std::move(points), i + 1, {}});
    }
  if (drawing_)
    return true;
  for (const dxa::Region& region : review().marks().regions)
    if (contains(region.outline, at))
      drawing_ = Drawing{DxaTool::Shape, region.name, {}, region.outline, {}, at};
  return drawing_.has_value();
}

void DxaSession::add_corner(const Vec2& at) {
  if (!drawing_)
    drawing_ = Drawing{DxaTool::Draw,
                       review().is_lateral() ? std::string() : state.target,
                       vertebra_from_string(state.target).value_or(Vertebra::L1),
                       {},
                       {},
                       at};
  drawing_->points.push_back(at);
  message = review().is_lateral()
                ? fmt::format("{}: point {} of 6 (front, middle, back above; then below)", state.target,
                              drawing_->points.size())
                : fmt::format("{}: {} corners; double click or Enter ends", state.target, drawing_->points.size());
  if (review().is_lateral() && drawing_->points.size() == 6)
    finish_polygon();
}

bool DxaSession::grade_wall(const Vec2& at) {
  for (const review::WallStrip& strip : review::wall_strips(review().marks().vertebrae))
    if (contains(strip.corners, at)) {
      int grade = 0;
      if (const auto& aac = review().values().aac)
        for (const dxa::WallCalcium& wall : aac->walls)
          if (review::WallName{wall.level, wall.wall} == strip.name)
            grade = dxa::wall_grade(wall.share());
      return edit(review::GradeWall{strip.name.first, strip.name.second, (grade + 1) % 4}, {});
    }
  message = "no wall of L1 to L4 lies here";
  return false;
}

/// On the wall whose strip holds the stretch's middle, in every level that it reaches.
bool DxaSession::draw_calcium(const Vec2& from, const Vec2& to) {
  const std::vector<review::WallStrip> strips = review::wall_strips(review().marks().vertebrae);
  const Vec2 middle{0.5 * (from[0] + to[0]), 0.5 * (from[1] + to[1])};
  const auto hit = std::ranges::find_if(strips, [&](const auto& strip) { return contains(strip.corners, middle); });
  if (hit == strips.end()) {
    message = "no wall of L1 to L4 lies here";
    return false;
  }
  bool done = false;
  for (const review::WallStrip& strip : strips)
    if (strip.name.second == hit->name.second && covered_share(strip, {{from, to}}) > 0.02)
      done = edit(review::DrawCalcium{strip.name.first, strip.name.second, from, to}, {}) || done;
  return done;
}

void DxaSession::press(const Vec2& at, double reach_mm) {
  state.cursor_mm = at;
  switch (state.tool) {
  case DxaTool::Look:
    return;
  case DxaTool::Shape:
    drawing_.reset();
    if (!grip(at, reach_mm))
      message = "there is no corner, edge or region here";
    return;
  case DxaTool::Draw:
    return add_corner(at);
  case DxaTool::Grade:
    grade_wall(at);
    return;
  case DxaTool::Calcium:
    drawing_ = Drawing{DxaTool::Calcium, {}, {}, {at, at}, 1, at};
    return;
  }
}

void DxaSession::move(const Vec2& at) {
  state.cursor_mm = at;
  if (!drawing_ || drawing_->tool == DxaTool::Draw)
    return;
  const Vec2 by{at[0] - drawing_->last[0], at[1] - drawing_->last[1]};
  drawing_->last = at;
  for (std::size_t i = 0; i < drawing_->points.size(); ++i)
    if (!drawing_->corner || *drawing_->corner == i)
      drawing_->points[i] = {drawing_->points[i][0] + by[0], drawing_->points[i][1] + by[1]};
}

void DxaSession::release() {
  if (!drawing_ || drawing_->tool == DxaTool::Draw)
    return;
  const Drawing drawn = *std::exchange(drawing_, std::nullopt);
  if (drawn.tool == DxaTool::Calcium) {
    draw_calcium(drawn.points[0], drawn.points[1]);
  } else if (drawn.region.empty()) {
    review::MarkVertebra mark{drawn.level, {}};
    std::ranges::copy(drawn.points, mark.points.begin());
    edit(mark, {});
  } else {
    edit(review::OutlineRegion{drawn.region, drawn.points}, {});
  }
}

bool DxaSession::finish_polygon() {
  if (!drawing_ || drawing_->tool != DxaTool::Draw)
    return false;
  const bool mark = drawing_->region.empty();
  if (drawing_->points.size() < (mark ? 6U : 3U))
    return false;
  const Drawing drawn = *std::exchange(drawing_, std::nullopt);
  if (!mark)
    return edit(review::OutlineRegion{drawn.region, drawn.points, dxa::RegionArea::BoneInside}, {});
  review::MarkVertebra made{drawn.level, {}};
  std::ranges::copy_n(drawn.points.begin(), 6, made.points.begin());
  return edit(made, {});
}

} // namespace osteocalc::viewer
