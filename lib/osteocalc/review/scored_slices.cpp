// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/review/scored_slices.h"

#include "osteocalc/image/combine_slices.h"

#include <algorithm>
#include <cmath>

namespace osteocalc::review {

ScoredSlices::ScoredSlices(std::shared_ptr<const CtImage> image, std::optional<double> combined_mm, Parallel parallel)
    : image_(std::move(image)), combined_mm_(combined_mm), parallel_(parallel) {
  if (combined_mm_)
    hu_ = std::make_shared<const Volume<std::int16_t>>(combine_slices(image_->hu, *combined_mm_, parallel_));
}

const Volume<LabelId>& ScoredSlices::labels(const Volume<LabelId>& scan) {
  if (!combined_mm_)
    return scan;
  if (labels_.empty())
    labels_ = combine_slices(scan, *combined_mm_, parallel_);
  return labels_;
}

void ScoredSlices::combine_again(const Volume<LabelId>& scan, int low, int high) {
  if (combined_mm_ && !labels_.empty())
    osteocalc::combine_again(scan, *combined_mm_, low, high, parallel_, labels_);
}

std::array<int, 2> ScoredSlices::slices_of(int low, int high) const noexcept {
  if (!combined_mm_)
    return {low, high};
  const double thin_mm = image_->hu.geometry().spacing_mm[2];
  return {static_cast<int>(std::floor(low * thin_mm / *combined_mm_ + 1e-9)),
          std::min(static_cast<int>(std::ceil((high + 1) * thin_mm / *combined_mm_ - 1e-9)) - 1, hu_->size(2) - 1)};
}

int ScoredSlices::slice_of(int scan_slice) const noexcept {
  if (!combined_mm_)
    return scan_slice;
  const double middle = (scan_slice + 0.5) * image_->hu.geometry().spacing_mm[2] / *combined_mm_;
  return std::min(static_cast<int>(std::floor(middle)), hu_->size(2) - 1); // what is left over at the top has none
}

calcium::Lesion ScoredSlices::on_the_scan(const calcium::Lesion& lesion) const {
  if (!combined_mm_)
    return lesion;
  calcium::Lesion spread = lesion;
  spread.runs.clear();
  for (const calcium::LesionRun& part : lesion.runs)
    for (int z = 0; z < image_->hu.size(2); ++z)
      if (slice_of(z) == part.z && (z + 0.5) * image_->hu.geometry().spacing_mm[2] < (part.z + 1) * *combined_mm_) {
        calcium::LesionRun thin = part;
        thin.z = z;
        spread.runs.push_back(thin);
      }
  std::ranges::stable_sort(spread.runs, {}, &calcium::LesionRun::z);
  return spread;
}

} // namespace osteocalc::review
