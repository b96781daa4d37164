// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/cohort_json.h"

#include "unit/cohort/simulated.h"

#include <cmath>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace osteocalc::report {
namespace {

cohort::CohortResult result() {
  return cohort::analyze_table(cohort::testing::simulated_people({.n = 120, .bone_slope = -0.01}, 10),
                               {.outcome = "score", .exposure = "bmd", .adjust = {"age_years", "sex"}});
}

TEST(CohortJson, FollowsTheSchema) {
  const nlohmann::json json = nlohmann::json::parse(cohort_json(result()));
  EXPECT_EQ(json.at("schema"), "osteocalc.cohort/1");
  for (const char* key : {"flow", "models", "findings", "issues", "provenance"})
    EXPECT_TRUE(json.contains(key)) << key;
  std::vector<std::string> ids;
  for (const auto& model : json.at("models")) {
    ids.push_back(model.at("id"));
    EXPECT_EQ(model.at("design"), "simple");
    EXPECT_EQ(model.at("n"), 120);
    for (const char* key : {"family", "formula", "df", "scale", "log_likelihood"})
      EXPECT_TRUE(model.contains(key)) << key;
    for (const auto& term : model.at("terms"))
      for (const char* key : {"term", "estimate", "se", "statistic", "p", "ci_low", "ci_high"})
        EXPECT_TRUE(term.contains(key)) << key;
  }
  EXPECT_EQ(ids, (std::vector<std::string>{"spearman", "crude_sd", "crude_unit", "adjusted_sd", "adjusted_unit"}));
  EXPECT_EQ(json.at("provenance").at("plan_sha256").get<std::string>().size(), 64U);
  EXPECT_EQ(json.at("specifications").size(), 4U);
}

TEST(CohortJson, NumbersSurviveAndTheUnknownIsNull) {
  const cohort::CohortResult made = result();
  const nlohmann::json json = nlohmann::json::parse(cohort_json(made));
  const auto& adjusted = json.at("models").at(3);
  EXPECT_EQ(adjusted.at("formula"), "log1p(score) ~ standardize(bmd) + age_years + sex");
  EXPECT_EQ(adjusted.at("terms").at(1).at("estimate").get<double>(),
            cohort::exposure_slope(cohort::fitted(made, "adjusted_sd")).estimate);
  EXPECT_EQ(adjusted.at("terms").at(3).at("term"), "sexM");
  EXPECT_DOUBLE_EQ(adjusted.at("percent_change").at("estimate").get<double>(),
                   100 * std::expm1(cohort::exposure_slope(cohort::fitted(made, "adjusted_sd")).estimate));
  EXPECT_TRUE(json.at("models").at(0).at("terms").at(0).at("se").is_null());
}

TEST(CohortJson, TheFlowAddsUp) {
  const nlohmann::json flow = nlohmann::json::parse(cohort_json(result())).at("flow");
  std::size_t removed = 0;
  for (const auto& step : flow.at("steps"))
    removed += step.at("removed").get<std::size_t>();
  EXPECT_EQ(flow.at("rows").get<std::size_t>(), removed + flow.at("adjusted").get<std::size_t>());
}

TEST(CohortJson, BytesThatAreNoUtf8DoNotStopIt) {
  cohort::CohortResult made = result();
  made.findings.front() = "caf\xE9";
  EXPECT_TRUE(nlohmann::json::accept(cohort_json(made)));
}

} // namespace
} // namespace osteocalc::report
