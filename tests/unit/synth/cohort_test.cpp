// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/synth/cohort.h"

#include "osteocalc/core/error.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <numeric>

namespace osteocalc::synth {
namespace {

double mean(const std::vector<double>& v) {
  return std::accumulate(v.begin(), v.end(), 0.0) / static_cast<double>(v.size());
}

/// What is left of y after a straight line on x.
std::vector<double> residual(const std::vector<double>& y, const std::vector<double>& x) {
  const double my = mean(y), mx = mean(x);
  double xy = 0, xx = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    xy += (x[i] - mx) * (y[i] - my);
    xx += (x[i] - mx) * (x[i] - mx);
  }
  std::vector<double> out;
  for (std::size_t i = 0; i < y.size(); ++i)
    out.push_back(y[i] - my - xy / xx * (x[i] - mx));
  return out;
}

/// Least squares slope of y on x at equal covariates (Frisch-Waugh: residuals on each covariate in turn, which is exact
/// only for covariates made orthogonal first).
double slope(std::vector<double> y, std::vector<double> x, std::vector<std::vector<double>> covariates) {
  for (std::size_t j = 0; j < covariates.size(); ++j) {
    for (std::size_t k = j + 1; k < covariates.size(); ++k)
      covariates[k] = residual(covariates[k], covariates[j]);
    y = residual(y, covariates[j]);
    x = residual(x, covariates[j]);
  }
  const double my = mean(y), mx = mean(x);
  double xy = 0, xx = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    xy += (x[i] - mx) * (y[i] - my);
    xx += (x[i] - mx) * (x[i] - mx);
  }
  return xy / xx;
}

TEST(Cohort, ALargeDrawHasTheSlopesTheModelImplies) {
  const PersonModel model;
  const ImpliedSlopes implied = implied_slopes(model);
  const int n = 20000;
  std::vector<double> y, x, age, male, smoking, diabetes, bmi;
  for (const CohortMember& m : draw_people(model, n, 1)) {
    y.push_back(std::log(m.coronary_mass_mg / model.mg_per_point + 1));
    x.push_back(m.person.trabecular_mg_cm3 / implied.density_sd_mg_cm3);
    age.push_back(m.person.age_years);
    male.push_back(m.person.sex == Sex::Male);
    smoking.push_back(m.smoking);
    diabetes.push_back(m.diabetes);
    bmi.push_back(m.person.bmi_kg_m2);
  }
  // The slope's standard error is about 0.75 / sqrt(20000) / sqrt(variance left) = 0.008 to 0.011.
  EXPECT_NEAR(slope(y, x, {}), implied.crude, 0.03);
  EXPECT_NEAR(slope(y, x, {age, male}), implied.age_sex, 0.035);
  EXPECT_NEAR(slope(y, x, {age, male, smoking, diabetes, bmi}), implied.adjusted, 0.035);
  EXPECT_LT(implied.crude, implied.adjusted - 0.1); // age confounds, so that adjustment must show
}

TEST(Cohort, TheFirstPeopleOfALargerCohortAreThoseOfTheSmaller) {
  const auto few = draw_people({}, 3, 8), many = draw_people({}, 10, 8);
  for (std::size_t i = 0; i < few.size(); ++i) {
    EXPECT_EQ(few[i].person.seed, many[i].person.seed);
    EXPECT_EQ(few[i].coronary_mass_mg, many[i].coronary_mass_mg);
  }
  EXPECT_NE(many[0].person.seed, many[1].person.seed);
  EXPECT_THROW(static_cast<void>(draw_people({}, 0, 1)), ConfigError);
}

TEST(Cohort, TheScanHoldsThePersonsCalciumAndBone) {
  const CohortMember member = draw_people({}, 5, 2)[4];
  const CtRequest request = scan_of(member, {});
  double coronary = 0;
  for (const auto& [bed, mass] : request.calcium)
    coronary += bed >= label::coronary_lm && bed <= label::coronary_rca ? mass : 0;
  EXPECT_NEAR(coronary, member.coronary_mass_mg, 1e-9);
  EXPECT_EQ(request.person.trabecular_mg_cm3, member.person.trabecular_mg_cm3);
  EXPECT_EQ(request.patient_id, "P005");
}

TEST(Cohort, TablesAndTruthAreWritten) {
  const auto file =
      std::filesystem::temp_directory_path() / ("osteocalc_people_" + std::to_string(::getpid()) + ".csv");
  write_people_csv(draw_people({}, 2, 3), file);
  std::ifstream in(file);
  std::string header, row;
  std::getline(in, header);
  EXPECT_EQ(header, "patient_id,age_years,sex,bmi_kg_m2,smoking,diabetes,true_density_mg_cm3,true_coronary_mass_mg");
  std::getline(in, row);
  EXPECT_EQ(row.substr(0, 5), "P001,");
  EXPECT_EQ(std::ranges::count(row, ','), 7);
  std::filesystem::remove(file);
  const auto json = nlohmann::json::parse(cohort_truth_json({}, 2, 3));
  EXPECT_DOUBLE_EQ(json["slopes"]["adjusted"], -0.30);
  EXPECT_DOUBLE_EQ(json["slopes"]["crude"], implied_slopes({}).crude);
}

} // namespace
} // namespace osteocalc::synth
