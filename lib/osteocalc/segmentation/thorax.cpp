// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/thorax.h"

#include "osteocalc/segmentation/components.h"
#include "osteocalc/segmentation/filters.h"
#include "osteocalc/segmentation/line_filter.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace osteocalc::segmentation {
namespace {

constexpr double mm = 1.0 / working_spacing_mm; // a millimetre in voxels of the working grid

struct Box {
  std::array<int, 3> low{}, high{}; // both ends included
};

template <class T, class From, class Convert>
Volume<T> cropped(const Volume<From>& volume, const Box& box, const Convert& convert) {
  VolumeGeometry geometry = volume.geometry();
  for (std::size_t a = 0; a < 3; ++a)
    geometry.size[a] = box.high[a] - box.low[a] + 1;
  geometry.origin_mm = index_to_point(volume.geometry(), {double(box.low[0]), double(box.low[1]), double(box.low[2])});
  Volume<T> part(geometry);
  T* out = part.voxels().data();
  for (int z = box.low[2]; z <= box.high[2]; ++z)
    for (int y = box.low[1]; y <= box.high[1]; ++y)
      for (int x = box.low[0]; x <= box.high[0]; ++x)
        *out++ = static_cast<T>(convert(volume(x, y, z)));
  return part;
}

std::vector<double> lung_areas(const Volume<Space>& space) {
  std::vector<double> areas;
  for (int z = 0; z < space.size(2); ++z)
    areas.push_back(static_cast<double>(
        std::ranges::count(space.voxels().subspan(space.offset(0, 0, z), space.offset(0, 0, 1)), Space::Lung)));
  return areas;
}

struct Column {
  std::vector<double> x, front_y;
};

/// First and last x with lung.
std::array<int, 2> lung_width(const Volume<Space>& space) {
  std::array<int, 2> range{space.size(0), -1};
  for (int z = 0; z < space.size(2); ++z)
    for (int y = 0; y < space.size(1); ++y)
      for (int x = 0; x < space.size(0); ++x)
        if (space(x, y, z) == Space::Lung)
          range = {std::min(range[0], x), std::max(range[1], x)};
  return range;
}

/// The spine as the brightest column in the rear of the projection along z, and how its middle moves from there. Beside
/// the lungs' middle lie ribs and arms, which can be brighter than thin vertebrae.
Column find_column(const Body& body, int first, int last, double bone_hu) {
  const Volume<std::int16_t>& hu = body.hu;
  const int nx = hu.size(0), ny = hu.size(1);
  const auto [lung_first, lung_last] = lung_width(body.space);
  const int middle = (lung_first + lung_last) / 2, off_middle = int(70 * mm);
  Volume<float> bright(VolumeGeometry{.size = {nx, ny, 1}}, 0.0F);
  const auto is_bone = [&](int x, int y, int z) { return hu(x, y, z) > bone_hu; };
  for (int z = first; z <= last; ++z)
    for (int y = ny * 35 / 100; y < ny; ++y)
      for (int x = std::max(lung_first, middle - off_middle); x <= std::min(lung_last, middle + off_middle); ++x)
        bright(x, y, 0) += is_bone(x, y, z);
  gaussian_smooth(bright, {10 * mm, 10 * mm, 0}, Parallel{1});
  const auto peak = std::ranges::max_element(bright.voxels()) - bright.voxels().begin();
  const double peak_x = static_cast<double>(peak % nx), peak_y = static_cast<double>(peak / nx);
  constexpr double reach = 40 * mm;
  const int top = std::max(0, static_cast<int>(peak_y - 45 * mm));
  Column column;
  double at = peak_x, front = peak_y - 15 * mm;
  for (int z = first; z <= last; ++z) {
    const int low = std::max(first, z - 3), high = std::min(last, z + 3);
    double weight = 0.0, sum = 0.0;
    for (int k = low; k <= high; ++k)
      for (int y = top; y < ny; ++y)
        for (int x = std::max(0, int(peak_x - reach)); x < std::min<double>(nx, peak_x + reach); ++x)
          if (is_bone(x, y, k) && std::hypot(x - peak_x, y - peak_y) < reach) {
            weight += 1.0;
            sum += x;
          }
    if (weight > 20.0 * (high - low + 1))
      at = 0.5 * (at + sum / weight);
    const int left = std::max(0, int(at - 10 * mm)), right = std::min(nx - 1, int(at + 10 * mm));
    for (int y = top; y < ny; ++y) {
      int count = 0;
      for (int k = low; k <= high; ++k)
        for (int x = left; x <= right; ++x)
          count += is_bone(x, y, k);
      if (count > 0.4 * (high - low + 1) * (right - left + 1)) {
        front = y;
        break;
      }
    }
    column.x.push_back(at);
    column.front_y.push_back(front);
  }
  column.front_y = gaussian(running_quantile(column.front_y, 31, 0.5), 4);
  column.x = gaussian(running_quantile(column.x, 31, 0.5), 5);
  return column;
}

/// Marks the convex hull of the points (first and last of each row) of one slice. Rows without points are crossed.
void fill_hull(const std::vector<std::array<int, 2>>& rows, SliceView<std::uint8_t> out) {
  // The left border of a convex shape is the lower hull of the rows' first points, the right one the upper hull.
  const auto chain = [&](std::size_t side, double sign) {
    std::vector<std::array<double, 2>> hull; // (y, x)
    for (std::size_t y = 0; y < rows.size(); ++y) {
      if (rows[y][1] < rows[y][0])
        continue;
      const std::array<double, 2> p{static_cast<double>(y), sign * rows[y][side]};
      const auto keeps_left = [&] {
        const auto& a = hull[hull.size() - 2];
        const auto& b = hull.back();
        return (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]) > 0.0;
      };
      while (hull.size() >= 2 && !keeps_left())
        hull.pop_back();
      hull.push_back(p);
    }
    return hull;
  };
  const auto left = chain(0, 1.0), right = chain(1, -1.0);
  if (left.size() < 2)
    return;
  const auto at = [](const std::vector<std::array<double, 2>>& hull, double y) {
    std::size_t i = 1;
    while (i + 1 < hull.size() && hull[i][0] < y)
      ++i;
    const double t = (y - hull[i - 1][0]) / (hull[i][0] - hull[i - 1][0]);
    return hull[i - 1][1] + t * (hull[i][1] - hull[i - 1][1]);
  };
  for (int y = int(left.front()[0]); y <= int(left.back()[0]); ++y)
    for (int x = int(std::ceil(at(left, y))); x <= int(std::floor(-at(right, y))); ++x)
      if (y >= 0 && y < out.height && x >= 0 && x < out.width)
        out(x, y) = 1;
}

/// The inside of the chest: per slice the convex hull of both lungs over 10 mm up and down. Hulls are made of whole
/// slices, before the crop, so that a lung outside it still counts.
Volume<std::uint8_t> chest_interior(const Volume<std::uint8_t>& lung, const Box& box, Parallel parallel) {
  constexpr int reach = 5; // slices: 10 mm
  Volume<std::uint8_t> inside(lung.geometry(), 0);
  parallel_for(static_cast<std::size_t>(box.high[2] - box.low[2] + 1), parallel, [&](std::size_t i) {
    const int z = box.low[2] + static_cast<int>(i);
    std::vector<std::array<int, 2>> rows(static_cast<std::size_t>(lung.size(1)), {lung.size(0), -1});
    for (int k = std::max(0, z - reach); k <= std::min(lung.size(2) - 1, z + reach); ++k)
      for (int y = 0; y < lung.size(1); ++y)
        for (int x = 0; x < lung.size(0); ++x)
          if (lung(x, y, k)) {
            auto& row = rows[static_cast<std::size_t>(y)];
            row = {std::min(row[0], x), std::max(row[1], x)};
          }
    fill_hull(rows, inside.slice(z));
  });
  return inside;
}

/// Bone: large bright pieces that touch the chest's wall, the column or the image's border. A plaque inside the chest,
/// however large, touches none of them.
Volume<std::uint8_t> bone_mask(const Thorax& thorax, const Volume<float>& wall_mm, double bone_hu, Parallel parallel) {
  constexpr double least_mm3 = 2500.0;
  Volume<std::uint8_t> bright(thorax.hu.geometry());
  std::ranges::transform(thorax.hu.voxels(), bright.voxels().begin(),
                         [&](std::int16_t v) { return static_cast<std::uint8_t>(v > bone_hu); });
  const Volume<std::uint8_t> solid = opened(bright, parallel);
  const Components pieces = connected_components(solid, Connectivity::Faces, parallel);
  std::vector<bool> anchored(pieces.pieces.size() + 1, false);
  for (int z = 0; z < solid.size(2); ++z)
    for (int y = 0; y < solid.size(1); ++y)
      for (int x = 0; x < solid.size(0); ++x)
        if (const auto id = pieces.ids(x, y, z); id != 0) {
          const bool border = x == 0 || y == 0 || x == solid.size(0) - 1 || y == solid.size(1) - 1;
          if (border || wall_mm(x, y, z) < 4.0F || y > thorax.column_y[static_cast<std::size_t>(z)] + 2)
            anchored[static_cast<std::size_t>(id)] = true;
        }
  Volume<std::uint8_t> bone(solid.geometry());
  for (std::size_t i = 0; i < bone.voxels().size(); ++i) {
    const auto id = static_cast<std::size_t>(pieces.ids.voxels()[i]);
    bone.voxels()[i] =
        id != 0 && anchored[id] &&
        static_cast<double>(pieces.pieces[id - 1].voxels) * voxel_volume_mm3(bone.geometry()) > least_mm3;
  }
  return bone;
}

std::optional<Box> chest_box(const Body& body, const std::vector<double>& areas) {
  const double largest = std::ranges::max(areas);
  if (largest < 500.0 * mm * mm)
    return std::nullopt;
  const int nz = body.hu.size(2);
  int first = 0, last = nz - 1;
  while (areas[static_cast<std::size_t>(first)] < 0.03 * largest)
    ++first;
  while (areas[static_cast<std::size_t>(last)] < 0.03 * largest)
    --last;
  first = std::max(0, first - int(20 * mm)); // the heart's lower face lies on the diaphragm, below the lung's front
  return Box{{0, 0, first}, {body.hu.size(0) - 1, body.hu.size(1) - 1, last}};
}

} // namespace

double median(std::vector<double> values) {
  return quantile(std::move(values), 0.5);
}

Volume<std::uint8_t> opened(const Volume<std::uint8_t>& mask, Parallel parallel) {
  const auto with_faces = [&](const Volume<std::uint8_t>& from, bool erode) {
    Volume<std::uint8_t> to(from.geometry());
    const auto [nx, ny, nz] = from.geometry().size;
    parallel_for(static_cast<std::size_t>(nz), parallel, [&, nx = nx, ny = ny, nz = nz](std::size_t slice) {
      const int z = static_cast<int>(slice);
      for (int y = 0; y < ny; ++y)
        for (int x = 0; x < nx; ++x) {
          // beyond the border lies what lies at the border
          const std::array<int, 7> around{from(x, y, z),
                                          from(std::max(x - 1, 0), y, z),
                                          from(std::min(x + 1, nx - 1), y, z),
                                          from(x, std::max(y - 1, 0), z),
                                          from(x, std::min(y + 1, ny - 1), z),
                                          from(x, y, std::max(z - 1, 0)),
                                          from(x, y, std::min(z + 1, nz - 1))};
          to(x, y, z) = static_cast<std::uint8_t>(erode ? std::ranges::min(around) : std::ranges::max(around));
        }
    });
    return to;
  };
  return with_faces(with_faces(mask, true), false);
}

std::optional<Thorax> find_thorax(const Body& body, Parallel parallel) {
  const std::vector<double> areas = lung_areas(body.space);
  std::optional<Box> box = chest_box(body, areas);
  if (!box)
    return std::nullopt;
  Thorax thorax;
  Column column = find_column(body, box->low[2], box->high[2], std::max(160.0, body.tissue.bone_hu));
  const auto [min_x, max_x] = std::ranges::minmax(column.x);
  const auto [min_y, max_y] = std::ranges::minmax(column.front_y);
  box->low[0] = std::max(0, int(min_x - 120 * mm));
  box->high[0] = std::min(body.hu.size(0) - 1, int(max_x + 160 * mm));
  box->low[1] = std::max(0, int(min_y - 180 * mm));
  box->high[1] = std::min(body.hu.size(1) - 1, int(max_y + 30 * mm));
  const Volume<std::uint8_t> all_lung = [&] {
    Volume<std::uint8_t> mask(body.space.geometry());
    std::ranges::transform(body.space.voxels(), mask.voxels().begin(),
                           [](Space s) { return static_cast<std::uint8_t>(s == Space::Lung); });
    return opened(mask, parallel);
  }();
  const auto same = [](auto v) { return v; };
  thorax.hu = cropped<std::int16_t>(body.hu, *box, same);
  thorax.lung = cropped<std::uint8_t>(all_lung, *box, same);
  thorax.to_airway_mm = distance_to(
      cropped<std::uint8_t>(body.space, *box, [](Space v) { return v == Space::Airway || v == Space::Gas; }), parallel);
  const Volume<std::uint8_t> hull = chest_interior(all_lung, *box, parallel);
  thorax.to_lung_mm = distance_to(thorax.lung, parallel);
  thorax.to_wall_mm = distance_to(cropped<std::uint8_t>(hull, *box, [](std::uint8_t in) { return !in; }), parallel);
  for (double& x : column.x)
    x -= box->low[0];
  for (double& y : column.front_y)
    y -= box->low[1];
  thorax.column_x = std::move(column.x);
  thorax.column_y = std::move(column.front_y);
  thorax.to_bone_mm =
      distance_to(bone_mask(thorax, thorax.to_wall_mm, std::max(150.0, body.tissue.bone_hu), parallel), parallel);
  for (int z = box->low[2]; z <= box->high[2]; ++z)
    thorax.lung_share.push_back(areas[static_cast<std::size_t>(z)] / std::ranges::max(areas));
  return thorax;
}

} // namespace osteocalc::segmentation
