// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/parallel.h"
#include "osteocalc/review/reviewed_result.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace osteocalc::review {

/// What a reader chooses studies by.
struct QueueRow {
  std::string study; ///< its key: the name of its folder
  std::filesystem::path folder;
  bool refused = false; ///< there is no result, or a part of it was refused
  int warnings = 0;
  std::optional<double> coronary_agatston, abdominal_agatston, spine_hu;
  bool high_calcium = false, low_bone = false;
  bool short_field_of_view = false; ///< a bed or a vertebra runs out of the scan
  bool uncertain_levels = false;    ///< a vertebra's name is less than certain
  ReviewState review = ReviewState::None;
};

/// Each that is set must hold; by default every study is shown.
struct QueueFilter {
  bool refused = false, warned = false, high_calcium = false, low_bone = false, short_field_of_view = false,
       not_reviewed = false;
};
[[nodiscard]] bool passes(const QueueRow& row, const QueueFilter& filter) noexcept;

/// How much a study needs a reader's eyes: readers who disagree first, then what was refused, uncertain levels, short
/// fields of view, warnings; what was reviewed last.
[[nodiscard]] int urgency(const QueueRow& row) noexcept;

/// Studies in the order they are read, and where the reader is.
class Queue {
 public:
  explicit Queue(std::vector<QueueRow> rows);
  void set_filter(const QueueFilter& filter); ///< stays at the current study where it passes
  [[nodiscard]] const std::vector<QueueRow>& shown() const noexcept { return shown_; }
  [[nodiscard]] const QueueRow* current() const noexcept { return peek(0); }
  [[nodiscard]] const QueueRow* peek(int steps) const noexcept; ///< null beyond either end
  bool move(int steps);                                         ///< false: there is none
  bool go_to(const std::string& study);

 private:
  std::vector<QueueRow> rows_, shown_;
  std::size_t at_ = 0;
};

/// The studies of a batch: OUT/studies/*/, each by its result.json. \throw IoError when there is no such folder
[[nodiscard]] std::vector<QueueRow> read_queue(const std::filesystem::path& batch, Parallel parallel);

} // namespace osteocalc::review
