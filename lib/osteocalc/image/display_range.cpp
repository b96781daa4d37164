// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/image/display_range.h"

#include <algorithm>
#include <vector>

namespace osteocalc {

DisplayRange usual_range(const Volume<float>& image) {
  std::vector<float> values(image.voxels().begin(), image.voxels().end());
  const auto at = [&](double share) {
    const auto place = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
    std::ranges::nth_element(values, place);
    return static_cast<double>(*place);
  };
  const double low = at(0.005);
  return {low, std::max(at(0.995), low + 1e-3)};
}

} // namespace osteocalc
