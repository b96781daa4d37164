// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/parallel.h"
#include "osteocalc/image/volume.h"

#include <array>
#include <cstdint>

namespace osteocalc::segmentation {

/// A cubic grid of `spacing_mm` with the image's axes that covers the image's extent.
[[nodiscard]] VolumeGeometry isotropic_grid(const VolumeGeometry& image, double spacing_mm);

/// The image on a grid with the same axes: along each axis the mean over the coarser of the two voxel extents, so that
/// fine slices are averaged (no aliasing) and coarse ones interpolated linearly. Positions outside take the nearest
/// voxel's value. Values below -1024 HU (padding) count as -1024.
/// \pre target.axes equal the image's
[[nodiscard]] Volume<std::int16_t> resample_average(const Volume<std::int16_t>& image, const VolumeGeometry& target,
                                                    Parallel parallel);

/// Gaussian smoothing with an SD of `sigma` voxels along x, y, z (0 = leave that axis); the border is replicated.
void gaussian_smooth(Volume<float>& volume, const std::array<double, 3>& sigma, Parallel parallel);

/// Mean over a box of 2 * radius + 1 voxels along x, y, z by running sums; the border is replicated.
void box_mean(Volume<float>& volume, const std::array<int, 3>& radius, Parallel parallel);

/// Euclidean distance in mm from each voxel centre to the nearest centre of a voxel that is not 0; a large number
/// (> 1e6) when there is none.
[[nodiscard]] Volume<float> distance_to(const Volume<std::uint8_t>& mask, Parallel parallel);

} // namespace osteocalc::segmentation
