// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/synth/cohort.h"

#include "osteocalc/core/error.h"
#include "osteocalc/synth/random.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <fstream>
#include <nlohmann/json.hpp>

namespace osteocalc::synth {
namespace {

/// Smallest density and largest coronary mass that anatomy can hold; the default model passes them less than once in a
/// thousand people.
constexpr double least_density_mg_cm3 = 25, most_coronary_mg = 1500;

struct Covariate {
  double mean, variance, bone, artery;
};

std::array<Covariate, 5> covariates(const PersonModel& m) {
  const auto share = [](double p) { return p * (1 - p); };
  const double span = m.age_high_years - m.age_low_years, male = 1 - m.female_share;
  return {{{0.5 * (m.age_low_years + m.age_high_years), span * span / 12, m.bone.age_years, m.artery.age_years},
           {male, share(male), m.bone.male, m.artery.male},
           {m.smoking_share, share(m.smoking_share), m.bone.smoking, m.artery.smoking},
           {m.diabetes_share, share(m.diabetes_share), m.bone.diabetes, m.artery.diabetes},
           {m.bmi_mean_kg_m2, m.bmi_sd_kg_m2 * m.bmi_sd_kg_m2, m.bone.bmi_kg_m2, m.artery.bmi_kg_m2}}};
}

double density_sd(const PersonModel& m) {
  double variance = m.density_residual_sd_mg_cm3 * m.density_residual_sd_mg_cm3;
  for (const Covariate& z : covariates(m))
    variance += z.bone * z.bone * z.variance;
  return std::sqrt(variance);
}

/// Slope on one SD of density when the first `adjusted` covariates are in the model and the others are left out:
/// b + sum over the left-out of artery_j cov(z_j, D | the adjusted) / var(D | the adjusted), times the SD.
double slope_adjusted_for(const PersonModel& m, std::size_t adjusted) {
  const auto all = covariates(m);
  const double sd = density_sd(m);
  double variance = sd * sd, bias = 0;
  for (std::size_t j = 0; j < all.size(); ++j) {
    if (j < adjusted)
      variance -= all[j].bone * all[j].bone * all[j].variance;
    else
      bias += all[j].artery * all[j].bone * all[j].variance;
  }
  return m.slope_per_sd + sd * bias / variance;
}

CohortMember draw_member(const PersonModel& m, Random& random) {
  CohortMember member;
  Person& person = member.person;
  person.age_years = random.uniform(m.age_low_years, m.age_high_years);
  person.sex = random.chance(m.female_share) ? Sex::Female : Sex::Male;
  member.smoking = random.chance(m.smoking_share);
  member.diabetes = random.chance(m.diabetes_share);
  person.bmi_kg_m2 = random.normal(m.bmi_mean_kg_m2, m.bmi_sd_kg_m2);
  const double male = person.sex == Sex::Male ? 1.0 : 0.0;
  person.height_cm = random.vary(163 + 13 * male, 6);
  const std::array<double, 5> z{person.age_years, male, member.smoking ? 1.0 : 0.0, member.diabetes ? 1.0 : 0.0,
                                person.bmi_kg_m2};
  double density = random.normal(m.density_mean_mg_cm3, m.density_residual_sd_mg_cm3);
  double log_burden = random.normal(m.intercept, m.residual_sd);
  const auto all = covariates(m);
  for (std::size_t j = 0; j < all.size(); ++j) {
    density += all[j].bone * (z[j] - all[j].mean);
    log_burden += all[j].artery * (z[j] - all[j].mean);
  }
  person.trabecular_mg_cm3 = std::max(least_density_mg_cm3, density);
  log_burden += m.slope_per_sd * (person.trabecular_mg_cm3 - m.density_mean_mg_cm3) / density_sd(m);
  member.burden_points = std::max(0.0, std::exp(log_burden) - 1);
  member.coronary_mass_mg = std::min(most_coronary_mg, m.mg_per_point * member.burden_points);
  return member;
}

nlohmann::ordered_json effects_json(const PersonModel::Effects& e) {
  return {{"age_years", e.age_years},
          {"male", e.male},
          {"smoking", e.smoking},
          {"diabetes", e.diabetes},
          {"bmi_kg_m2", e.bmi_kg_m2}};
}

} // namespace

ImpliedSlopes implied_slopes(const PersonModel& model) {
  return {.density_sd_mg_cm3 = density_sd(model),
          .crude = slope_adjusted_for(model, 0),
          .age_sex = slope_adjusted_for(model, 2),
          .adjusted = model.slope_per_sd};
}

std::vector<CohortMember> draw_people(const PersonModel& model, int n, std::uint32_t seed) {
  if (n < 1)
    throw ConfigError(
        fmt::format("a cohort of {} people cannot be drawn (there is nobody to scan); ask for 1 or more", n));
  std::vector<CohortMember> people;
  for (int i = 0; i < n; ++i) {
    // One stream a person: the first people of a larger cohort are those of the smaller one.
    Random random(seed, 10000 + static_cast<std::uint32_t>(i));
    people.push_back(draw_member(model, random));
    people.back().patient_id = fmt::format("P{:03}", i + 1);
    people.back().person.seed = random.raw();
  }
  return people;
}

CtRequest scan_of(const CohortMember& member, const Scanner& scanner) {
  Random random(member.person.seed, 30);
  CtRequest request;
  request.person = member.person;
  request.scanner = scanner;
  request.patient_id = member.patient_id;
  const LabelId arteries[]{label::coronary_lm, label::coronary_lad, label::coronary_lcx, label::coronary_rca};
  const double usual[]{0.06, 0.45, 0.19, 0.30};
  // Little calcium is found in few places: an artery whose share would be a speck leaves it to the LAD.
  constexpr double least_mg = 3;
  double shares[4]{}, sum = 0;
  for (std::size_t i = 0; i < 4; ++i)
    sum += shares[i] = usual[i] * std::exp(random.vary(0, 0.4));
  double lad_mg = member.coronary_mass_mg;
  for (const std::size_t i : {0U, 2U, 3U})
    if (const double mass = member.coronary_mass_mg * shares[i] / sum; mass >= least_mg) {
      request.calcium.push_back({arteries[i], mass});
      lad_mg -= mass;
    }
  if (lad_mg > 0)
    request.calcium.push_back({label::coronary_lad, lad_mg});
  // The aorta calcifies with the coronary arteries, not in step with them.
  const auto aortic = [&](LabelId bed, double times) {
    const double mass = times * std::pow(member.coronary_mass_mg, 0.8) * std::exp(random.vary(0, 0.5));
    if (mass > 1)
      request.calcium.push_back({bed, mass});
  };
  aortic(label::aorta_arch, 3);
  aortic(label::aorta_descending, 2);
  aortic(label::aorta_abdominal, 12);
  return request;
}

void write_people_csv(const std::vector<CohortMember>& people, const std::filesystem::path& file) {
  std::ofstream out(file, std::ios::binary);
  out << "patient_id,age_years,sex,bmi_kg_m2,smoking,diabetes,true_density_mg_cm3,true_coronary_mass_mg\n";
  for (const CohortMember& m : people)
    out << fmt::format("{},{:.2f},{},{:.2f},{:d},{:d},{:.3f},{:.3f}\n", m.patient_id, m.person.age_years,
                       to_string(m.person.sex), m.person.bmi_kg_m2, m.smoking, m.diabetes, m.person.trabecular_mg_cm3,
                       m.coronary_mass_mg);
  if (!out.flush())
    throw IoError(
        fmt::format("{} cannot be written (disk full or no permission?); choose another folder", file.string()));
}

std::string cohort_truth_json(const PersonModel& m, std::size_t people, std::uint32_t seed) {
  const ImpliedSlopes slopes = implied_slopes(m);
  const nlohmann::ordered_json json{
      {"schema", "osteocalc.cohort_truth/1"},
      {"people", people},
      {"seed", seed},
      {"outcome", "ln(true_coronary_mass_mg / mg_per_point + 1), which ln(Agatston + 1) approximates"},
      {"exposure", "true_density_mg_cm3 / density_sd_mg_cm3"},
      {"slopes",
       {{"crude", slopes.crude},
        {"adjusted_age_sex", slopes.age_sex},
        {"adjusted", slopes.adjusted},
        {"adjusted_for", {"age_years", "sex", "smoking", "diabetes", "bmi_kg_m2"}},
        {"density_sd_mg_cm3", slopes.density_sd_mg_cm3}}},
      {"model",
       {{"age_years", {m.age_low_years, m.age_high_years}},
        {"female_share", m.female_share},
        {"smoking_share", m.smoking_share},
        {"diabetes_share", m.diabetes_share},
        {"bmi_mean_kg_m2", m.bmi_mean_kg_m2},
        {"bmi_sd_kg_m2", m.bmi_sd_kg_m2},
        {"density_mean_mg_cm3", m.density_mean_mg_cm3},
        {"density_residual_sd_mg_cm3", m.density_residual_sd_mg_cm3},
        {"bone", effects_json(m.bone)},
        {"intercept", m.intercept},
        {"residual_sd", m.residual_sd},
        {"slope_per_sd", m.slope_per_sd},
        {"artery", effects_json(m.artery)},
        {"mg_per_point", m.mg_per_point}}}};
  return json.dump(1) + "\n";
}

} // namespace osteocalc::synth
