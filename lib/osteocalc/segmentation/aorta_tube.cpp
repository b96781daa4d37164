// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/aorta_tube.h"

#include "osteocalc/image/resample.h"
#include "osteocalc/segmentation/aorta_image.h"
#include "osteocalc/segmentation/filters.h"
#include "osteocalc/segmentation/line_filter.h"
#include "osteocalc/segmentation/surface_search.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace osteocalc::segmentation {
namespace {

constexpr int heights = 56;                           // samples along a ray
constexpr double low_share = 0.35, high_share = 1.75; // of the expected radius, where they begin and end
constexpr double fine_mm = 1.0;
constexpr double full_edge = 20.0; // HU/mm
// For leaving the expected radius by a third: the rough course's circle binds less than the first wall found.
constexpr double first_price = 1.5, second_price = 2.5;
constexpr double foreign_price = 0.6, foreign_free_mm = 0.7; // a mm beyond the wall; what blur of the wall itself takes
constexpr double fat_contrast_hu = 145.0;                    // blood above fat

double share_at(double height) {
  return low_share + (high_share - low_share) * height / (heights - 1);
}

/// The scan around the course as the wall search wants it.
Volume<std::int16_t> wall_image(const Volume<std::int16_t>& image, const Body& body, const Volume<std::uint8_t>& column,
                                const std::vector<CoursePoint>& course, Parallel parallel) {
  const VolumeGeometry& source = image.geometry();
  Vec3 low{1e9, 1e9, 1e9}, high{-1e9, -1e9, -1e9};
  for (const CoursePoint& p : course) {
    const Vec3 at = point_to_index(source, p.center_mm);
    for (std::size_t a = 0; a < 3; ++a) {
      const double reach = (high_share * p.radius_mm + 4.0) / source.spacing_mm[a];
      low[a] = std::clamp(std::min(low[a], at[a] - reach), 0.0, source.size[a] - 1.0);
      high[a] = std::clamp(std::max(high[a], at[a] + reach), 0.0, source.size[a] - 1.0);
    }
  }
  VolumeGeometry grid = source;
  grid.origin_mm = index_to_point(source, low);
  for (std::size_t a = 0; a < 3; ++a) {
    grid.spacing_mm[a] = fine_mm;
    grid.size[a] = 1 + static_cast<int>((high[a] - low[a]) * source.spacing_mm[a] / fine_mm);
  }
  Volume<std::int16_t> fine = resample_average(image, grid, parallel);
  const Volume<std::uint8_t> rim = column_rim(column, parallel);
  const auto bright = static_cast<std::int16_t>(body.tissue.soft_hu + 25.0);
  const auto dark = static_cast<std::int16_t>(body.tissue.soft_hu - fat_contrast_hu);
  parallel_for(static_cast<std::size_t>(fine.size(2)), parallel, [&](std::size_t z) {
    for (int y = 0; y < fine.size(1); ++y)
      for (int x = 0; x < fine.size(0); ++x) {
        const Vec3 at = point_to_index(column.geometry(), index_to_point(grid, {double(x), double(y), double(z)}));
        const int cx = static_cast<int>(std::lround(at[0])), cy = static_cast<int>(std::lround(at[1])),
                  cz = static_cast<int>(std::lround(at[2]));
        std::int16_t& v = fine(x, y, static_cast<int>(z));
        const bool bone = column.contains(cx, cy, cz) && (column(cx, cy, cz) || (rim(cx, cy, cz) && v > bright));
        v = bone ? dark : std::min(v, bright);
      }
  });
  return fine;
}

/// Mean-free smoothing of every coordinate.
std::vector<Vec3> smooth_points(const std::vector<Vec3>& points, double sigma) {
  std::vector<Vec3> result(points.size());
  for (std::size_t a = 0; a < 3; ++a) {
    Line line;
    for (const Vec3& p : points)
      line.push_back(p[a]);
    line = gaussian_reflected(line, sigma);
    for (std::size_t i = 0; i < line.size(); ++i)
      result[i][a] = line[i];
  }
  return result;
}

/// Directions along the centres, and sides that turn as little as possible.
void orient(std::vector<VesselSection>& sections) {
  std::vector<Vec3> centers;
  for (const VesselSection& s : sections)
    centers.push_back(s.center_mm);
  const auto course = smooth_points(centers, 3.0);
  Vec3 side{1, 0, 0};
  for (std::size_t i = 0; i < sections.size(); ++i) {
    VesselSection& s = sections[i];
    s.direction = normalized(course[std::min(i + 1, course.size() - 1)] - course[i == 0 ? 0 : i - 1]);
    if (std::abs(dot(side, s.direction)) > 0.95)
      side = {0, 1, 0};
    s.side = side = normalized(side - dot(side, s.direction) * s.direction);
  }
}

/// The rough course smoothed and cut into sections at equal steps.
std::vector<VesselSection> cut_sections(const std::vector<CoursePoint>& course) {
  std::vector<Vec3> points;
  Line radii, scores;
  for (const CoursePoint& p : course) {
    points.push_back(p.center_mm);
    radii.push_back(p.radius_mm);
    scores.push_back(p.score);
  }
  points = smooth_points(points, 1.5);
  radii = gaussian(running_quantile(radii, 9, 0.5), 2.5);
  Line arc{0.0};
  for (std::size_t i = 1; i < points.size(); ++i)
    arc.push_back(arc.back() + norm(points[i] - points[i - 1]));
  std::vector<VesselSection> sections;
  std::size_t i = 0;
  for (double at = 0.0; at <= arc.back(); at += section_step_mm) {
    while (i + 2 < arc.size() && arc[i + 1] < at)
      ++i;
    const double t = std::clamp((at - arc[i]) / std::max(1e-6, arc[i + 1] - arc[i]), 0.0, 1.0);
    const double position = static_cast<double>(i) + t;
    VesselSection s;
    s.center_mm = (1.0 - t) * points[i] + t * points[i + 1];
    s.radius_mm = value_at(radii, position);
    s.confidence = value_at(scores, position);
    s.segment = course[t < 0.5 ? i : i + 1].segment;
    sections.push_back(s);
  }
  return sections;
}

Vec3 ray_direction(const VesselSection& s, std::size_t ray) {
  const double angle = 2.0 * std::numbers::pi * static_cast<double>(ray) / contour_rays;
  return std::cos(angle) * s.side + std::sin(angle) * cross(s.direction, s.side);
}

/// Cost of the wall at every height of every ray of one section, and how sharp the edge is there (HU/mm).
struct SectionCost {
  std::vector<float> cost, edge;
};

/// What the blood of one section reads: artefacts may darken it over a few slices, plaque may not brighten it.
double section_blood_hu(const std::vector<double>& values, double blood_hu) {
  Line inner;
  for (std::size_t ray = 0; ray < contour_rays; ++ray)
    for (int h = 0; share_at(h) < 0.7; h += 2)
      inner.push_back(values[ray * heights + static_cast<std::size_t>(h)]);
  return std::clamp(quantile(inner, 0.5), blood_hu - 50.0, blood_hu);
}

/// Outward fall of the image along a ray, HU/mm over 2 mm. Peaks keep their shape, but none is higher than a full edge:
/// lung or bone beside a vessel ends it no better than fat does.
void ray_edges(const double* value, double step_mm, float* edge) {
  const int reach = std::max(1, static_cast<int>(std::lround(1.0 / step_mm)));
  Line fall(heights);
  for (int h = 0; h < heights; ++h)
    fall[static_cast<std::size_t>(h)] =
        std::max(0.0, value[std::max(h - reach, 0)] - value[std::min(h + reach, heights - 1)]) /
        (2.0 * reach * step_mm);
  const Line peak = running_max(fall, 4 * reach + 1);
  for (std::size_t h = 0; h < heights; ++h)
    edge[h] = static_cast<float>(fall[h] * full_edge / std::max(full_edge, peak[h]));
}

/// The wall is where the image falls outwards, near the expected radius, and not beyond a layer of fat.
void ray_cost(const double* value, const VesselSection& s, double blood_hu, double prior_price, float* cost,
              float* edge) {
  const double step_mm = s.radius_mm * (high_share - low_share) / (heights - 1);
  ray_edges(value, step_mm, edge);
  // Blur moves no edge: half of the step down to fat, or to lung, is where the wall is.
  const int ahead = static_cast<int>(std::lround(2.0 / step_mm));
  double foreign_mm = 0.0;
  for (int h = 0; h < heights; ++h) {
    const double darkest = *std::min_element(value + h, value + std::min(h + ahead, heights - 1) + 1);
    const double contrast = std::max(fat_contrast_hu, blood_hu - darkest);
    foreign_mm += step_mm * ramp((blood_hu - value[h]) / contrast, 0.10, 0.45);
    const double off = (share_at(h) - 1.0) / (0.35 + 1.0 / s.radius_mm);
    cost[h] = static_cast<float>(prior_price * off * off - double(edge[h]) / full_edge +
                                 foreign_price * std::clamp(foreign_mm - foreign_free_mm, 0.0, 4.0));
  }
}

SectionCost section_cost(const Volume<std::int16_t>& image, const VesselSection& s, double blood_hu,
                         double prior_price) {
  std::vector<double> values(contour_rays * heights);
  for (std::size_t ray = 0; ray < contour_rays; ++ray) {
    const Vec3 out = ray_direction(s, ray);
    for (int h = 0; h < heights; ++h)
      values[ray * heights + static_cast<std::size_t>(h)] =
          interpolate(image, point_to_index(image.geometry(), s.center_mm + (share_at(h) * s.radius_mm) * out));
  }
  SectionCost result{std::vector<float>(values.size()), std::vector<float>(values.size())};
  const double local_hu = section_blood_hu(values, blood_hu);
  for (std::size_t first = 0; first < values.size(); first += heights)
    ray_cost(values.data() + first, s, local_hu, prior_price, result.cost.data() + first, result.edge.data() + first);
  return result;
}

/// Moves each section to the middle of its contour; the contours are then measured again.
void recentre(std::vector<VesselSection>& sections) {
  std::vector<Vec3> centers;
  Line radii;
  for (const VesselSection& s : sections) {
    Vec3 shift{};
    double area = 0.0;
    for (std::size_t ray = 0; ray < contour_rays; ++ray) {
      const double r = s.contour_mm[ray];
      shift = shift + (r * r * r * 2.0 / 3.0) * ray_direction(s, ray);
      area += r * r;
    }
    centers.push_back(s.center_mm + (1.0 / area) * shift);
    radii.push_back(s.radius_mm);
  }
  centers = smooth_points(centers, 2.0);
  const Line steady = gaussian(running_quantile(radii, 9, 0.5), 2.5);
  for (std::size_t i = 0; i < sections.size(); ++i) {
    sections[i].center_mm = centers[i];
    sections[i].radius_mm = 0.5 * (steady[i] + sections[i].radius_mm);
  }
}

/// Light smoothing around each contour and along the vessel: walls are smoother than the search's samples.
std::vector<float> smooth_ring(const std::vector<float>& heights_found, std::size_t sections) {
  constexpr std::array<float, 5> weights{0.06F, 0.24F, 0.40F, 0.24F, 0.06F};
  const auto at = [](const std::vector<float>& v, std::size_t i, std::size_t ray) { return v[i * contour_rays + ray]; };
  std::vector<float> around(heights_found.size()), result(heights_found.size());
  for (std::size_t i = 0; i < sections; ++i)
    for (std::size_t ray = 0; ray < contour_rays; ++ray)
      for (std::size_t k = 0; k < 5; ++k)
        around[i * contour_rays + ray] +=
            weights[k] * at(heights_found, i, (ray + contour_rays + k - 2) % contour_rays);
  for (std::size_t i = 0; i < sections; ++i)
    for (std::size_t ray = 0; ray < contour_rays; ++ray)
      for (std::size_t k = 0; k < 5; ++k)
        result[i * contour_rays + ray] +=
            weights[k] * at(around, std::clamp<std::size_t>(i + k, 2, sections + 1) - 2, ray);
  return result;
}

/// Median within the inner 60 % of the sections, before bright voxels count: what the blood reads.
double lumen_hu(const Volume<std::int16_t>& image, const std::vector<VesselSection>& sections) {
  Line values;
  for (const VesselSection& s : sections)
    for (std::size_t ray = 0; ray < contour_rays; ray += 2)
      for (const double share : {0.2, 0.4, 0.6})
        values.push_back(interpolate(
            image, point_to_index(image.geometry(), s.center_mm + (share * s.radius_mm) * ray_direction(s, ray))));
  return quantile(values, 0.5);
}

/// Finds the wall of all sections at once; returns each section's share of rays with a visible edge.
std::vector<double> find_wall(const Volume<std::int16_t>& image, double prior_price,
                              std::vector<VesselSection>& sections, Parallel parallel) {
  const double blood_hu = lumen_hu(image, sections);
  const auto costs = parallel_map(sections.size(), parallel, [&](std::size_t i) {
    return section_cost(image, sections[i], blood_hu, prior_price);
  });
  CostField field(static_cast<int>(sections.size()), static_cast<int>(contour_rays), heights);
  for (std::size_t i = 0; i < sections.size(); ++i)
    std::ranges::copy(costs[i].cost, field.at(static_cast<int>(i), 0));
  const auto rough = cheapest_surface(field, 0.05F, 0.6F, Ends::Circular);
  const auto surface = smooth_ring(rough, sections.size());
  std::vector<double> support(sections.size(), 0.0);
  for (std::size_t i = 0; i < sections.size(); ++i) {
    VesselSection& s = sections[i];
    double area = 0.0;
    for (std::size_t ray = 0; ray < contour_rays; ++ray) {
      const double h = static_cast<double>(surface[i * contour_rays + ray]);
      s.contour_mm[ray] = static_cast<float>(share_at(h) * s.radius_mm);
      area += double(s.contour_mm[ray]) * double(s.contour_mm[ray]) / contour_rays;
      const auto nearest = static_cast<std::size_t>(std::clamp<long>(std::lround(h), 0, heights - 1));
      support[i] += costs[i].edge[ray * heights + nearest] > 8.0F ? 1.0 / contour_rays : 0.0;
    }
    s.radius_mm = std::sqrt(area);
  }
  return support;
}

} // namespace

std::vector<VesselSection> outline_vessel(const Volume<std::int16_t>& image, const Body& body,
                                          const Volume<std::uint8_t>& column, const std::vector<CoursePoint>& course,
                                          Parallel parallel) {
  OSTEOCALC_EXPECT(course.size() >= 3);
  const Volume<std::int16_t> fine = wall_image(image, body, column, course, parallel);
  std::vector<VesselSection> sections = cut_sections(course);
  orient(sections);
  find_wall(fine, first_price, sections, parallel);
  recentre(sections);
  orient(sections);
  const auto support = find_wall(fine, second_price, sections, parallel);
  for (std::size_t i = 0; i < sections.size(); ++i)
    sections[i].confidence = 0.5 * ramp(sections[i].confidence, 0.2, 0.7) + 0.5 * support[i];
  return sections;
}

} // namespace osteocalc::segmentation
