// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/dxa/wall_ridges.h"

#include "osteocalc/dxa/flat_image.h"
#include "osteocalc/dxa/rib_ends.h"
#include "osteocalc/image/polygon.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <optional>

namespace osteocalc::dxa {
namespace {

constexpr double nearest_mm = 1.5, farthest_mm = 42;
constexpr double half_length_mm = 2.1, step_mm = 0.7; ///< of a filter along the line
constexpr std::array along_spine_degrees{-20.0, 0.0, 20.0};
constexpr std::array across_spine_degrees{-75.0, -55.0, -40.0, 40.0, 55.0, 75.0, 90.0};
constexpr double as_good_as = 0.9; ///< of the best crossing direction: a dot answers alike in all
constexpr double uneven_share = 1.3;
constexpr double reach_sd = 2, count_sd = 6, reach_share = 0.375; ///< the last of the contrast that counts
constexpr double least_length_mm = 2.0;
constexpr double possible_rib_end = 0.6, certain_rib_end = 1.5; ///< of the contrast that counts

double median(std::vector<double> values) {
  const auto half = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, half);
  return *half;
}

/// The filter of one direction: a line's middle against the emptier half of each of its sides, so that the spine close
/// by is no side of a wall.
class LineFilter {
 public:
  struct Answer {
    double contrast, uneven; ///< uneven: what the sides differ by
  };
  LineFilter(const Volume<float>& image, double degrees)
      : image_(image), along_{std::sin(degrees * std::numbers::pi / 180), std::cos(degrees * std::numbers::pi / 180)} {}

  [[nodiscard]] Answer at(const Vec2& at) const {
    const auto side = [&](double sign) {
      return std::min(strip(at, sign * 1.8, sign * 2.5), strip(at, sign * 3.0, sign * 3.9));
    };
    const double left = side(-1), right = side(1);
    return {strip(at, -0.6, 0.6, 0) - std::max(left, right), std::abs(left - right)};
  }

 private:
  /// Mean over two (or, with a place between them, three) lines beside the middle.
  [[nodiscard]] double strip(const Vec2& at, double first, double second, std::optional<double> third = {}) const {
    double sum = line(at, first) + line(at, second);
    if (third)
      sum += line(at, *third);
    return sum / (third ? 3 : 2);
  }
  [[nodiscard]] double line(const Vec2& at, double beside_mm) const {
    double sum = 0;
    int n = 0;
    for (double t = -half_length_mm; t <= half_length_mm + 1e-9; t += step_mm, ++n)
      sum += value_at(image_, at[0] + t * along_[0] + beside_mm * along_[1],
                      at[1] + t * along_[1] - beside_mm * along_[0]);
    return sum / n;
  }

  const Volume<float>& image_;
  Vec2 along_;
};

/// The contrast of the best line along the spine at each place; below 0 where a crossing one is clearer, and far off.
Volume<float> contrast_map(const Volume<float>& image, const InFront& in_front, std::vector<double>& responses) {
  const auto& spacing = image.geometry().spacing_mm;
  std::vector<LineFilter> along, across;
  for (const double degrees : along_spine_degrees)
    along.emplace_back(image, degrees);
  for (const double degrees : across_spine_degrees)
    across.emplace_back(image, degrees);
  const auto best = [](const std::vector<LineFilter>& filters, const Vec2& at) {
    LineFilter::Answer most{-1e9, 0};
    for (const LineFilter& filter : filters)
      if (const LineFilter::Answer answer = filter.at(at); answer.contrast > most.contrast)
        most = answer;
    return most;
  };
  Volume<float> map(image.geometry(), -1.0F);
  for (int y = 0; y < image.size(1); ++y)
    for (int x = 0; x < image.size(0); ++x) {
      const Vec2 at{(x + 0.5) * spacing[0], (y + 0.5) * spacing[1]};
      const double front = in_front(at[0], at[1]);
      if (front < nearest_mm || front > farthest_mm)
        continue;
      const auto [contrast, uneven] = best(along, at);
      responses.push_back(contrast);
      // The rim of a rib has bone on one side of it.
      if (contrast > uneven_share * uneven && contrast >= as_good_as * best(across, at).contrast)
        map(x, y, 0) = static_cast<float>(contrast);
    }
  return map;
}

/// A filter as long as this blurs a line's ends: they are where it has fallen to a share of what it is close by.
void trim_ends(Ridge& ridge, double row_mm) {
  constexpr double share_at_end = 0.2, close_by_mm = 5;
  const auto rows = static_cast<std::ptrdiff_t>(close_by_mm / row_mm);
  const std::vector<Ridge::Row> all = ridge.rows;
  std::erase_if(ridge.rows, [&](const Ridge::Row& row) {
    double strongest = 0;
    for (const Ridge::Row& other : all)
      if (std::abs(other.y - row.y) <= rows)
        strongest = std::max(strongest, other.contrast);
    return row.contrast < share_at_end * strongest;
  });
}

/// Runs above the threshold in each row, joined downwards where they touch.
std::vector<Ridge> joined_runs(const Volume<float>& map, const Volume<float>& rib_ends, const InFront& in_front,
                               double threshold) {
  const auto& spacing = map.geometry().spacing_mm;
  struct Open {
    std::size_t ridge;
    int from, to;
  };
  std::vector<Ridge> ridges;
  std::vector<Open> before;
  const auto bright = [&](int x, int y) { return x < map.size(0) && static_cast<double>(map(x, y, 0)) >= threshold; };
  for (int y = 0; y < map.size(1); ++y) {
    std::vector<Open> here;
    for (int x = 0; x < map.size(0); ++x) {
      if (!bright(x, y))
        continue;
      int to = x, peak = x;
      for (; bright(to + 1, y); ++to)
        if (map(to + 1, y, 0) > map(peak, y, 0))
          peak = to + 1;
      const auto touching =
          std::ranges::find_if(before, [&](const Open& open) { return open.from <= to + 1 && open.to >= x - 1; });
      const std::size_t ridge = touching != before.end() ? touching->ridge : ridges.size();
      if (ridge == ridges.size())
        ridges.emplace_back();
      const double x_mm = (peak + 0.5) * spacing[0];
      ridges[ridge].rows.push_back({y, x_mm, in_front(x_mm, (y + 0.5) * spacing[1]),
                                    static_cast<double>(map(peak, y, 0)), static_cast<double>(rib_ends(peak, y, 0))});
      here.push_back({ridge, x, to});
      x = to;
    }
    before = std::move(here);
  }
  return ridges;
}

/// The rim of a rib's end bends back along the rib on both sides: it is no longer than a rib is high.
bool may_be_rim(const Ridge& ridge, double row_mm, double certain) {
  constexpr double highest_rib_mm = 14;
  const auto outside = std::ranges::count_if(ridge.rows, [&](const Ridge::Row& row) { return row.rib_end < certain; });
  return static_cast<double>(outside) * row_mm < least_length_mm &&
         static_cast<double>(ridge.rows.size()) * row_mm < highest_rib_mm;
}

bool runs_along_spine(const Ridge& ridge, double row_mm) {
  constexpr double most_aside = 0.8; ///< of the way down
  return std::abs(ridge.rows.back().front_mm - ridge.rows.front().front_mm) <=
         most_aside * static_cast<double>(ridge.rows.size()) * row_mm;
}

/// A ridge counts by the rows that stand out more than the end of a rib would there, if there may be one.
bool counts(const Ridge& ridge, double row_mm, double least_contrast, double noticed) {
  const double over_rib_end = may_be_rim(ridge, row_mm, certain_rib_end * least_contrast) ? 1.3 : 0.7;
  const auto own = [&](const Ridge::Row& row) { return row.contrast >= over_rib_end * row.rib_end; };
  return static_cast<double>(std::ranges::count_if(ridge.rows, own)) * row_mm >= least_length_mm &&
         std::ranges::any_of(ridge.rows, [&](const Ridge::Row& row) { return own(row) && row.contrast >= noticed; }) &&
         runs_along_spine(ridge, row_mm);
}

} // namespace

std::vector<Ridge> find_wall_ridges(const Volume<float>& image, const InFront& in_front, int forwards,
                                    double least_contrast) {
  std::vector<double> responses;
  const Volume<float> map = contrast_map(image, in_front, responses);
  if (responses.empty())
    return {};
  // Most places hold no calcium: what scatters there is noise and soft tissue.
  const double middle = median(responses);
  for (double& value : responses)
    value = std::abs(value - middle);
  const double sd = 1.4826 * median(std::move(responses));
  const double reach = std::max(reach_sd * sd, reach_share * least_contrast),
               count = std::max(count_sd * sd, least_contrast);
  const Volume<float> rib_ends = rib_end_map(image, in_front, forwards, possible_rib_end * least_contrast);
  std::vector<Ridge> ridges = joined_runs(map, rib_ends, in_front, reach);
  const double row_mm = image.geometry().spacing_mm[1];
  for (Ridge& ridge : ridges)
    trim_ends(ridge, row_mm);
  std::erase_if(ridges, [&](const Ridge& ridge) { return !counts(ridge, row_mm, least_contrast, count); });
  return ridges;
}

} // namespace osteocalc::dxa
