// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/contract.h"
#include "osteocalc/image/geometry.h"
#include "osteocalc/image/voxel_memory.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>

namespace osteocalc {

/// A non-owning view of one slice, rows from the front of the body to the back.
template <class T>
struct SliceView {
  T* data = nullptr;
  int width = 0;                 ///< pixels along x
  int height = 0;                ///< pixels along y
  std::ptrdiff_t row_stride = 0; ///< elements from one row to the next

  [[nodiscard]] T* row(int y) const noexcept { return data + y * row_stride; }
  [[nodiscard]] T& operator()(int x, int y) const noexcept { return row(y)[x]; }
  // NOLINTNEXTLINE(google-explicit-constructor): a view of T is a view of const T
  operator SliceView<const T>() const noexcept { return {data, width, height, row_stride}; }
};

/// Voxels and where they are. Moves, never copies by accident: a scan is hundreds of megabytes; clone() says so.
template <class T>
class Volume {
 public:
  Volume() = default;
  /// Memory is left uninitialised, so that the threads that fill it also touch it first.
  explicit Volume(const VolumeGeometry& geometry)
      : geometry_(geometry), memory_(allocate_voxels(voxel_count(geometry) * sizeof(T))) {
    static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);
  }
  Volume(const VolumeGeometry& geometry, T value) : Volume(geometry) { std::ranges::fill(voxels(), value); }

  [[nodiscard]] Volume clone() const {
    Volume copy(geometry_);
    std::ranges::copy(voxels(), copy.voxels().begin());
    return copy;
  }

  [[nodiscard]] const VolumeGeometry& geometry() const noexcept { return geometry_; }
  [[nodiscard]] int size(std::size_t axis) const noexcept { return geometry_.size[axis]; }
  [[nodiscard]] bool empty() const noexcept { return voxel_count(geometry_) == 0; }

  [[nodiscard]] std::span<T> voxels() noexcept { return {data(), voxel_count(geometry_)}; }
  [[nodiscard]] std::span<const T> voxels() const noexcept { return {data(), voxel_count(geometry_)}; }
  [[nodiscard]] std::size_t offset(int x, int y, int z) const noexcept {
    return (static_cast<std::size_t>(z) * static_cast<std::size_t>(size(1)) + static_cast<std::size_t>(y)) *
               static_cast<std::size_t>(size(0)) +
           static_cast<std::size_t>(x);
  }
  [[nodiscard]] bool contains(int x, int y, int z) const noexcept {
    return x >= 0 && x < size(0) && y >= 0 && y < size(1) && z >= 0 && z < size(2);
  }
  [[nodiscard]] T& operator()(int x, int y, int z) {
    OSTEOCALC_EXPECT(contains(x, y, z));
    return data()[offset(x, y, z)];
  }
  [[nodiscard]] const T& operator()(int x, int y, int z) const {
    OSTEOCALC_EXPECT(contains(x, y, z));
    return data()[offset(x, y, z)];
  }
  [[nodiscard]] SliceView<T> slice(int z) noexcept { return {data() + offset(0, 0, z), size(0), size(1), size(0)}; }
  [[nodiscard]] SliceView<const T> slice(int z) const noexcept {
    return {data() + offset(0, 0, z), size(0), size(1), size(0)};
  }
  /// The same voxels under another geometry of the same size.
  void set_geometry(const VolumeGeometry& geometry) {
    OSTEOCALC_EXPECT(geometry.size == geometry_.size);
    geometry_ = geometry;
  }

 private:
  [[nodiscard]] T* data() noexcept { return static_cast<T*>(memory_.get()); }
  [[nodiscard]] const T* data() const noexcept { return static_cast<const T*>(memory_.get()); }

  VolumeGeometry geometry_{};
  VoxelMemory memory_;
};

} // namespace osteocalc
