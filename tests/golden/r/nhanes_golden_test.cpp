// SPDX-License-Identifier: Apache-2.0
// Every model beside R's on NHANES 2013-2014; golden.R says how R was asked and which rows it used.
#include "golden/r/golden.h"
#include "osteocalc/cohort/correlation.h"
#include "osteocalc/cohort/linear.h"
#include "osteocalc/cohort/logistic.h"
#include "osteocalc/cohort/negative_binomial.h"
#include "osteocalc/cohort/ordinal.h"
#include "osteocalc/cohort/spearman.h"
#include "osteocalc/cohort/spline.h"
#include "osteocalc/cohort/tobit.h"

#include <cstdlib>

namespace osteocalc::cohort::testing {
namespace {

class RNhanes : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("OSTEOCALC_SHARED_DATA");
    if (folder == nullptr)
      GTEST_SKIP() << "OSTEOCALC_SHARED_DATA is not set: the comparison with R on NHANES did NOT run";
    const std::filesystem::path tables = std::filesystem::path(folder) / "nhanes_2013_2014";
    table_ = read_csv(tables / "DEMO_H.csv");
    table_ = left_join(table_, read_csv(tables / "DXXAAC_H.csv"), "SEQN").table;
    table_ = left_join(table_, read_csv(tables / "DXXFEM_H.csv"), "SEQN").table;
    derive(table_, "aac", {"DXXAAC24", "DXXNKBMD"}, [](auto& v) { return v[0]; }); // the domain
    derive(table_, "any", {"aac"}, [](auto& v) { return v[0] > 0; });
    derive(table_, "severe", {"aac"}, [](auto& v) { return v[0] > 6; });
    derive(table_, "y", {"aac"}, [](auto& v) { return std::log(v[0] + 1); });
    derive(table_, "category", {"aac"}, [](auto& v) { return (v[0] >= 1) + (v[0] >= 6); });
    derive(table_, "fn10", {"DXXNKBMD"}, [](auto& v) { return v[0] * 10; });
    derive(table_, "female", {"RIAGENDR"}, [](auto& v) { return v[0] == 2; });
    derive(table_, "age", {"RIDAGEYR"}, [](auto& v) { return v[0]; });
    derive(table_, "race", {"RIDRETH3"}, [](auto& v) { return v[0]; });
    standardize_bmd();
    r_ = golden("nhanes.json");
  }
  void standardize_bmd() {
    const std::vector<double> x = model_frame(table_, "aac", {"DXXNKBMD"}).columns[1];
    double mean = 0, squares = 0;
    for (const double value : x)
      mean += value / static_cast<double>(x.size());
    for (const double value : x)
      squares += (value - mean) * (value - mean);
    const double sd = std::sqrt(squares / static_cast<double>(x.size() - 1));
    derive(table_, "fnsd", {"DXXNKBMD"}, [&](auto& v) { return (v[0] - mean) / sd; });
  }
  [[nodiscard]] ModelFrame frame(const std::string& outcome, const std::vector<std::string>& terms) const {
    return model_frame(table_, outcome, terms);
  }
  [[nodiscard]] Sampling survey(const ModelFrame& f) const {
    return domain_sampling(survey_design(table_, "WTMEC2YR", "SDMVSTRA", "SDMVPSU"), f);
  }
  Table table_{"", 0};
  nlohmann::json r_;
  const std::vector<std::string> m2_{"fn10", "age", "female", "C(race)"}, per_sd_{"fnsd", "age", "female"};
};

TEST_F(RNhanes, SurveyLinear) {
  const ModelFrame crude = frame("aac", {"fn10"}), adjusted = frame("aac", m2_);
  expect_terms(fit_linear(crude, survey(crude)), r_["svy_crude_fn"]);
  expect_terms(fit_linear(adjusted, survey(adjusted)), r_["svy_m2_fn"]);
}

TEST_F(RNhanes, SurveyMeans) {
  const std::vector<std::string> columns{"aac", "any", "age", "DXXNKBMD"};
  const ModelFrame domain = frame("aac", {"age", "DXXNKBMD"}), any = frame("any", {"age", "DXXNKBMD"});
  const std::vector<std::vector<double>> outcomes{domain.outcome, any.outcome, domain.columns[1], domain.columns[2]};
  const Sampling sampling = survey(domain);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const ModelFrame mean{columns[i] + " ~ 1", domain.rows, outcomes[i], {"(Intercept)"}, {domain.columns[0]}, {}};
    const Model model = fit_linear(mean, sampling);
    expect_close(model.terms[0].estimate, r_["means"][i]["estimate"], 1e-9, columns[i]);
    expect_close(*model.terms[0].se, r_["means"][i]["se"], 1e-7, columns[i] + " se");
  }
  double total = 0;
  for (const double weight : sampling.weights)
    total += weight;
  expect_close(total, r_["weight_total"], 1e-12, "weights");
}

TEST_F(RNhanes, SurveyLogistic) {
  const ModelFrame any = frame("any", m2_), severe = frame("severe", {"fn10", "age", "female"});
  expect_terms(fit_logistic(any, survey(any)), r_["svy_any_fn"]);
  expect_terms(fit_logistic(severe, survey(severe)), r_["svy_severe_fn"]);
}

TEST_F(RNhanes, Tobit) {
  const Model model = fit_tobit(frame("y", per_sd_));
  expect_terms(model, r_["tobit_fn"]);
  expect_close(*model.scale, r_["tobit_fn"]["scale"], 1e-6, "scale");
}

TEST_F(RNhanes, Logistic) {
  expect_terms(fit_logistic(frame("any", per_sd_)), r_["logit_fn"]);
}

TEST_F(RNhanes, LeastSquaresWithHc3Errors) {
  expect_terms(fit_linear(frame("y", per_sd_), Errors::Hc3), r_["ols_hc3_fn"]);
}

TEST_F(RNhanes, OrdinalWithBrantsTest) {
  const Model model = fit_ordinal(frame("category", per_sd_));
  expect_terms(model, r_["polr_fn"], {.estimate = 1e-6, .se = 1e-5});
  for (std::size_t i = 0; i < 4; ++i)
    expect_test(model.tests[i], r_["polr_fn"]["brant"][i]);
}

TEST_F(RNhanes, CountModels) {
  const Model model = fit_negative_binomial(frame("aac", per_sd_));
  expect_terms(model, r_["negbin_fn"]);
  expect_close(term(model, "theta").estimate, r_["negbin_fn"]["theta"], 1e-6, "theta");
  expect_close(*term(model, "theta").se, r_["negbin_fn"]["theta_se"], 1e-5, "theta se");
  expect_terms(fit_zero_inflated(frame("aac", {"fnsd", "age"}), frame("aac", {"age"})), r_["zero_inflated_fn"]);
}

TEST_F(RNhanes, RestrictedCubicSpline) {
  const ModelFrame f = frame("y", {"DXXNKBMD", "age", "female"});
  const std::vector<double> knots = spline_knots(f.columns[1], 4);
  for (std::size_t k = 0; k < 4; ++k)
    expect_close(knots[k], r_["rcs4_fn"]["knots"][k], 1e-12, "knot");
  expect_terms(fit_linear(with_spline(f, "DXXNKBMD", knots), Errors::Classical), r_["rcs4_fn"]);
}

TEST_F(RNhanes, Correlations) {
  const ModelFrame f = frame("aac", {"DXXNKBMD", "age", "female"});
  const auto& [x, y] = std::pair{f.columns[1], f.outcome};
  expect_close(pearson(x, y).estimate, r_["pearson_fn"], 1e-9, "pearson");
  expect_close(spearman(x, y).estimate, r_["spearman_fn"], 1e-9, "spearman");
  expect_close(kendall(x, y).estimate, r_["kendall_fn"]["estimate"], 1e-9, "kendall");
  expect_close(*kendall(x, y).statistic, r_["kendall_fn"]["statistic"], 1e-9, "kendall z");
  expect_close(partial_rank_correlation(x, y, {f.columns[2], f.columns[3]}).estimate, r_["partial_rank_fn"], 1e-9,
               "partial rank");
}

} // namespace
} // namespace osteocalc::cohort::testing
