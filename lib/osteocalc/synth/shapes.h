// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/anatomy.h"
#include "osteocalc/image/geometry.h"

#include <vector>

namespace osteocalc::synth {

/// A place and directions in the body, LPS mm; right-handed: cross(left, back) = up.
struct Frame {
  Vec3 center_mm{0, 0, 0};
  Vec3 left{1, 0, 0}, back{0, 1, 0}, up{0, 0, 1};

  [[nodiscard]] Vec3 at(double u, double v, double w) const { return center_mm + u * left + v * back + w * up; }
};

/// The frame at `center_mm` whose third direction is `up` and whose first is as near to the patient's left as can be.
[[nodiscard]] Frame frame_along(const Vec3& center_mm, const Vec3& up);

struct Ellipsoid {
  Frame frame{};
  Vec3 semi_mm{1, 1, 1}; ///< half axes along left, back, up
  LabelId part = 0;
};

[[nodiscard]] double volume_mm3(const Ellipsoid& ellipsoid);

struct TubeNode {
  Vec3 center_mm{0, 0, 0};
  double radius_mm = 1;
};

/// A bent tube with round ends. `height_ratio` > 1 makes its cross-section taller (along z) than wide.
struct Tube {
  std::vector<TubeNode> nodes{};
  double height_ratio = 1;
  std::vector<LabelId> parts{}; ///< empty, or the part each piece between two nodes belongs to
};

/// The smooth curve through the nodes (centres and radii), as a tube with a node about every `step_mm`.
[[nodiscard]] Tube smooth_tube(const std::vector<TubeNode>& nodes, double step_mm);

/// A vertebral body: rounded in front, flat behind, waisted, with endplates that may be wedged and hollow.
struct Block {
  Frame frame{};
  double half_width_mm = 20, half_depth_mm = 15;              ///< at the endplates
  double anterior_mm = 25, middle_mm = 25, posterior_mm = 25; ///< heights at the front edge, the middle, the back
  double waist = 0;                                           ///< share by which mid-height is narrower
  LabelId part = 0;
};

/// A horizontal cross-section of the trunk: |x|^2.5 + |y|^2.5 <= 1 after scaling. Between a box and an ellipse.
struct Outline {
  double x_mm = 0, y_mm = 0, half_width_mm = 1, half_depth_mm = 1;
};

struct Box {
  Vec3 low{0, 0, 0}, high{0, 0, 0};
};

[[nodiscard]] Box bounds(const Ellipsoid& ellipsoid);
[[nodiscard]] Box bounds(const TubeNode& a, const TubeNode& b, double height_ratio);
[[nodiscard]] Box bounds(const Block& block);

} // namespace osteocalc::synth
