// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/calcium/scoring_rule.h"
#include "osteocalc/core/parallel.h"
#include "osteocalc/image/label_map.h"

#include <optional>
#include <string>
#include <vector>

namespace osteocalc::calcium {

/// A part of the image that gets its own scores: the voxels whose label is one of `labels`.
struct Region {
  std::string name;
  std::vector<LabelId> labels;
};

/// One variant's result for one region. Every number is exact in the pixels; a score of 0 is a finding.
struct VariantScore {
  Variant variant = Variant::Reference;
  double agatston = 0;
  double area_mm2 = 0;                   ///< of the groups that count, over all slices
  double volume_mm3 = 0;                 ///< area times increment \cite callister1998
  double hu_volume_hu_mm3 = 0;           ///< mean HU times volume: what mass is without a calibration
  std::optional<double> mass_mg{};       ///< needs a calibration \cite mccollough2007
  std::optional<double> density_score{}; ///< mean weight, 1..4; only where there is calcium \cite criqui2014
  int lesions = 0;                       ///< 3-D lesions: the variant's own objects, else 26-connected
  std::optional<int> max_hu{};
};

struct LesionRun {
  int z = 0;
  PixelRun run;
};

/// A 26-connected lesion of the reference variant.
struct Lesion {
  int id = 0;         ///< from 1, in the order of the lowest slice
  Vec3 centroid_mm{}; ///< LPS
  double agatston = 0, volume_mm3 = 0;
  int max_hu = 0;
  double mean_hu = 0;
  int first_slice = 0, last_slice = 0; ///< 0-based, caudal first
  std::vector<LesionRun> runs;         ///< its pixels
};

struct RegionScores {
  std::string region;
  std::vector<VariantScore> scores; ///< empty where the region could not be scored (see issues)
  std::vector<Lesion> lesions;      ///< of the reference variant
};

/// Density of hydroxyapatite for a HU: slope * HU + intercept.
struct DensityLine {
  double slope_mg_cm3_per_hu = 0, intercept_mg_cm3 = 0;
};

struct ScoreOptions {
  std::vector<Variant> variants{Variant::Reference};
  RuleOptions custom;                 ///< what Variant::Custom means
  std::optional<DensityLine> density; ///< absent: no mass
  KvpOptions kvp_policy;
  std::optional<KiloVolt> kvp;                     ///< absent: 120 kV is assumed, with an Issue
  std::optional<SliceThickness> nominal_thickness; ///< absent: the increment
  Parallel parallel;
};

struct ScoreResult {
  std::vector<RegionScores> regions;
  Issues issues;
};

/// Scores the whole image as one region "whole". All variants come from one pass over the pixels.
/// \param hu slices across the body, z towards the head \cite agatston1990
[[nodiscard]] ScoreResult score(const Volume<std::int16_t>& hu, const ScoreOptions& options);

/// Scores every region of a label map on the image's grid; pixels of other labels do not exist for a region, so bone
/// beside an artery neither counts nor connects. A region none of whose labels occurs gets no scores and an Issue.
/// \pre same_grid(hu.geometry(), labels.geometry())
[[nodiscard]] ScoreResult score(const Volume<std::int16_t>& hu, const Volume<LabelId>& labels,
                                const std::vector<Region>& regions, const ScoreOptions& options);

} // namespace osteocalc::calcium
