// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/bone/vertebral_body.h"
#include "osteocalc/study/analyze.h"
#include "osteocalc/study/beds.h"
#include "osteocalc/study/blood_pool.h"

namespace osteocalc::study {

/// The line that turns calcium's HU into hydroxyapatite, from a calibration that was measured in or for the scanner; a
/// published line or another mineral gives none, the latter with an Issue.
[[nodiscard]] std::optional<calcium::DensityLine> density_line(const calibration::Calibration& calibration,
                                                               Issues& issues);

/// Takes bone that bulges into the aorta's label out of it, and says how much lies against bone. Not for enhanced
/// blood: it is one bright piece that touches everything.
void remove_osteophytes(const Volume<std::int16_t>& hu, Volume<LabelId>& labels, int bright_hu, Parallel parallel,
                        Issues& issues);

/// A heart that was not found with certainty, or not in whole, leaves its beds incomplete.
void doubt_heart(const Issues& segmentation, BedMap& map);

/// Vessels with calcium, categories and percentiles of the beds' scores, anew; a lower bound or a cut bed is no class.
void judge_calcium(const CalciumOptions& options, bool lower_bound, StudyResult& result);

/// Every bed's scores, categories and percentiles into `result`, with the guards' Issues. Needs result.study; fills
/// result.beds, result.noise.
void measure_calcium(const CtImage& image, const LabelMap& labels, const std::vector<bone::BodyFinding>& bodies,
                     const BloodPool& blood, const AnalyzeOptions& options, StudyResult& result);

/// The contact guard of beds and bone: for 0 to 5 mm, each bed's score without the lesions that near to bone, and the
/// density of the bone without the voxels that near to any lesion. Needs result.beds and result.bone.
void guard_contact(const CtImage& image, const LabelMap& labels, const AnalyzeOptions& options, StudyResult& result);

} // namespace osteocalc::study
