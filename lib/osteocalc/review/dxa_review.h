// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/review/edit.h"
#include "osteocalc/review/review.h"
#include "osteocalc/review/review_file.h"
#include "osteocalc/study/dxa_measures.h"

#include <map>
#include <memory>
#include <span>

namespace osteocalc::review {

/// What a reader says of one wall opposite one vertebra.
struct WallReading {
  std::optional<int> grade;                   ///< clicked; absent: drawn
  std::vector<std::array<Vec2, 2>> stretches; ///< drawn
};
using WallName = std::pair<Vertebra, dxa::Wall>;

/// What a reader may move on a DXA image.
struct DxaMarks {
  std::vector<dxa::Region> regions;
  std::vector<dxa::ExcludedLevel> excluded;
  std::vector<dxa::SixPointMark> vertebrae;
  std::map<WallName, WallReading> walls;
};

/// A DXA image under review: regions, marks and walls, and every number that follows from them. Undo without limit.
class DxaReview {
 public:
  /// \param options how the machine measured it; without regions or marks those it finds
  DxaReview(std::shared_ptr<const DxaImage> image, study::DxaOptions options);

  /// \throw Error when the edit cannot be done; nothing has changed then
  const Edit& apply(const Action& action, const Author& author);
  bool undo(); ///< false: nothing to undo
  bool redo();

  [[nodiscard]] const std::vector<Edit>& edits() const noexcept { return edits_; }
  [[nodiscard]] const dxa::DxaResult& machine() const noexcept { return machine_; }
  [[nodiscard]] const dxa::DxaResult& values() const noexcept { return values_; }
  [[nodiscard]] const DxaMarks& marks() const noexcept { return marks_; }
  [[nodiscard]] const DxaImage& image() const noexcept { return *image_; }
  /// What there is to look at: mineral where it is known, else the first frame.
  [[nodiscard]] const Volume<float>& seen() const noexcept;
  [[nodiscard]] bool is_lateral() const noexcept { return image_->exam == DxaExam::LateralSpine; }
  /// The machine's walls under the marks as they stand: its proposal.
  [[nodiscard]] const std::vector<dxa::WallCalcium>& proposed() const noexcept { return proposed_; }

 private:
  void perform(const Action& action, const Author& author, Edit& record);
  void measure();
  void score_walls();

  std::shared_ptr<const DxaImage> image_;
  study::DxaOptions options_;
  std::optional<dxa::BoneImage> bone_;
  DxaMarks marks_;
  dxa::DxaResult machine_, values_;
  std::vector<dxa::WallCalcium> proposed_;
  std::vector<Edit> edits_, undone_;
  std::vector<DxaMarks> before_; ///< one an edit
};

/// Where a wall's segment lies in front of a marked vertebra: a strip between two middles of discs.
struct WallStrip {
  WallName name;
  std::array<Vec2, 4> corners{}; ///< nearest the spine above, farthest above, farthest below, nearest below
};
/// Both walls of L1 to L4, as far as they are marked: the posterior one reaches to half-way between usual walls.
[[nodiscard]] std::vector<WallStrip> wall_strips(const std::vector<dxa::SixPointMark>& marks);
/// Share of a strip's height that stretches cover, 0..1.
[[nodiscard]] double covered_share(const WallStrip& strip, const std::vector<std::array<Vec2, 2>>& stretches);

/// A site as a table shows it.
struct SiteLine {
  std::string site;
  double abmd_g_cm2 = 0;
  std::optional<double> bmc_g, area_cm2, t_score, z_score;
  std::optional<std::string> excluded;
};
[[nodiscard]] std::vector<SiteLine> site_lines(const std::vector<dxa::ScoredSite>& sites);

/// Every number by name: "L1.abmd_g_cm2", "L1-L4.t_score", "aac24", "L2.anterior" (its grade) ...
[[nodiscard]] std::map<std::string, std::optional<double>> numbers_of(const dxa::DxaResult& result);
/// \param inputs_sha256 of the image's file \param result_sha256 of the machine's dxa.json; empty: unknown
[[nodiscard]] ReviewFile file_of(const DxaReview& review, const std::string& inputs_sha256,
                                 const std::string& result_sha256 = {});
/// \throw Refusal (REVIEW-OTHER-SCAN)
void check_fits(const ReviewFile& review, const DxaImage& image, const std::string& inputs_sha256);

} // namespace osteocalc::review
