// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/synth/ct.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace osteocalc::synth {

/// How people of the cohort come about. Covariates are independent of each other; both density and calcium follow from
/// them by straight lines, so that every slope a correct analysis may find can be worked out:
///   density  D = mean + sum_j bone_j (z_j - mean z_j) + e_D                              mg/cm3 HA at L1
///   burden   ln(S + 1) = intercept + slope_per_sd (D - mean) / SD(D) + sum_j artery_j (z_j - mean z_j) + e_S
/// S is the coronary burden in points; a point stands for `mg_per_point` of HA, about what a 120 kV scan of 3 mm reads
/// (an Agatston score of 4 a mg).
struct PersonModel {
  double age_low_years = 45, age_high_years = 85; ///< uniform
  double female_share = 0.5, smoking_share = 0.3, diabetes_share = 0.2;
  double bmi_mean_kg_m2 = 26.5, bmi_sd_kg_m2 = 3.6;

  double density_mean_mg_cm3 = 128, density_residual_sd_mg_cm3 = 22;
  struct Effects {
    double age_years, male, smoking, diabetes, bmi_kg_m2; ///< per unit
  };
  Effects bone{-1.9, 4.0, -7.0, 3.0, 0.6};
  double intercept = 4.8, residual_sd = 0.7;
  double slope_per_sd = -0.30; ///< the adjusted slope: what remains of the relation at equal covariates
  Effects artery{0.045, 0.55, 0.35, 0.30, 0.02};
  double mg_per_point = 0.25;
};

struct CohortMember {
  std::string patient_id; ///< "P001" ...
  Person person;
  bool smoking = false, diabetes = false;
  double burden_points = 0;
  double coronary_mass_mg = 0; ///< burden_points * mg_per_point
};

/// The slopes of ln(S + 1) on one SD of density in the population the model describes.
struct ImpliedSlopes {
  double density_sd_mg_cm3 = 0;
  double crude = 0;    ///< nothing else in the model
  double age_sex = 0;  ///< age and sex too
  double adjusted = 0; ///< all covariates too: slope_per_sd
};

[[nodiscard]] ImpliedSlopes implied_slopes(const PersonModel& model);

/// People drawn from the model; each one's anatomy has a seed of its own. \throw ConfigError for n < 1
[[nodiscard]] std::vector<CohortMember> draw_people(const PersonModel& model, int n, std::uint32_t seed);

/// The scan to make of one of them: coronary calcium as the model says, split over the arteries, and calcium of the
/// aorta that goes with it.
[[nodiscard]] CtRequest scan_of(const CohortMember& member, const Scanner& scanner);

/// patient_id, age_years, sex, bmi_kg_m2, smoking, diabetes, then what a study cannot know: true_density_mg_cm3,
/// true_coronary_mass_mg. \throw IoError
void write_people_csv(const std::vector<CohortMember>& people, const std::filesystem::path& file);

/// The model, its slopes and how they are scaled, schema "osteocalc.cohort_truth/1".
[[nodiscard]] std::string cohort_truth_json(const PersonModel& model, std::size_t people, std::uint32_t seed);

} // namespace osteocalc::synth
