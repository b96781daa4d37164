// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/segmentation/spine_frame.h"

#include <optional>
#include <vector>

namespace osteocalc::segmentation {

/// A surface across the spine: s over (v, u), all in mm; outside its grid the border's value holds.
struct HeightField {
  double v0 = 0.0, u0 = 0.0, step = 2.0;
  int rows = 0, columns = 0; ///< along v, along u
  std::vector<float> s;
  [[nodiscard]] double at(double v, double u) const noexcept;
};

/// A disc seen as two parallel planes: s at the axis, tilts in mm up per mm to the back and to the left, and the two
/// endplates' offsets from s.
struct DiscPlane {
  double s = 0.0, tilt_back = 0.0, tilt_left = 0.0, lower = 0.0, upper = 0.0;
  double score = 0.0; ///< > 50 clear, < 10 the prior's guess
};

struct Endplate {
  HeightField surface;
  double edge_hu_mm = 0.0; ///< mean slope across it
};

/// The wall round a body: distance from the axis per mm of s and per 5 degrees (0 = left, 90 = back).
struct BodyWall {
  static constexpr int angles = 72;
  int first_s = 0;
  std::vector<float> radius_mm; ///< angles run fastest
  double edge_hu_mm = 0.0;
  [[nodiscard]] int slices() const noexcept { return static_cast<int>(radius_mm.size()) / angles; }
  [[nodiscard]] double radius(int s, double v, double u) const noexcept;
};

/// One vertebral body in spine coordinates. Without an endplate the image or the search ends at low or high.
struct BodyShape {
  std::optional<Endplate> lower, upper;
  double low_s = 0.0, high_s = 0.0; ///< on the axis
  BodyWall wall;
  /// How far labels reach beyond the surfaces, mm. Readers and networks draw bone to where its blurred cortex fades to
  /// half, which lies outside of the surface by about an eighth of a voxel; heights are measured without it.
  double wall_margin_mm = 0.0, endplate_margin_mm = 0.0;
  /// Distance in mm to the nearest border of the label, positive inside.
  [[nodiscard]] double depth_inside(int s, double v, double u) const noexcept;
};

struct BodyShapes {
  std::vector<DiscPlane> discs;
  std::vector<std::optional<BodyShape>> bodies; ///< one more than discs; absent when less than 4 mm are in view
};

/// The image near the spine, as the search for bodies reads it.
struct SpineImages {
  const Volume<float>& straight;      ///< straightened
  const Volume<float>& smooth;        ///< the same, clipped around bone and smoothed by half a millimetre
  const Volume<std::int16_t>& detail; ///< the slices themselves
};

/// Endplates and walls of every body. `lumbosacral` is the index of the disc L5/S1 if it is in the chain. An endplate
/// of which the image shows less than most is left out.
[[nodiscard]] BodyShapes shape_bodies(const SpineImages& images, const SpineFrame& frame, const Line& discs,
                                      std::optional<std::size_t> lumbosacral, const TissueValues& tissue,
                                      Parallel parallel);

} // namespace osteocalc::segmentation
