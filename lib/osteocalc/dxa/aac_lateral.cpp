// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/dxa/aac_lateral.h"

#include "osteocalc/dxa/flat_image.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <numbers>
#include <optional>

namespace osteocalc::dxa {
namespace {

constexpr double nearest_mm = 1.5, farthest_mm = 40; ///< in front of the spine
constexpr double usual_split_mm = 14.5;              ///< half-way between the walls of an aorta of 19 mm close by
constexpr double beside_from_mm = 2.5, beside_to_mm = 9;
constexpr double line_sigma_mm = 0.9; ///< the image is averaged so far before lines are looked for
constexpr double least_contrast_sd = 5, least_of_body = 0.16, least_length_mm = 2.5, most_lean = 0.5;

double median(std::vector<double> values) {
  if (values.empty())
    return 0;
  const auto half = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, half);
  return *half;
}

/// The front of the column and where each level's segment ends, from the marks in the order of the spine.
class Column {
 public:
  explicit Column(std::vector<SixPointMark> marks) : marks_(std::move(marks)) {
    std::ranges::sort(marks_, {}, &SixPointMark::level);
    for (const SixPointMark& mark : marks_)
      for (const std::size_t corner : {0U, 3U})
        front_.push_back(mark.points[corner]);
    forwards_ = marks_.front().points[0][0] < marks_.front().points[2][0] ? -1 : 1;
  }
  [[nodiscard]] int forwards() const { return forwards_; } ///< sign of x towards the front of the body
  [[nodiscard]] const std::vector<Vec2>& front() const { return front_; }
  [[nodiscard]] double front_x(double y) const {
    std::size_t i = 1;
    while (i + 1 < front_.size() && front_[i][1] < y)
      ++i;
    const Vec2& a = front_[i - 1];
    const Vec2& b = front_[i];
    return std::lerp(a[0], b[0], std::clamp((y - a[1]) / std::max(1e-6, b[1] - a[1]), -0.5, 1.5));
  }
  /// From disc to disc; a disc that is not between two marked bodies is taken to be as high as its neighbour.
  [[nodiscard]] std::optional<std::array<double, 2>> segment(Vertebra level) const {
    const auto found = std::ranges::find(marks_, level, &SixPointMark::level);
    if (found == marks_.end())
      return std::nullopt;
    const auto i = static_cast<std::size_t>(found - marks_.begin());
    const auto half_disc_below = [&](std::size_t k) -> std::optional<double> {
      if (k + 1 >= marks_.size() || static_cast<int>(marks_[k + 1].level) != static_cast<int>(marks_[k].level) + 1)
        return std::nullopt;
      return 0.5 * (marks_[k + 1].points[0][1] - marks_[k].points[3][1]);
    };
    const auto above = i > 0 ? half_disc_below(i - 1) : std::nullopt, below = half_disc_below(i);
    constexpr double usual_half_disc_mm = 4.5;
    return std::array{found->points[0][1] - above.value_or(below.value_or(usual_half_disc_mm)),
                      found->points[3][1] + below.value_or(above.value_or(usual_half_disc_mm))};
  }

 private:
  std::vector<SixPointMark> marks_;
  std::vector<Vec2> front_;
  int forwards_ = -1;
};

/// How much brighter a pixel is than both its sides: positive on lines narrower than 5 mm, not on ribs or edges.
Volume<float> line_contrast(const Volume<float>& image) {
  const Volume<float> map = blurred(image, line_sigma_mm);
  const double pixel = map.geometry().spacing_mm[0];
  const int from = std::max(1, static_cast<int>(std::lround(beside_from_mm / pixel)));
  const int to = std::max(from + 1, static_cast<int>(std::lround(beside_to_mm / pixel)));
  Volume<float> out(map.geometry(), 0);
  for (int y = 0; y < map.size(1); ++y)
    for (int x = to; x < map.size(0) - to; ++x) {
      std::vector<double> left, right;
      for (int k = from; k <= to; ++k) {
        left.push_back(static_cast<double>(map(x - k, y, 0)));
        right.push_back(static_cast<double>(map(x + k, y, 0)));
      }
      out(x, y, 0) = static_cast<float>(static_cast<double>(map(x, y, 0)) - std::max(median(left), median(right)));
    }
  return out;
}

/// SD of the averaged image, from neighbouring pixels: what they share is structure, not noise.
double noise_of(const Volume<float>& image) {
  std::vector<double> steps;
  for (int y = 0; y < image.size(1); ++y)
    for (int x = 1; x < image.size(0); ++x)
      steps.push_back(std::abs(static_cast<double>(image(x, y, 0) - image(x - 1, y, 0))));
  const double pixel_sd = 1.4826 * median(std::move(steps)) / std::numbers::sqrt2;
  return pixel_sd * image.geometry().spacing_mm[0] / (2 * std::sqrt(std::numbers::pi) * line_sigma_mm);
}

/// How much brighter the middles of the bodies are than what lies in front of them.
double body_contrast(const Volume<float>& image, const std::vector<SixPointMark>& marks, int forwards) {
  const auto& spacing = image.geometry().spacing_mm;
  std::vector<double> bodies, fronts;
  for (const SixPointMark& mark : marks) {
    const double x = 0.5 * (mark.points[1][0] + mark.points[4][0]), y = 0.5 * (mark.points[1][1] + mark.points[4][1]);
    bodies.push_back(interpolated(image, x / spacing[0], y / spacing[1]));
    for (double front = 20; front < farthest_mm; front += 2)
      fronts.push_back(interpolated(image, (mark.points[0][0] + forwards * front) / spacing[0], y / spacing[1]));
  }
  return median(std::move(bodies)) - median(std::move(fronts));
}

/// One row of a bright line.
struct Bright {
  int y;
  double x_mm, front_mm; ///< front_mm: in front of the spine
};

struct Piece {
  std::vector<Bright> rows;
  [[nodiscard]] double front_mm() const {
    std::vector<double> values;
    for (const Bright& row : rows)
      values.push_back(row.front_mm);
    return median(values);
  }
};

/// How far a piece moves from the spine a mm downwards: walls run along the spine, ribs across it.
double lean(const Piece& piece, double row_mm) {
  const std::size_t third = std::max<std::size_t>(1, piece.rows.size() / 3);
  const Piece top{{piece.rows.begin(), piece.rows.begin() + static_cast<std::ptrdiff_t>(third)}};
  const Piece bottom{{piece.rows.end() - static_cast<std::ptrdiff_t>(third), piece.rows.end()}};
  const double apart_mm = std::max(1, static_cast<int>(piece.rows.size() - third)) * row_mm;
  return std::abs(bottom.front_mm() - top.front_mm()) / apart_mm;
}

/// Runs above the threshold in each row, joined downwards where they touch.
std::vector<Piece> bright_pieces(const Volume<float>& contrast, const Column& column, double threshold, double top,
                                 double bottom) {
  const auto& spacing = contrast.geometry().spacing_mm;
  struct Open {
    std::size_t piece;
    int from, to;
  };
  std::vector<Piece> pieces;
  std::vector<Open> before;
  for (int y = std::max(0, static_cast<int>(top / spacing[1]));
       y < std::min(contrast.size(1), static_cast<int>(bottom / spacing[1]) + 1); ++y) {
    std::vector<Open> here;
    for (int x = 0; x < contrast.size(0); ++x) {
      if (static_cast<double>(contrast(x, y, 0)) < threshold)
        continue;
      int to = x;
      while (to + 1 < contrast.size(0) && static_cast<double>(contrast(to + 1, y, 0)) >= threshold)
        ++to;
      const double x_mm = (0.5 * (x + to) + 0.5) * spacing[0];
      const double front = column.forwards() * (x_mm - column.front_x((y + 0.5) * spacing[1]));
      if (front >= nearest_mm && front <= farthest_mm) {
        const auto touching =
            std::ranges::find_if(before, [&](const Open& open) { return open.from <= to + 1 && open.to >= x - 1; });
        const std::size_t piece = touching != before.end() ? touching->piece : pieces.size();
        if (piece == pieces.size())
          pieces.emplace_back();
        pieces[piece].rows.push_back({y, x_mm, front});
        here.push_back({piece, x, to});
      }
      x = to;
    }
    before = std::move(here);
  }
  return pieces;
}

/// Between the walls: the widest empty stretch near the usual place, so that a wide or distant aorta is not halved.
double find_split(const std::vector<Piece>& pieces) {
  std::vector<double> fronts;
  for (const Piece& piece : pieces)
    fronts.push_back(piece.front_mm());
  std::ranges::sort(fronts);
  double split = usual_split_mm, widest = 6;
  for (std::size_t i = 1; i < fronts.size(); ++i) {
    const double middle = 0.5 * (fronts[i] + fronts[i - 1]), gap = fronts[i] - fronts[i - 1];
    if (gap > widest && middle > 10 && middle < 20) {
      widest = gap;
      split = middle;
    }
  }
  return split;
}

void add_level(LateralCalcium& found, Vertebra level, const std::array<double, 2>& segment,
               const std::vector<Piece>& pieces, double row_mm) {
  for (const Wall wall : {Wall::Anterior, Wall::Posterior}) {
    std::map<int, bool> rows;
    for (const Piece& piece : pieces) {
      if ((piece.front_mm() < found.split_mm) != (wall == Wall::Posterior))
        continue;
      std::vector<Bright> inside;
      for (const Bright& row : piece.rows)
        if ((row.y + 0.5) * row_mm >= segment[0] && (row.y + 0.5) * row_mm < segment[1])
          inside.push_back(row);
      if (inside.size() < 2) // a single row at a segment's end is its neighbour's
        continue;
      for (const Bright& row : inside)
        rows[row.y] = true;
      found.spans.push_back({level,
                             wall,
                             {inside.front().x_mm, inside.front().y * row_mm},
                             {inside.back().x_mm, (inside.back().y + 1) * row_mm}});
    }
    found.walls.push_back({level, wall, static_cast<double>(rows.size()) * row_mm, segment[1] - segment[0]});
  }
}

} // namespace

LateralCalcium find_wall_calcium(const Volume<float>& image, const std::vector<SixPointMark>& marks) {
  LateralCalcium found;
  if (marks.empty()) {
    found.issues.push_back(refused("AAC-NO-LEVELS", "lateral",
                                   "no vertebra is marked (walls have no levels without them) give marks by --marks"));
    return found;
  }
  const Column column(marks);
  found.spine_front = column.front();
  const Volume<float> contrast = line_contrast(image);
  const double row_mm = image.geometry().spacing_mm[1];
  const double top = column.front().front()[1] - 8, bottom = column.front().back()[1] + 8;
  const double threshold =
      std::max(least_contrast_sd * noise_of(image), least_of_body * body_contrast(image, marks, column.forwards()));
  std::vector<Piece> pieces = bright_pieces(contrast, column, threshold, top, bottom);
  std::erase_if(pieces, [&](const Piece& piece) {
    return static_cast<double>(piece.rows.size()) * row_mm < least_length_mm || lean(piece, row_mm) > most_lean;
  });
  found.split_mm = find_split(pieces);
  for (const Vertebra level : {Vertebra::L1, Vertebra::L2, Vertebra::L3, Vertebra::L4}) {
    if (const auto segment = column.segment(level))
      add_level(found, level, *segment, pieces, row_mm);
    else
      found.issues.push_back(refused("AAC-LEVEL", std::string(to_string(level)),
                                     "the level is not marked (the total would miss its walls) mark it"));
  }
  return found;
}

} // namespace osteocalc::dxa
