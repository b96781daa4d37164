// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/dxa/aac_lateral.h"

#include "osteocalc/dxa/flat_image.h"
#include "osteocalc/dxa/wall_ridges.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

namespace osteocalc::dxa {
namespace {

constexpr double least_of_body = 0.12;      ///< contrast of calcium, of that of a body
constexpr double farthest_from_wall_mm = 6; ///< a ridge beyond this belongs to neither wall

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

/// How much brighter the middles of the bodies are than what lies in front of them.
double body_contrast(const Volume<float>& image, const std::vector<SixPointMark>& marks, int forwards) {
  std::vector<double> bodies, fronts;
  for (const SixPointMark& mark : marks) {
    const double x = 0.5 * (mark.points[1][0] + mark.points[4][0]), y = 0.5 * (mark.points[1][1] + mark.points[4][1]);
    bodies.push_back(value_at(image, x, y));
    for (double front = 20; front < 40; front += 2)
      fronts.push_back(value_at(image, mark.points[0][0] + forwards * front, y));
  }
  return median(std::move(bodies)) - median(std::move(fronts));
}

/// The walls of the aorta as two straight lines in front of the spine.
struct Walls {
  double top_mm = 0, bottom_mm = 1;           ///< heights at which the next four hold
  std::array<double, 2> posterior{}, lumen{}; ///< distance from the spine, and from wall to wall

  [[nodiscard]] double distance(const Ridge& ridge, double row_mm, Wall wall) const {
    double sum = 0;
    for (const Ridge::Row& row : ridge.rows) {
      const double t = std::clamp((row.y * row_mm - top_mm) / (bottom_mm - top_mm), 0.0, 1.0);
      sum += row.front_mm - std::lerp(posterior[0], posterior[1], t) -
             (wall == Wall::Anterior ? std::lerp(lumen[0], lumen[1], t) : 0.0);
    }
    return std::abs(sum) / static_cast<double>(ridge.rows.size());
  }
  [[nodiscard]] Wall nearer(const Ridge& ridge, double row_mm) const {
    return distance(ridge, row_mm, Wall::Posterior) < distance(ridge, row_mm, Wall::Anterior) ? Wall::Posterior
                                                                                              : Wall::Anterior;
  }
};

/// The pair of lines that most of the ridges' length lies on; where few ridges say, the usual one.
Walls find_walls(const std::vector<Ridge>& ridges, double row_mm, double top_mm, double bottom_mm) {
  Walls best, walls{top_mm, bottom_mm, {}, {}};
  double most = -1e9;
  const auto unusual = [](double value, double usual, double sd) { return std::pow((value - usual) / sd, 2); };
  for (walls.posterior[0] = 2; walls.posterior[0] <= 14; walls.posterior[0] += 2)
    for (walls.posterior[1] = 2; walls.posterior[1] <= 14; walls.posterior[1] += 2)
      for (walls.lumen[0] = 13; walls.lumen[0] <= 27; walls.lumen[0] += 2)
        for (walls.lumen[1] = 13; walls.lumen[1] <= walls.lumen[0]; walls.lumen[1] += 2) {
          double score = 0;
          for (std::size_t end = 0; end < 2; ++end)
            score -= unusual(walls.posterior[end], 6, 4) + unusual(walls.lumen[end], 19, 4);
          for (const Ridge& ridge : ridges) {
            const double off =
                std::min(farthest_from_wall_mm, walls.distance(ridge, row_mm, walls.nearer(ridge, row_mm)));
            score +=
                0.4 * static_cast<double>(ridge.rows.size()) * row_mm * (1 - std::pow(off / farthest_from_wall_mm, 2));
          }
          if (score > most) {
            most = score;
            best = walls;
          }
        }
  return best;
}

void add_level(LateralCalcium& found, Vertebra level, const std::array<double, 2>& segment,
               const std::vector<Ridge>& ridges, const Walls& walls, double row_mm) {
  for (const Wall wall : {Wall::Anterior, Wall::Posterior}) {
    std::set<int> rows;
    for (const Ridge& ridge : ridges) {
      if (walls.nearer(ridge, row_mm) != wall)
        continue;
      std::vector<Ridge::Row> inside;
      for (const Ridge::Row& row : ridge.rows)
        if ((row.y + 0.5) * row_mm >= segment[0] && (row.y + 0.5) * row_mm < segment[1])
          inside.push_back(row);
      if (inside.size() < 2) // a single row at a segment's end is its neighbour's
        continue;
      for (const Ridge::Row& row : inside)
        rows.insert(row.y);
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
  const double row_mm = image.geometry().spacing_mm[1];
  const double top = column.front().front()[1], bottom = column.front().back()[1];
  const auto in_front = [&](double x_mm, double y_mm) {
    return y_mm < top - 8 || y_mm > bottom + 8 ? -1 : column.forwards() * (x_mm - column.front_x(y_mm));
  };
  std::vector<Ridge> ridges = find_wall_ridges(image, in_front, column.forwards(),
                                               least_of_body * body_contrast(image, marks, column.forwards()));
  const Walls walls = find_walls(ridges, row_mm, top, bottom);
  std::erase_if(ridges, [&](const Ridge& ridge) {
    return walls.distance(ridge, row_mm, walls.nearer(ridge, row_mm)) > farthest_from_wall_mm;
  });
  for (const Vertebra level : {Vertebra::L1, Vertebra::L2, Vertebra::L3, Vertebra::L4}) {
    if (const auto segment = column.segment(level))
      add_level(found, level, *segment, ridges, walls, row_mm);
    else
      found.issues.push_back(refused("AAC-LEVEL", std::string(to_string(level)),
                                     "the level is not marked (the total would miss its walls) mark it"));
  }
  return found;
}

} // namespace osteocalc::dxa
