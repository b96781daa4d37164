// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/image/combine_slices.h"

#include "osteocalc/core/error.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace osteocalc {
namespace {

/// Which thin slices a thick one is made of, with their shares of it.
struct Part {
  int z;
  double share;
};

VolumeGeometry combined_geometry(const VolumeGeometry& thin, double thickness_mm) {
  OSTEOCALC_EXPECT(thickness_mm >= thin.spacing_mm[2]);
  VolumeGeometry thick = thin;
  const double increment_mm = thin.spacing_mm[2];
  thick.size[2] = static_cast<int>(std::floor(thin.size[2] * increment_mm / thickness_mm + 1e-9));
  if (thick.size[2] < 1)
    throw GeometryError("the scan is thinner than one combined slice; choose thinner ones");
  thick.spacing_mm[2] = thickness_mm;
  thick.origin_mm = index_to_point(thin, {0, 0, (thickness_mm / increment_mm - 1) / 2});
  return thick;
}

std::vector<Part> parts_of(int thick_z, double thickness_mm, double increment_mm, int slices) {
  const double low = thick_z * thickness_mm / increment_mm, high = (thick_z + 1) * thickness_mm / increment_mm;
  std::vector<Part> parts;
  for (int z = static_cast<int>(std::floor(low + 1e-9)); z < slices && z < high - 1e-9; ++z)
    parts.push_back({z, (std::min(high, z + 1.0) - std::max(low, double(z))) / (high - low)});
  return parts;
}

/// The label that fills most of a box; on equal terms the smaller one.
LabelId filling_most(const Volume<LabelId>& labels, int x, int y, const std::vector<Part>& parts) {
  LabelId most = 0;
  double most_share = -1;
  for (const Part& candidate : parts) {
    const LabelId id = labels(x, y, candidate.z);
    double share = 0;
    for (const Part& part : parts)
      share += labels(x, y, part.z) == id ? part.share : 0;
    if (share > most_share + 1e-9 || (share > most_share - 1e-9 && id < most)) {
      most = id;
      most_share = share;
    }
  }
  return most;
}

} // namespace

Volume<std::int16_t> combine_slices(const Volume<std::int16_t>& hu, double thickness_mm, Parallel parallel) {
  const VolumeGeometry& thin = hu.geometry();
  Volume<std::int16_t> thick(combined_geometry(thin, thickness_mm));
  parallel_for(static_cast<std::size_t>(thick.size(2)), parallel, [&](std::size_t slice) {
    const int thick_z = static_cast<int>(slice);
    std::vector<double> sum(static_cast<std::size_t>(hu.size(0)) * static_cast<std::size_t>(hu.size(1)), 0.0);
    for (const Part& part : parts_of(thick_z, thickness_mm, thin.spacing_mm[2], hu.size(2))) {
      const std::int16_t* values = hu.slice(part.z).data;
      for (std::size_t i = 0; i < sum.size(); ++i)
        sum[i] += part.share * values[i];
    }
    std::int16_t* out = thick.slice(thick_z).data;
    for (std::size_t i = 0; i < sum.size(); ++i)
      out[i] = static_cast<std::int16_t>(std::floor(sum[i] + 1e-6));
  });
  return thick;
}

Volume<LabelId> combine_slices(const Volume<LabelId>& labels, double thickness_mm, Parallel parallel) {
  Volume<LabelId> thick(combined_geometry(labels.geometry(), thickness_mm));
  combine_again(labels, thickness_mm, 0, thick.size(2) - 1, parallel, thick);
  return thick;
}

void combine_again(const Volume<LabelId>& labels, double thickness_mm, int low, int high, Parallel parallel,
                   Volume<LabelId>& thick) {
  parallel_for(static_cast<std::size_t>(std::max(0, high - low + 1)), parallel, [&](std::size_t slice) {
    const int thick_z = low + static_cast<int>(slice);
    const std::vector<Part> parts = parts_of(thick_z, thickness_mm, labels.geometry().spacing_mm[2], labels.size(2));
    for (int y = 0; y < labels.size(1); ++y)
      for (int x = 0; x < labels.size(0); ++x)
        thick(x, y, thick_z) = filling_most(labels, x, y, parts);
  });
}

} // namespace osteocalc
