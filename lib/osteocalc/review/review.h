// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/calcium/region_scorer.h"
#include "osteocalc/review/edit.h"
#include "osteocalc/review/voxel_spans.h"
#include "osteocalc/study/analyze.h"
#include "osteocalc/study/bed_rule.h"

#include <map>
#include <memory>
#include <set>
#include <span>

namespace osteocalc::review {

/// What is reviewed: a scan, its labels as the machine left them, and how the machine measured them.
struct Subject {
  std::shared_ptr<const CtImage> image;
  LabelMap labels; ///< wholes with their parts drawn over, on the image's grid
  study::AnalyzeOptions options;
  study::StudyInfo info; ///< absent contrast is judged from the blood
  Issues said;           ///< by the machine: a lower bound or a heart in doubt takes classes away here too
};

/// A reader's marks that are no voxels.
struct Marks {
  int level_shift = 0;
  std::map<Vertebra, bone::VoiPlacement> placements; ///< by the machine's level, as are those below
  std::map<Vertebra, std::string> excluded;
  std::set<Vertebra> used;
  std::set<Voxel> accepted; ///< a voxel of each accepted lesion
  friend bool operator==(const Marks&, const Marks&) = default;
};

struct Author {
  std::string reader, time, why;
};

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
  void follow_voxels(const std::vector<LabelledSpan>& voxels);
  void follow_levels(int shift_before);
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
  std::vector<bone::BodyFinding> found_; ///< by the machine
  std::vector<Level> levels_;            ///< one for each of those
  LabelBox arteries_;                    ///< around all that ever was in a bed
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
