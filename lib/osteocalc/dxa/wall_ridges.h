// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/image/volume.h"

#include <functional>
#include <vector>

namespace osteocalc::dxa {

/// A stretch along which an image is brighter than both its sides, from above to below.
struct Ridge {
  struct Row {
    int y = 0;           ///< of the image
    double x_mm = 0;     ///< its middle
    double front_mm = 0; ///< of it, in front of the spine
    double contrast = 0;
    double rib_end = 0; ///< what the end of a rib here would stand out by, 0 where none is likely
  };
  std::vector<Row> rows;
};

/// How far in front of the spine a place lies, mm.
using InFront = std::function<double(double x_mm, double y_mm)>;

/// Bright lines 1 to 4 mm wide that run along the spine, nearest to farthest mm in front of it: matched filters in
/// directions all round, of which one along the spine must answer best, so that ribs which cross are left out. A line
/// reaches as far as it stands out at all and counts where it stands out clearly, over the rim of a rib's end, too (see
/// rib_end_map). \param forwards sign of x towards the front of the body \param least_contrast below which nothing
/// counts, in the image's unit
[[nodiscard]] std::vector<Ridge> find_wall_ridges(const Volume<float>& image, const InFront& in_front, int forwards,
                                                  double least_contrast);

} // namespace osteocalc::dxa
