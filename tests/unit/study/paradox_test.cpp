// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/study/paradox.h"

#include <gtest/gtest.h>

namespace osteocalc::study {
namespace {

using calibration::Mode;

BedScore bed(const std::string& name, std::optional<double> agatston, bool complete = true) {
  BedScore score;
  score.bed = name;
  score.complete = complete;
  if (agatston) {
    score.reference = calcium::VariantScore{};
    score.reference->agatston = *agatston;
  }
  return score;
}

/// Bone measured: a summary density under `mode` and L1's HU, either of which may be missing.
bone::BoneResult bone_of(Mode mode, std::optional<double> bmd_mg_cm3, std::optional<double> l1_hu) {
  bone::BoneResult result;
  result.calibration.mode = mode;
  result.calibration.name = mode == Mode::Internal ? "theory" : "";
  if (bmd_mg_cm3) {
    result.summary = bone::BoneSummary{};
    result.summary->bmd_mg_cm3 = bmd_mg_cm3;
  }
  bone::VertebraDensity l1;
  l1.level = Vertebra::L1;
  if (l1_hu)
    l1.trabecular = bone::HuStatistics{*l1_hu, 10, 100};
  result.vertebrae.push_back(std::move(l1));
  return result;
}

StudyResult study_of(std::vector<BedScore> beds, std::optional<bone::BoneResult> bone, double kvp_kv = 120) {
  StudyResult result;
  result.beds = std::move(beds);
  result.bone = std::move(bone);
  result.study.kvp_kv = kvp_kv;
  result.study.contrast = Contrast::None;
  return result;
}

std::optional<bool> high_calcium(std::vector<BedScore> beds, const ParadoxOptions& options = {}) {
  return classify_paradox(study_of(std::move(beds), {}), options).high_calcium;
}

std::optional<bool> low_bone(Mode mode, std::optional<double> bmd_mg_cm3, std::optional<double> l1_hu) {
  return classify_paradox(study_of({}, bone_of(mode, bmd_mg_cm3, l1_hu)), {}).low_bone;
}

TEST(HighCalcium, IsACoronaryScoreFrom100) {
  EXPECT_EQ(high_calcium({bed("coronary", 100)}), true);
  EXPECT_EQ(high_calcium({bed("coronary", 99.9)}), false);
  EXPECT_EQ(high_calcium({bed("coronary", 0)}), false);
}

TEST(HighCalcium, OfACutBedIsKnownOnlyWhenAlreadyHigh) {
  EXPECT_EQ(high_calcium({bed("coronary", 150, false)}), true);
  EXPECT_EQ(high_calcium({bed("coronary", 50, false)}), std::nullopt);
}

TEST(HighCalcium, IsUnknownWhereNothingWasScored) {
  EXPECT_EQ(high_calcium({}), std::nullopt);
  EXPECT_EQ(high_calcium({bed("coronary", std::nullopt)}), std::nullopt);
  EXPECT_EQ(high_calcium({bed("aorta_abdominal", 5000)}), std::nullopt); // no cut-off is shipped
  EXPECT_EQ(high_calcium({bed("coronary_lad", 500)}), std::nullopt);     // a vessel is not the tree
}

TEST(HighCalcium, TakesTheAbdominalAortaByTheUsersCutOffWhereThereIsNoCoronaryScore) {
  ParadoxOptions options;
  options.high_abdominal_agatston = 300;
  EXPECT_EQ(high_calcium({bed("aorta_abdominal", 300)}, options), true);
  EXPECT_EQ(high_calcium({bed("aorta_abdominal", 299)}, options), false);
  EXPECT_EQ(high_calcium({bed("coronary", 0), bed("aorta_abdominal", 5000)}, options), false);
  EXPECT_EQ(high_calcium({bed("coronary", 50, false), bed("aorta_abdominal", 5000)}, options), true);
}

TEST(LowBone, IsDensityBelow120WhereCalibrated) {
  for (const Mode mode : {Mode::Phantom, Mode::Asynchronous, Mode::Internal}) {
    EXPECT_EQ(low_bone(mode, 119.9, 300), true);
    EXPECT_EQ(low_bone(mode, 120, 50), false); // the density decides, not the HU
  }
}

TEST(LowBone, IsL1AtMost135HuAt120KvElse) {
  for (const Mode mode : {Mode::Raw, Mode::Published}) {
    EXPECT_EQ(low_bone(mode, {}, 135), true);
    EXPECT_EQ(low_bone(mode, {}, 135.1), false);
    EXPECT_EQ(low_bone(mode, 50, 150), false); // a published line is no calibration of this scanner
  }
  EXPECT_EQ(low_bone(Mode::Phantom, {}, 100), true); // calibrated, but no summary
}

TEST(LowBone, IsUnknownWhereHuDoNotMeanThat) {
  EXPECT_EQ(low_bone(Mode::Raw, {}, {}), std::nullopt);
  EXPECT_EQ(classify_paradox(study_of({}, bone_of(Mode::Raw, {}, 100), 100), {}).low_bone, std::nullopt);
  StudyResult enhanced = study_of({}, bone_of(Mode::Raw, {}, 100));
  enhanced.study.contrast = Contrast::Present;
  EXPECT_EQ(classify_paradox(enhanced, {}).low_bone, std::nullopt);
  StudyResult no_voltage = study_of({}, bone_of(Mode::Raw, {}, 100));
  no_voltage.study.kvp_kv.reset();
  EXPECT_EQ(classify_paradox(no_voltage, {}).low_bone, std::nullopt);
  StudyResult fractured = study_of({}, bone_of(Mode::Raw, {}, 100));
  fractured.bone->vertebrae[0].excluded = "height loss";
  EXPECT_EQ(classify_paradox(fractured, {}).low_bone, std::nullopt);
  EXPECT_EQ(classify_paradox(study_of({}, {}), {}).low_bone, std::nullopt);
}

struct Quadrant {
  std::optional<double> coronary, l1_hu;
  std::optional<std::string> expected;
};

TEST(Paradox, QuadrantOfEveryCombination) {
  for (const Quadrant& row : std::vector<Quadrant>{{0, 200, "neither"},
                                                   {400, 200, "calcium"},
                                                   {0, 90, "bone"},
                                                   {400, 90, "both"},
                                                   {std::nullopt, 90, std::nullopt},
                                                   {std::nullopt, 200, std::nullopt},
                                                   {0, std::nullopt, std::nullopt},
                                                   {400, std::nullopt, std::nullopt},
                                                   {std::nullopt, std::nullopt, std::nullopt}}) {
    const Paradox paradox =
        classify_paradox(study_of({bed("coronary", row.coronary)}, bone_of(Mode::Raw, {}, row.l1_hu)), {});
    EXPECT_EQ(paradox.quadrant, row.expected);
    EXPECT_EQ(paradox.high_calcium.has_value(), row.coronary.has_value());
    EXPECT_EQ(paradox.low_bone.has_value(), row.l1_hu.has_value());
  }
}

TEST(Paradox, CutOffsAreOptions) {
  ParadoxOptions options;
  options.high_coronary_agatston = 300;
  options.low_bmd_mg_cm3 = 80;
  options.low_l1_hu = 110;
  EXPECT_EQ(high_calcium({bed("coronary", 299)}, options), false);
  EXPECT_EQ(classify_paradox(study_of({}, bone_of(Mode::Phantom, 100, {})), options).low_bone, false);
  EXPECT_EQ(classify_paradox(study_of({}, bone_of(Mode::Raw, {}, 120)), options).low_bone, false);
}

StudyResult with_dxa(StudyResult result, std::vector<std::pair<double, bool>> t_and_excluded) {
  DxaPart part;
  for (const auto& [t, excluded] : t_and_excluded) {
    dxa::ScoredSite& site = part.result.sites.emplace_back(dxa::ScoredSite{.site = "neck", .abmd_g_cm2 = 0.7});
    site.scores.t_score = t;
    if (excluded)
      site.excluded = "fracture";
  }
  result.dxa.push_back(std::move(part));
  return result;
}

TEST(LowBone, IsTheLowestTOfDxaWhereNoCtDecides) {
  EXPECT_EQ(classify_paradox(with_dxa({}, {{0.5, false}, {-1.0, false}}), {}).low_bone, true);
  EXPECT_EQ(classify_paradox(with_dxa({}, {{0.5, false}, {-0.99, false}}), {}).low_bone, false);
  EXPECT_EQ(classify_paradox(with_dxa({}, {{0.5, false}, {-3, true}}), {}).low_bone, false);
  EXPECT_EQ(classify_paradox(with_dxa({}, {}), {}).low_bone, std::nullopt);
  const StudyResult ct = study_of({}, bone_of(Mode::Phantom, 150, {}));
  EXPECT_EQ(classify_paradox(with_dxa(ct, {{-3, false}}), {}).low_bone, false); // the CT's density goes first
}

} // namespace
} // namespace osteocalc::study
