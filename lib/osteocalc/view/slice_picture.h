// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/parallel.h"
#include "osteocalc/image/label_map.h"
#include "osteocalc/view/picture.h"
#include "osteocalc/view/sampling.h"

#include <optional>
#include <span>
#include <string_view>

namespace osteocalc::view {

/// Grey window: center - width/2 is black, center + width/2 is white.
struct Window {
  double center_hu = 50, width_hu = 400;
  friend bool operator==(const Window&, const Window&) = default;
};

struct WindowPreset {
  std::string_view name;
  Window window;
};
/// calcium, bone, soft, lung.
[[nodiscard]] std::span<const WindowPreset> window_presets() noexcept;

/// What a label looks like; absent: it is not shown.
using LabelColor = std::optional<Rgb>;
/// Arteries red, their parts each by a colour of its own; vertebrae in two greens by turns; the heart violet; others
/// nothing.
[[nodiscard]] LabelColor label_color(LabelId id) noexcept;

struct Overlay {
  const Volume<LabelId>* labels = nullptr; ///< null: none
  double opacity = 0.35;                   ///< 0..1
  bool outline = false;                    ///< edges only
  const Volume<std::uint8_t>* marks =
      nullptr; ///< drawn over all: 1 calcium that counts, 2 accepted, 3 volume of interest
};

[[nodiscard]] Picture slice_picture(const Volume<std::int16_t>& hu, const Surface& surface, const Slab& slab,
                                    const Window& window, const Overlay& overlay, Parallel parallel);

} // namespace osteocalc::view
