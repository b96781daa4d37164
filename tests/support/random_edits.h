// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/review/review.h"

#include <random>

namespace osteocalc::test {

/// Edits as a restless reader makes them: any kind, anywhere near what can be edited. The same for the same seed.
class RandomEdits {
 public:
  explicit RandomEdits(std::uint32_t seed) : random_(seed) {}

  [[nodiscard]] review::Action next(const review::Review& review) {
    switch (below(10)) {
    case 0:
    case 1:
    case 2:
      if (const auto lesion = any_lesion(review))
        return review::AssignLesion{lesion->first, lesion->second, any_bed()};
      return review::ShiftLevels{1 - below(3)};
    case 3:
      return review::AddLesion{any_voxel(review), any_bed()};
    case 4:
    case 5:
      return review::Stroke{{near_label(review), near_label(review)}, 1.0 + below(6), below(2) == 0, any_bed()};
    case 6:
      return review::Stroke{{near_label(review)}, 2.0 + below(3), false, whole_vertebra_label(Vertebra::L2)};
    case 7:
      return review::ShiftLevels{1 - below(3)};
    case 8:
      return review::PlaceVolume{any_level(review),
                                 {{below(7) - 3.0, below(7) - 3.0, below(7) - 3.0}, 0.5 + 0.1 * below(8)}};
    default:
      if (below(2) == 0)
        return review::ExcludeLevel{any_level(review)};
      return review::UseLevel{any_level(review)};
    }
  }

  int below(int end) { return static_cast<int>(random_() % static_cast<std::uint32_t>(end)); }

 private:
  LabelId any_bed() {
    constexpr std::array<LabelId, 8> beds{0,
                                          label::coronary_lm,
                                          label::coronary_lad,
                                          label::coronary_lcx,
                                          label::coronary_rca,
                                          label::aortic_valve,
                                          label::aorta_descending,
                                          label::aorta_abdominal};
    return beds[static_cast<std::size_t>(below(static_cast<int>(beds.size())))];
  }
  Vertebra any_level(const review::Review& review) {
    if (review.body_count() == 0)
      return Vertebra::L1;
    const Vertebra machine = review.body(static_cast<std::size_t>(below(static_cast<int>(review.body_count())))).level;
    return review::shifted(machine, review.marks().level_shift).value_or(Vertebra::L1);
  }
  review::Voxel any_voxel(const review::Review& review) {
    const auto& size = review.image().hu.geometry().size;
    return review::brightest_near({below(size[0]), below(size[1]), below(size[2])}, review.image().hu, 20);
  }
  review::Voxel near_label(const review::Review& review) {
    const Volume<LabelId>& labels = review.labels().voxels;
    for (int attempt = 0; attempt < 2000; ++attempt) {
      const review::Voxel at{below(labels.size(0)), below(labels.size(1)), below(labels.size(2))};
      if (labels(at[0], at[1], at[2]) != 0)
        return at;
    }
    return {0, 0, 0};
  }
  std::optional<std::pair<std::string, review::Voxel>> any_lesion(const review::Review& review) {
    std::vector<std::pair<std::string, review::Voxel>> lesions;
    for (const auto& bed : review.values().beds)
      for (const auto& lesion : bed.lesions)
        lesions.push_back({bed.bed, {lesion.runs[0].run.x_begin, lesion.runs[0].run.y, lesion.runs[0].z}});
    if (lesions.empty())
      return std::nullopt;
    return lesions[static_cast<std::size_t>(below(static_cast<int>(lesions.size())))];
  }
  std::mt19937 random_;
};

} // namespace osteocalc::test
