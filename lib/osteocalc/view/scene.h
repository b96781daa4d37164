// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/image/label_map.h"
#include "osteocalc/view/picture.h"

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace osteocalc::view {

/// Where the 3-D scene is looked at from: angles about the scene's middle, in degrees; 0, 0 is from the front.
struct Camera {
  double turn_deg = 0, tilt_deg = 0, zoom = 1;
  friend bool operator==(const Camera&, const Camera&) = default;
};

/// How the bones are drawn: in software where OpenGL is software, else on the graphics card.
enum class VolumeMapper { Software, GraphicsCard };

/// Why no window can be opened here: no display is named, or it does not answer; empty where one can.
[[nodiscard]] std::string why_no_display();

/// Why there can be no 3-D here: no display to ask for OpenGL, or none that answers. Empty where there can.
[[nodiscard]] std::string why_no_scene();

/// Bones translucent, arteries as surfaces, plaques coloured by density class. Drawn off screen.
/// Only for one thread at a time; made, used and ended on the same one.
class Scene {
 public:
  /// \param labels may be empty: then bright voxels pass for bone
  /// \throw Error when why_no_scene() says why
  Scene(const Volume<std::int16_t>& hu, const Volume<LabelId>& labels);
  ~Scene();
  Scene(Scene&&) noexcept;
  Scene& operator=(Scene&&) noexcept;

  /// The plaques, by their voxels.
  void set_calcium(const Volume<std::int16_t>& hu, std::span<const std::array<int, 3>> voxels);
  [[nodiscard]] Picture picture(const Camera& camera, int width, int height);
  [[nodiscard]] VolumeMapper mapper() const noexcept;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// Colours of calcium of 130-199, 200-299, 300-399 and 400 HU and more.
[[nodiscard]] const std::array<Rgb, 4>& density_class_colors() noexcept;

} // namespace osteocalc::view
