// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/calcium/score.h"

#include <memory>
#include <span>

namespace osteocalc::calcium {

/// The regions' scores, kept up to date while the label map changes: only slices that changed are split again, only
/// regions whose pixels changed are scored again. A region without a pixel scores 0.
class RegionScorer {
 public:
  /// \pre same_grid(hu.geometry(), labels.geometry()); hu outlives this object
  RegionScorer(const Volume<std::int16_t>& hu, const Volume<LabelId>& labels, std::vector<Region> regions,
               const ScoreOptions& options);

  /// After labels changed in slices low..high. \return which regions have other pixels than before
  std::vector<std::size_t> rescore(const Volume<LabelId>& labels, int low, int high);

  [[nodiscard]] std::span<const RegionScores> scores() const noexcept { return scores_; }
  [[nodiscard]] std::vector<RegionScores> take_scores() && noexcept { return std::move(scores_); }
  [[nodiscard]] const Issues& issues() const noexcept { return issues_; }
  /// True when a region has pixels at or above the lowest bound.
  [[nodiscard]] bool has_candidates(std::size_t region) const;

 private:
  struct Rules;

  const Volume<std::int16_t>& hu_;
  std::vector<Region> regions_;
  ScoreOptions options_;
  Issues issues_;
  std::shared_ptr<const Rules> rules_;
  RunStack runs_;                                    ///< of the whole image
  std::vector<std::vector<std::size_t>> regions_of_; ///< by label
  std::vector<RunStack> runs_of_region_;
  std::vector<RegionScores> scores_;
};

} // namespace osteocalc::calcium
