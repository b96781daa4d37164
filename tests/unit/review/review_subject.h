// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/review/review.h"

#include <cmath>

namespace osteocalc::test {

/// A scan with two arteries (LAD and LCX, boxes apart), a descending aorta and three vertebral blocks with a canal:
/// 2 mm pixels, 3 mm slices. Plaques: one of 400 HU in the LAD, one of 250 HU in the LCX, one of 500 HU in the aorta,
/// and one of 350 HU in no label.
struct ReviewScan {
  std::shared_ptr<CtImage> image = std::make_shared<CtImage>();
  LabelMap labels;

  ReviewScan() {
    const VolumeGeometry grid{{60, 60, 50}, {2, 2, 3}, {-60, -60, 0}};
    image->hu = Volume<std::int16_t>(grid, 30);
    image->acquisition.kvp_kv = 120;
    image->inputs_sha256 = "made";
    labels.voxels = Volume<LabelId>(grid, 0);
    box({5, 5, 30}, {15, 15, 40}, label::coronary_lad, 30);
    box({25, 5, 30}, {35, 15, 40}, label::coronary_lcx, 30);
    box({40, 20, 2}, {50, 30, 46}, label::aorta_descending, 40);
    plaque({8, 8, 33}, {10, 10, 34}, 400);
    plaque({28, 8, 33}, {31, 10, 33}, 250);
    plaque({41, 22, 20}, {43, 24, 22}, 500);
    plaque({20, 8, 33}, {21, 10, 34}, 350);
    for (int i = 0; i < 3; ++i)
      vertebra(static_cast<Vertebra>(static_cast<int>(Vertebra::L3) - i), 4 + 14 * i,
               static_cast<std::int16_t>(120 + 20 * i));
  }

  [[nodiscard]] review::Subject subject() const {
    review::Subject subject{image, {labels.voxels.clone(), {}}, {}, {}, {}};
    subject.info.kvp_kv = 120;
    subject.info.increment_mm = 3;
    subject.info.slices = 50;
    subject.info.contrast = study::Contrast::None;
    subject.options.kvp_kv = 120;
    return subject;
  }

 private:
  void box(const review::Voxel& low, const review::Voxel& high, LabelId id, std::int16_t hu) {
    for (int z = low[2]; z <= high[2]; ++z)
      for (int y = low[1]; y <= high[1]; ++y)
        for (int x = low[0]; x <= high[0]; ++x) {
          labels.voxels(x, y, z) = id;
          image->hu(x, y, z) = hu;
        }
  }
  void plaque(const review::Voxel& low, const review::Voxel& high, std::int16_t hu) {
    for (int z = low[2]; z <= high[2]; ++z)
      for (int y = low[1]; y <= high[1]; ++y)
        for (int x = low[0]; x <= high[0]; ++x)
          image->hu(x, y, z) = hu;
  }
  /// An oval body of 40 by 30 by 27 mm with a ring of bone around a canal behind it.
  void vertebra(Vertebra level, int bottom, std::int16_t hu) {
    for (int z = bottom; z < bottom + 9; ++z)
      for (int y = 28; y < 58; ++y)
        for (int x = 5; x < 35; ++x) {
          const double dx = 2 * (x - 20), dy = 2 * (y - 38);
          const bool body = std::hypot(dx / 20, dy / 15) <= 1;
          const double around = std::hypot(2 * (x - 20), 2 * (y - 49));
          if (!body && (around < 7 || around > 12))
            continue;
          labels.voxels(x, y, z) = whole_vertebra_label(level);
          image->hu(x, y, z) = static_cast<std::int16_t>(hu + (x * 7 + y * 5 + z * 3) % 9);
        }
  }
};

inline const review::Author reader{"ann", "2026-01-02T03:04:05Z", ""};

[[nodiscard]] inline double agatston_of(const study::StudyResult& result, const std::string& bed) {
  for (const study::BedScore& score : result.beds)
    if (score.bed == bed)
      return score.reference->agatston;
  return -1;
}

} // namespace osteocalc::test
