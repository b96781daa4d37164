// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>

namespace osteocalc {

using Vec3 = std::array<double, 3>; ///< a point or direction in LPS mm (x to the left, y to the back, z to the head)
using Mat3 = std::array<Vec3, 3>;   ///< row-major

[[nodiscard]] Vec3 operator+(const Vec3& a, const Vec3& b) noexcept;
[[nodiscard]] Vec3 operator-(const Vec3& a, const Vec3& b) noexcept;
[[nodiscard]] Vec3 operator*(double factor, const Vec3& a) noexcept;
[[nodiscard]] double dot(const Vec3& a, const Vec3& b) noexcept;
[[nodiscard]] Vec3 cross(const Vec3& a, const Vec3& b) noexcept;
[[nodiscard]] double norm(const Vec3& a) noexcept;
/// \pre norm(a) > 0
[[nodiscard]] Vec3 normalized(const Vec3& a) noexcept;

/// Where voxels are: index (x,y,z) to LPS mm. Index order and frame are the same everywhere in the project; x runs
/// fastest in memory. The centre of voxel (0,0,0) lies at the origin.
struct VolumeGeometry {
  std::array<int, 3> size{0, 0, 0}; ///< voxels along x, y, z
  Vec3 spacing_mm{1, 1, 1};         ///< > 0; z is the slice increment
  Vec3 origin_mm{0, 0, 0};          ///< LPS
  std::array<Vec3, 3> axes{
      {{1, 0, 0},
       {0, 1, 0},
       {0, 0, 1}}}; ///< along x, y, z in LPS; unit vectors, except z of a tilted gantry (step / increment)

  friend bool operator==(const VolumeGeometry&, const VolumeGeometry&) = default;
};

[[nodiscard]] std::size_t voxel_count(const VolumeGeometry& geometry) noexcept;
[[nodiscard]] double voxel_volume_mm3(const VolumeGeometry& geometry) noexcept;
[[nodiscard]] Vec3 index_to_point(const VolumeGeometry& geometry, const Vec3& index) noexcept;
[[nodiscard]] Vec3 point_to_index(const VolumeGeometry& geometry, const Vec3& point_mm) noexcept;
[[nodiscard]] Vec3 center_mm(const VolumeGeometry& geometry) noexcept;

/// Same sizes, and no voxel centre of one farther than `tolerance_mm` from its partner in the other.
[[nodiscard]] bool same_grid(const VolumeGeometry& a, const VolumeGeometry& b, double tolerance_mm = 1e-3) noexcept;

/// Share of a's eight corners and centre that lie inside b (half a voxel of margin): 1 = covered, 0 = apart.
[[nodiscard]] double covered_fraction(const VolumeGeometry& a, const VolumeGeometry& b) noexcept;

} // namespace osteocalc
