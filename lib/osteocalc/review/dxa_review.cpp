// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/review/dxa_review.h"

#include "osteocalc/core/error.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace osteocalc::review {
namespace {

constexpr double nearest_mm = 1, split_mm = 14.5, farthest_mm = 40; ///< in front of the spine, as the machine looks

Vec2 operator+(const Vec2& a, const Vec2& b) {
  return {a[0] + b[0], a[1] + b[1]};
}
Vec2 operator-(const Vec2& a, const Vec2& b) {
  return {a[0] - b[0], a[1] - b[1]};
}
Vec2 operator*(double factor, const Vec2& a) {
  return {factor * a[0], factor * a[1]};
}
double dot(const Vec2& a, const Vec2& b) {
  return a[0] * b[0] + a[1] * b[1];
}
double cross(const Vec2& a, const Vec2& b) {
  return a[0] * b[1] - a[1] * b[0];
}

bool edges_cross(const Vec2& a, const Vec2& b, const Vec2& c, const Vec2& d) {
  const auto side = [](const Vec2& from, const Vec2& to, const Vec2& point) {
    return cross(to - from, point - from) > 0;
  };
  return side(a, b, c) != side(a, b, d) && side(c, d, a) != side(c, d, b);
}

bool is_simple(const Polygon& polygon) {
  const std::size_t n = polygon.size();
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t k = i + 2; k < n; ++k)
      if (!(i == 0 && k == n - 1) && edges_cross(polygon[i], polygon[i + 1], polygon[k], polygon[(k + 1) % n]))
        return false;
  return true;
}

void check_inside(const Volume<float>& image, std::span<const Vec2> points) {
  const Vec3& spacing = image.geometry().spacing_mm;
  for (const Vec2& point : points)
    if (!(point[0] >= 0 && point[0] <= image.size(0) * spacing[0] && point[1] >= 0 &&
          point[1] <= image.size(1) * spacing[1]))
      throw Error("a point lies beyond the image; keep it inside");
}

template <class List, class Name, class Member>
auto find_named(List& list, const Name& name, Member member) {
  return std::ranges::find(list, name, member);
}

std::string in_words(const WallReading& reading) {
  return reading.grade ? fmt::format("grade {}", *reading.grade) : fmt::format("{} drawn", reading.stretches.size());
}

/// What an edit does to the marks; says it in words.
struct Performer {
  DxaMarks& marks;
  const DxaReview& review;
  const Author& author;
  Edit& record;

  void operator()(const OutlineRegion& action) const {
    if (review.image().content == DxaContent::Picture)
      throw Error("a region is measured on mineral, and this image is a picture (its greys are no density)");
    check_inside(review.seen(), action.outline);
    if (action.name.empty() || action.outline.size() < 3 || area_mm2(action.outline) < 10 || !is_simple(action.outline))
      throw Error("a region has a name, three corners and more, 10 mm2 and no edges that cross; draw it again");
    const auto found = find_named(marks.regions, action.name, &dxa::Region::name);
    record.before = found == marks.regions.end() ? "none" : fmt::format("{:.2f} cm2", area_mm2(found->outline) / 100);
    record.after = fmt::format("{} {:.2f} cm2", action.name, area_mm2(action.outline) / 100);
    if (found == marks.regions.end())
      marks.regions.push_back({action.name, action.outline, action.area});
    else
      found->outline = action.outline;
  }
  void operator()(const RemoveRegion& action) const {
    const auto found = find_named(marks.regions, action.name, &dxa::Region::name);
    if (found == marks.regions.end())
      throw Error("there is no region " + action.name);
    record.before = action.name;
    record.after = "none";
    marks.regions.erase(found);
  }
  void operator()(const ExcludeSite& action) const {
    if (author.why.empty())
      throw Error("a site is excluded for a reason; say which");
    if (find_named(marks.regions, action.site, &dxa::Region::name) == marks.regions.end())
      throw Error("there is no site " + action.site);
    const auto found = find_named(marks.excluded, action.site, &dxa::ExcludedLevel::level);
    record.before = action.site + (found == marks.excluded.end() ? " used" : " excluded: " + found->reason);
    record.after = "excluded: " + author.why;
    if (found == marks.excluded.end())
      marks.excluded.push_back({action.site, author.why});
    else
      found->reason = author.why;
  }
  void operator()(const UseSite& action) const {
    const auto found = find_named(marks.excluded, action.site, &dxa::ExcludedLevel::level);
    if (found == marks.excluded.end())
      throw Error("no reader has excluded " + action.site + " (a level that is out by ISCD's rule stays out)");
    record.before = action.site + " excluded: " + found->reason;
    record.after = "used";
    marks.excluded.erase(found);
  }
  void operator()(const MarkVertebra& action) const {
    if (!review.is_lateral())
      throw Error("six points are marked on a lateral image of the spine, and this is none");
    check_inside(review.seen(), action.points);
    for (std::size_t i = 0; i < 3; ++i)
      if (action.points[i + 3][1] - action.points[i][1] < 3)
        throw Error("the upper endplate lies above the lower one: front, middle, back, then the lower three");
    const auto found = find_named(marks.vertebrae, action.level, &dxa::SixPointMark::level);
    record.before = found == marks.vertebrae.end() ? "none" : "marked";
    record.after = fmt::format("{} marked", to_string(action.level));
    if (found == marks.vertebrae.end())
      marks.vertebrae.push_back({action.level, action.points});
    else
      found->points = action.points;
  }
  void operator()(const GradeWall& action) const {
    if (action.grade < 0 || action.grade > 3)
      throw Error("a wall is graded 0 (none), 1 (up to a third), 2 (up to two thirds) or 3");
    WallReading& reading = reading_of(action.level, action.wall);
    reading = {action.grade, {}};
    record.after = in_words(reading);
  }
  void operator()(const DrawCalcium& action) const {
    check_inside(review.seen(), std::array{action.from, action.to});
    WallReading& reading = reading_of(action.level, action.wall);
    reading.grade.reset();
    reading.stretches.push_back({action.from, action.to});
    record.after = in_words(reading);
  }
  template <class Other>
  void operator()(const Other&) const {
    throw Error(fmt::format("{} is an edit of a scan, and this is a DXA image", kind_of(record.action)));
  }

 private:
  [[nodiscard]] WallReading& reading_of(Vertebra level, dxa::Wall wall) const {
    const auto known = [&](const dxa::WallCalcium& w) { return w.level == level && w.wall == wall; };
    const auto proposed = std::ranges::find_if(review.proposed(), known);
    if (proposed == review.proposed().end())
      throw Error(fmt::format("no wall lies opposite {}: mark the six points of L1 to L4 first", to_string(level)));
    const auto found = marks.walls.find({level, wall});
    record.before =
        fmt::format("{} {}: {}", to_string(level), dxa::to_string(wall),
                    found == marks.walls.end() ? fmt::format("machine {}", dxa::wall_grade(proposed->share()))
                                               : in_words(found->second));
    return marks.walls[{level, wall}];
  }
};

} // namespace

DxaReview::DxaReview(std::shared_ptr<const DxaImage> image, study::DxaOptions options)
    : image_(std::move(image)), options_(std::move(options)) {
  if (image_->content != DxaContent::Picture) {
    bone_ = study::bone_image(*image_, options_);
    options_.bone = &*bone_;
  }
  study::DxaMeasured measured = study::measure_dxa(*image_, options_);
  marks_.vertebrae = std::move(measured.marks);
  machine_ = values_ = std::move(measured.result);
  marks_.regions = machine_.regions;
  if (options_.regions)
    marks_.excluded = options_.regions->excluded;
  if (machine_.aac)
    proposed_ = machine_.aac->walls;
}

const Volume<float>& DxaReview::seen() const noexcept {
  return bone_ ? bone_->bone_g_cm2 : image_->frames.front();
}

void DxaReview::measure() {
  if (image_->content != DxaContent::Picture)
    options_.regions = dxa::RegionFile{marks_.regions, marks_.excluded};
  if (!marks_.vertebrae.empty())
    options_.marks = dxa::MarkFile{marks_.vertebrae, {}};
  else
    options_.marks.reset();
  values_ = study::measure_dxa(*image_, options_).result;
  values_.level_confidence = machine_.level_confidence;
  proposed_ = values_.aac ? values_.aac->walls : std::vector<dxa::WallCalcium>{};
}

void DxaReview::score_walls() {
  if (!values_.aac)
    return;
  const std::vector<WallStrip> strips = wall_strips(marks_.vertebrae);
  std::vector<dxa::WallCalcium> walls = proposed_;
  for (dxa::WallCalcium& wall : walls)
    if (const auto read = marks_.walls.find({wall.level, wall.wall}); read != marks_.walls.end()) {
      const auto strip = std::ranges::find(strips, read->first, &WallStrip::name);
      const double share = read->second.grade      ? std::max(0.0, (*read->second.grade - 0.5) / 3)
                           : strip == strips.end() ? 0
                                                   : covered_share(*strip, read->second.stretches);
      wall.calcified_mm = share * wall.segment_mm;
    }
  values_.aac = dxa::score_aac(walls);
}

const Edit& DxaReview::apply(const Action& action, const Author& author) {
  Edit record{action, author.reader, author.time, author.why, {}, {}, {}};
  DxaMarks after = marks_;
  std::visit(Performer{after, *this, author, record}, action);
  const auto numbers_before = numbers_of(values_);
  before_.push_back(std::exchange(marks_, std::move(after)));
  if (!std::holds_alternative<GradeWall>(action) && !std::holds_alternative<DrawCalcium>(action))
    measure();
  score_walls();
  record.changes = changes_between(numbers_before, numbers_of(values_));
  edits_.push_back(std::move(record));
  undone_.clear();
  return edits_.back();
}

bool DxaReview::undo() {
  if (edits_.empty())
    return false;
  marks_ = std::move(before_.back());
  before_.pop_back();
  undone_.push_back(std::move(edits_.back()));
  edits_.pop_back();
  measure();
  score_walls();
  return true;
}

bool DxaReview::redo() {
  if (undone_.empty())
    return false;
  std::vector<Edit> rest = std::move(undone_);
  const Edit edit = std::move(rest.back());
  rest.pop_back();
  apply(edit.action, {edit.reader, edit.time, edit.why});
  undone_ = std::move(rest);
  return true;
}

std::vector<WallStrip> wall_strips(const std::vector<dxa::SixPointMark>& marks) {
  std::vector<dxa::SixPointMark> column = marks;
  std::ranges::sort(column, {}, &dxa::SixPointMark::level);
  const auto disc_below = [&](std::size_t i) -> std::optional<Vec2> { // its middle, at the front
    if (i + 1 >= column.size() || static_cast<int>(column[i + 1].level) != static_cast<int>(column[i].level) + 1)
      return std::nullopt;
    return 0.5 * (column[i].points[3] + column[i + 1].points[0]);
  };
  std::vector<WallStrip> strips;
  for (std::size_t i = 0; i < column.size(); ++i) {
    if (column[i].level < Vertebra::L1 || column[i].level > Vertebra::L4)
      continue;
    constexpr double usual_half_disc = 0.16; // of the body's height
    const Vec2 &top = column[i].points[0], &bottom = column[i].points[3];
    const Vec2 height = bottom - top;
    const auto above = i > 0 ? disc_below(i - 1) : std::nullopt;
    const Vec2 begin = above.value_or(top - usual_half_disc * height),
               end = disc_below(i).value_or(bottom + usual_half_disc * height);
    const double length = std::hypot(height[0], height[1]);
    const double forwards = column[i].points[0][0] < column[i].points[2][0] ? -1 : 1;
    Vec2 ahead{height[1] / length, -height[0] / length};
    if (ahead[0] * forwards < 0)
      ahead = -1.0 * ahead;
    const auto strip = [&](dxa::Wall wall, double from_mm, double to_mm) {
      strips.push_back({{column[i].level, wall},
                        {begin + from_mm * ahead, begin + to_mm * ahead, end + to_mm * ahead, end + from_mm * ahead}});
    };
    strip(dxa::Wall::Anterior, split_mm, farthest_mm);
    strip(dxa::Wall::Posterior, nearest_mm, split_mm);
  }
  return strips;
}

double covered_share(const WallStrip& strip, const std::vector<std::array<Vec2, 2>>& stretches) {
  const Vec2 begin = 0.5 * (strip.corners[0] + strip.corners[1]), end = 0.5 * (strip.corners[2] + strip.corners[3]);
  const Vec2 along = end - begin;
  std::vector<std::array<double, 2>> parts;
  for (const auto& [from, to] : stretches) {
    const double a = dot(from - begin, along) / dot(along, along), b = dot(to - begin, along) / dot(along, along);
    parts.push_back({std::clamp(std::min(a, b), 0.0, 1.0), std::clamp(std::max(a, b), 0.0, 1.0)});
  }
  std::ranges::sort(parts);
  double covered = 0, reached = 0;
  for (const auto& [from, to] : parts) {
    covered += std::max(0.0, to - std::max(from, reached));
    reached = std::max(reached, to);
  }
  return covered;
}

} // namespace osteocalc::review
