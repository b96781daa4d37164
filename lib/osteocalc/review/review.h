// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/calcium/region_scorer.h"
#include "osteocalc/review/scored_slices.h"
#include "osteocalc/review/subject.h"
#include "osteocalc/review/voxel_spans.h"
#include "osteocalc/study/bed_rule.h"

#include <map>
#include <memory>
#include <set>
#include <span>

namespace osteocalc::review {

/// A study under review: labels, marks and every number that follows from them, kept up to date edit by edit by
/// measuring again only what changed. The machine's own numbers stay beside.
class Review {
 public:
  /// Measures the study once. Takes seconds on a large scan.
  explicit Review(Subject subject);

  /// \throw Error when the edit cannot be done; nothing has changed then
  const Edit& apply(const Action& action, const Author& author);
  bool undo(); ///< false: nothing to undo
  bool redo();
  /// Edits read from a file, one after the other, with their own author, time and reason. \throw Error as apply()
  void replay(std::span<const Edit> edits);

  [[nodiscard]] const std::vector<Edit>& edits() const noexcept { return edits_; }
  [[nodiscard]] std::size_t redoable() const noexcept { return undone_.size(); }
  [[nodiscard]] const study::StudyResult& machine() const noexcept { return machine_; }
  [[nodiscard]] const study::StudyResult& values() const noexcept { return values_; }
  [[nodiscard]] const CtImage& image() const noexcept { return *image_; }
  [[nodiscard]] const LabelMap& labels() const noexcept { return labels_; }
  [[nodiscard]] const Marks& marks() const noexcept { return marks_; }
  /// Bodies under the machine's levels. \pre i < body_count()
  [[nodiscard]] const bone::BodyFinding& body(std::size_t i) const { return levels_[i].finding; }
  [[nodiscard]] std::size_t body_count() const noexcept { return levels_.size(); }
  [[nodiscard]] int min_hu() const noexcept { return min_hu_; }
  /// What volumes of interest are indices into: the scan, or a tilted scan's upright copy.
  [[nodiscard]] const VolumeGeometry& bone_geometry() const noexcept { return bone_hu().geometry(); }

  /// The lesion a click on this voxel means: of the finest bed, or the nearest within 3 mm; its bed goes with it.
  struct Picked {
    std::string bed;
    study::BedLesion lesion;
  };
  [[nodiscard]] std::optional<Picked> lesion_at(const Voxel& voxel) const;

  /// Every number from the labels and marks as they stand, measured without what is kept: for tests.
  [[nodiscard]] study::StudyResult measured_afresh() const;

 private:
  struct Level { ///< a vertebra under the machine's name, as it stands
    bone::BodyFinding finding;
    bone::VertebraDensity density;
  };
  struct Before { ///< what undo restores
    std::vector<LabelledSpan> voxels;
    Marks marks;
    std::map<std::size_t, Level> levels;
  };
  Before perform(const Action& action, const Author& author, Edit& record);
  Before assign(const AssignLesion& action, Edit& record);
  void mark_level(Vertebra level, const Action& action, const Author& author, Edit& record);
  void follow(const Before& before);
  void measure_changed_levels(Before& before);
  [[nodiscard]] std::set<Vertebra> painted_levels(const std::vector<LabelledSpan>& voxels) const;
  void follow_voxels(const std::vector<LabelledSpan>& voxels);
  void follow_levels(int shift_before);
  void rescore(const std::set<int>& scan_slices);
  [[nodiscard]] study::BedScore bed_of(const calcium::RegionScores& scored,
                                       const std::optional<std::string>& incomplete) const;
  [[nodiscard]] const Volume<std::int16_t>& bone_hu() const noexcept { return upright_ ? *upright_ : image_->hu; }
  [[nodiscard]] bone::BodyFinding refitted(std::size_t level) const;
  [[nodiscard]] bone::VertebraDensity measured(const bone::BodyFinding& finding) const;
  void collect_beds();
  void collect_bone();
  [[nodiscard]] bool is_painted(Vertebra machine_level) const;
  [[nodiscard]] Vertebra machine_level(Vertebra shown) const;
  [[nodiscard]] bone::BoneResult bone_of(std::vector<bone::VertebraDensity> vertebrae) const;

  std::shared_ptr<const CtImage> image_;
  LabelMap labels_;
  study::AnalyzeOptions options_;
  bool lower_bound_ = false;
  int min_hu_ = 130;
  std::optional<Volume<std::int16_t>> upright_; ///< of a tilted scan: bone is measured on it
  std::vector<bone::BodyFinding> found_;        ///< by the machine, on the grid that bone is measured on
  std::vector<Level> levels_;                   ///< one for each of those
  std::vector<bone::BodyFinding> bed_bodies_;   ///< on the scan's own grid: beds end at them; empty: found_ are
  std::optional<ScoredSlices> scored_;
  LabelBox arteries_; ///< around all that ever was in a bed
  std::optional<study::BedRule> rule_;
  Volume<LabelId> bed_labels_;
  std::vector<calcium::Region> regions_;
  std::optional<calcium::RegionScorer> scorer_; ///< absent where the machine refused calcium
  std::map<std::string, std::string> in_view_;  ///< beds the machine measured: why incomplete
  Marks marks_;
  study::StudyResult machine_, values_;
  std::vector<Edit> edits_, undone_;
  std::vector<Before> before_;
};

/// Every number of a study by name: "coronary.agatston", "coronary.volume_mm3", "L1.hu", "L1.bmd_mg_cm3", "spine.hu"
/// ...
[[nodiscard]] std::map<std::string, std::optional<double>> numbers_of(const study::StudyResult& result);

} // namespace osteocalc::review
