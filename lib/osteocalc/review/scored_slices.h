// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/calcium/score.h"
#include "osteocalc/image/ct_image.h"
#include "osteocalc/image/label_map.h"

#include <array>
#include <memory>
#include <optional>

namespace osteocalc::review {

/// The slices that calcium is scored on: the scan's own, or thicker ones averaged from them as the machine did.
class ScoredSlices {
 public:
  ScoredSlices(std::shared_ptr<const CtImage> image, std::optional<double> combined_mm, Parallel parallel);

  [[nodiscard]] bool are_combined() const noexcept { return combined_mm_.has_value(); }
  [[nodiscard]] const Volume<std::int16_t>& hu() const noexcept { return combined_mm_ ? *hu_ : image_->hu; }
  /// The scan's labels on these slices, combined at the first call; valid until the next one to combine_again().
  [[nodiscard]] const Volume<LabelId>& labels(const Volume<LabelId>& scan);
  /// After labels changed: slices low..high are worked out again.
  void combine_again(const Volume<LabelId>& scan, int low, int high);
  /// First and last of those that the scan's slices low..high reach into; the last before the first where none.
  [[nodiscard]] std::array<int, 2> slices_of(int low, int high) const noexcept;
  /// The one that a slice of the scan lies in.
  [[nodiscard]] int slice_of(int scan_slice) const noexcept;
  /// Every pixel of a lesion in all the scan's slices that its own are made of.
  [[nodiscard]] calcium::Lesion on_the_scan(const calcium::Lesion& lesion) const;

 private:
  std::shared_ptr<const CtImage> image_;
  std::optional<double> combined_mm_;
  Parallel parallel_;
  std::shared_ptr<const Volume<std::int16_t>> hu_; ///< scorers refer to it
  Volume<LabelId> labels_;
};

} // namespace osteocalc::review
