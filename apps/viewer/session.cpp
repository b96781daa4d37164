// SPDX-License-Identifier: Apache-2.0
#include "session.h"

#include "osteocalc/core/error.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace osteocalc::viewer {
namespace {

/// The scan's extent along left, back and up, mm.
Vec3 extent_mm(const VolumeGeometry& geometry) {
  Vec3 extent{0, 0, 0};
  for (std::size_t axis = 0; axis < 3; ++axis)
    for (std::size_t k = 0; k < 3; ++k)
      extent[k] += std::abs(geometry.axes[axis][k]) * geometry.spacing_mm[axis] * geometry.size[axis];
  return extent;
}

/// mm a pixel that shows all of an extent.
double fitting(double width_mm, double height_mm, int width, int height) {
  return std::max(width_mm / std::max(1, width), height_mm / std::max(1, height));
}

} // namespace

Session::Session(std::shared_ptr<const CtImage> image, std::string title, Parallel parallel)
    : now([] { return std::string(); }), image_(std::move(image)), title_(std::move(title)), parallel_(parallel) {}

void Session::set_review(std::unique_ptr<review::Review> review, OpenedStudy opened) {
  opened_ = std::move(opened);
  review_ = std::move(review);
  loaded_ = true;
  scene_.reset();
  if (!review_)
    return;
  aorta_ = view::aorta_line(review_->labels().voxels);
  spine_ = view::spine_line(review_->labels().voxels);
  follow();
}

Vec3 Session::cursor_mm() const {
  return state.cursor_mm.value_or(center_mm(image_->hu.geometry()));
}

review::Voxel Session::voxel_at(const Vec3& point_mm) const {
  const Vec3 at = point_to_index(image_->hu.geometry(), point_mm);
  review::Voxel voxel{};
  for (std::size_t axis = 0; axis < 3; ++axis)
    voxel[axis] = static_cast<int>(
        std::clamp(std::round(at[axis]), 0.0, static_cast<double>(image_->hu.geometry().size[axis] - 1)));
  return voxel;
}

std::optional<int> Session::hu_at(const Vec3& point_mm) const {
  const Vec3 at = point_to_index(image_->hu.geometry(), point_mm);
  const int x = static_cast<int>(std::lround(at[0])), y = static_cast<int>(std::lround(at[1])),
            z = static_cast<int>(std::lround(at[2]));
  return image_->hu.contains(x, y, z) ? std::optional<int>(image_->hu(x, y, z)) : std::nullopt;
}

void Session::look_at(const Vec3& point_mm) {
  const review::Voxel voxel = voxel_at(point_mm); // the cursor never leaves the scan
  const Vec3 inside = index_to_point(image_->hu.geometry(), {double(voxel[0]), double(voxel[1]), double(voxel[2])});
  state.cursor_mm = norm(inside - point_mm) > norm(image_->hu.geometry().spacing_mm) ? inside : point_mm;
}

void Session::scroll(Pane pane, int steps) {
  const VolumeGeometry& geometry = image_->hu.geometry();
  if (pane == Pane::Scene) {
    state.camera.turn_deg += 10 * steps;
    return;
  }
  const view::Surface cut = surface(pane, 3, 3);
  const std::size_t axis = pane == Pane::Axial ? 2 : pane == Pane::Coronal ? 1 : 0;
  const Vec3 direction = pane == Pane::Oblique  ? cut.rows[1].normal
                         : pane == Pane::Curved ? Vec3{0, 0, 1}
                                                : geometry.axes[axis];
  const double step_mm = pane == Pane::Curved ? geometry.spacing_mm[2] : geometry.spacing_mm[axis];
  look_at(cursor_mm() + (steps * step_mm) * direction);
}

view::Surface Session::surface(Pane pane, int width, int height) const {
  const VolumeGeometry& geometry = image_->hu.geometry();
  const Vec3 extent = extent_mm(geometry), middle = center_mm(geometry) + state.pan_mm, cursor = cursor_mm();
  const double zoom = state.zoom;
  switch (pane) {
  case Pane::Axial:
    return view::plane_through(view::Plane::Axial, {middle[0], middle[1], cursor[2]}, width, height,
                               fitting(extent[0], extent[1], width, height) / zoom);
  case Pane::Sagittal:
    return view::plane_through(view::Plane::Sagittal, {cursor[0], middle[1], middle[2]}, width, height,
                               fitting(extent[1], extent[2], width, height) / zoom);
  case Pane::Coronal:
    return view::plane_through(view::Plane::Coronal, {middle[0], cursor[1], middle[2]}, width, height,
                               fitting(extent[0], extent[2], width, height) / zoom);
  case Pane::Oblique: {
    const view::CenterLine& line = state.along_spine ? spine_ : aorta_;
    return view::oblique_along(line, state.cursor_mm ? cursor : middle, width, height,
                               fitting(extent[1], extent[2], width, height) / zoom);
  }
  case Pane::Curved:
  case Pane::Scene:
    break;
  }
  const double length_mm = aorta_.step_mm * static_cast<double>(aorta_.points_mm.size());
  const double mm_per_px = std::max(0.1, fitting(150, length_mm, width, height) / zoom);
  return view::curved_along(aorta_, spine_, 0.5 * (length_mm - mm_per_px * height), width, height, mm_per_px);
}

view::Picture Session::picture(Pane pane, int width, int height) {
  if (pane == Pane::Scene)
    return draw_scene(width, height);
  view::Overlay overlay;
  if (review_)
    overlay = {&review_->labels().voxels, state.overlay_opacity, state.outline, &marks_};
  return view::slice_picture(image_->hu, surface(pane, width, height), state.slab, state.window, overlay, parallel_);
}

view::Picture Session::draw_scene(int width, int height) {
  no_scene_ = view::why_no_scene();
  if (!no_scene_.empty())
    return {width, height};
  if (!scene_) {
    scene_ = std::make_unique<view::Scene>(image_->hu, review_ ? review_->labels().voxels : opened_.labels.voxels);
    plaques_stale_ = true;
  }
  // Planes are scrolled far more often than the scene is turned, and are far cheaper.
  const bool same = !plaques_stale_ && scene_camera_ == state.camera && scene_picture_.width == width &&
                    scene_picture_.height == height;
  if (same)
    return scene_picture_;
  if (plaques_stale_)
    scene_->set_calcium(image_->hu, calcium_voxels());
  plaques_stale_ = false;
  scene_camera_ = state.camera;
  return scene_picture_ = scene_->picture(state.camera, width, height);
}

std::vector<review::Voxel> Session::calcium_voxels() const {
  std::vector<review::Voxel> voxels;
  if (review_)
    for (const study::BedScore& bed : review_->values().beds)
      for (const study::BedLesion& lesion : bed.lesions)
        for (const calcium::LesionRun& part : lesion.runs)
          for (int x = part.run.x_begin; x < part.run.x_end; ++x)
            voxels.push_back({x, part.run.y, part.z});
  return voxels;
}

void Session::follow() {
  if (marks_.empty())
    marks_ = Volume<std::uint8_t>(image_->hu.geometry(), 0);
  const auto mark = [&](const review::Voxel& v, std::uint8_t as) {
    marks_(v[0], v[1], v[2]) = as;
    marked_.push_back(v);
  };
  for (const review::Voxel& v : marked_)
    marks_(v[0], v[1], v[2]) = 0;
  marked_.clear();
  const bool tilted = review_->bone_geometry() != image_->hu.geometry();
  const auto as_point = [](const review::Voxel& v) { return Vec3{double(v[0]), double(v[1]), double(v[2])}; };
  if (review_->values().bone)
    for (const bone::VertebraDensity& vertebra : review_->values().bone->vertebrae)
      for (const auto& voxel : vertebra.voi.voxels)
        mark(tilted ? voxel_at(index_to_point(review_->bone_geometry(), as_point(voxel))) : voxel, 3);
  for (const review::Voxel& voxel : calcium_voxels())
    mark(voxel, 1);
  for (const study::BedScore& bed : review_->values().beds)
    for (const study::BedLesion& lesion : bed.lesions)
      if (std::ranges::any_of(review_->marks().accepted,
                              [&](const review::Voxel& voxel) { return review::holds(lesion, voxel); }))
        for (const calcium::LesionRun& part : lesion.runs)
          for (int x = part.run.x_begin; x < part.run.x_end; ++x)
            mark({x, part.run.y, part.z}, 2);
  plaques_stale_ = true;
}

bool Session::save() {
  if (opened_.review_file.empty())
    return true;
  try {
    write_review(review::file_of(*review_, opened_.record.result_sha256), opened_.review_file);
    return true;
  } catch (const Error& error) {
    message = error.what();
    return false;
  }
}

bool Session::edit(const review::Action& action, const std::string& why) {
  if (!review_) {
    message = "nothing can be edited yet: the study is still being measured, or it has no labels";
    return false;
  }
  try {
    const review::Edit& edit = review_->apply(action, {reader, now(), why});
    message = fmt::format("{}: {} -> {}", kind_of(action), edit.before, edit.after);
  } catch (const Error& error) {
    message = error.what();
    return false;
  }
  follow();
  return save();
}

bool Session::undo() {
  if (!review_ || !review_->undo())
    return false;
  message = "undone";
  follow();
  return save();
}

bool Session::redo() {
  if (!review_ || !review_->redo())
    return false;
  message = "done again";
  follow();
  return save();
}

bool Session::use_tool(const Vec3& point_mm) {
  look_at(point_mm);
  if (state.tool == Tool::Crosshair || !review_)
    return false;
  const review::Voxel voxel = voxel_at(point_mm);
  const LabelId target = state.target == 0 ? target_labels().front() : state.target;
  switch (state.tool) {
  case Tool::AddLesion:
    return edit(review::AddLesion{review::brightest_near(voxel, image_->hu, 2), target}, {});
  case Tool::Brush:
  case Tool::Eraser:
    stroke_ = review::Stroke{
        {voxel}, state.brush_mm, state.brush_through_slices, state.tool == Tool::Brush ? target : LabelId{0}};
    return true;
  case Tool::MoveVolume: {
    const std::optional<Vertebra> level = level_at_cursor();
    if (!level)
      return false;
    const Vertebra machine = *review::shifted(*level, -review_->marks().level_shift);
    const bone::VertebralBody& body = *nearest_body()->body;
    bone::VoiPlacement placement; // to the point, in the body's own axes
    for (std::size_t axis = 0; axis < 3; ++axis)
      placement.shift_mm[axis] = dot(point_mm - body.center_mm, body.mask.geometry().axes[axis]);
    if (const auto found = review_->marks().placements.find(machine); found != review_->marks().placements.end())
      placement.scale = found->second.scale;
    return edit(review::PlaceVolume{*level, placement}, {});
  }
  default:
    break;
  }
  const auto picked = review_->lesion_at(voxel);
  if (!picked) {
    message = "there is no lesion within 3 mm";
    return false;
  }
  const review::Voxel in_lesion{picked->lesion.runs.front().run.x_begin, picked->lesion.runs.front().run.y,
                                picked->lesion.runs.front().z};
  if (state.tool == Tool::AcceptLesion)
    return edit(review::AcceptLesion{picked->bed, in_lesion}, {});
  return edit(review::AssignLesion{picked->bed, in_lesion, state.tool == Tool::MoveLesion ? target : LabelId{0}}, {});
}

void Session::stroke_to(const Vec3& point_mm) {
  if (const review::Voxel voxel = voxel_at(point_mm); stroke_ && voxel != stroke_->centers.back())
    stroke_->centers.push_back(voxel);
}

bool Session::end_stroke() {
  if (!stroke_)
    return false;
  const review::Stroke stroke = *std::exchange(stroke_, std::nullopt);
  return edit(stroke, {});
}

const bone::BodyFinding* Session::nearest_body() const {
  const bone::BodyFinding* nearest = nullptr;
  const Vec3 cursor = cursor_mm();
  for (std::size_t i = 0; review_ && i < review_->body_count(); ++i)
    if (const bone::BodyFinding& finding = review_->body(i);
        finding.body && (!nearest || norm(finding.body->center_mm - cursor) < norm(nearest->body->center_mm - cursor)))
      nearest = &finding;
  return nearest;
}

std::optional<Vertebra> Session::level_at_cursor() const {
  const bone::BodyFinding* nearest = nearest_body();
  return nearest ? review::shifted(nearest->level, review_->marks().level_shift) : std::nullopt;
}

} // namespace osteocalc::viewer
