// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/image/label_map.h"
#include "osteocalc/view/surface.h"

namespace osteocalc::view {

/// The aorta's middle from the diaphragm side down to its end, as its labels show it: the limb that goes on into the
/// abdomen, never through the arch. Empty without an aorta.
[[nodiscard]] CenterLine aorta_line(const Volume<LabelId>& labels);

/// Through the middles of the labelled vertebrae (of their bodies, where those are labelled). Empty for fewer than two.
[[nodiscard]] CenterLine spine_line(const Volume<LabelId>& labels);

} // namespace osteocalc::view
