// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "golden/r/golden.h"
#include "osteocalc/cohort/sampling.h"

namespace osteocalc::cohort::testing {

/// The simulated cohort of make_data.R with the columns golden.R derives.
class RModels : public ::testing::Test {
 protected:
  RModels() : r_(golden("models.json")), table_(golden_table("cohort.csv")) {
    derive(table_, "y", {"score"}, [](auto& v) { return std::log1p(v[0]); });
    derive(table_, "any", {"score"}, [](auto& v) { return v[0] > 0; });
    derive(table_, "category", {"score"}, [](auto& v) { return (v[0] >= 1) + (v[0] >= 20); });
  }
  [[nodiscard]] ModelFrame frame(const std::string& outcome, const std::vector<std::string>& terms) const {
    return model_frame(table_, outcome, terms);
  }
  [[nodiscard]] std::vector<double> values(const std::string& column) const {
    std::vector<double> result;
    for (const auto& cell : table_.numbers(column))
      result.push_back(*cell);
    return result;
  }
  /// People of 50 and older within the survey.
  [[nodiscard]] ModelFrame old_people(const std::string& outcome, const std::vector<std::string>& terms) const {
    const ModelFrame all = frame(outcome, terms);
    const std::vector<double> age = values("age");
    std::vector<bool> keep;
    for (const std::size_t row : all.rows)
      keep.push_back(age[row] >= 50);
    return keep_rows(all, keep);
  }
  [[nodiscard]] SurveyDesign design() const { return survey_design(table_, "weight", "stratum", "psu"); }

  nlohmann::json r_;
  Table table_;
  const std::vector<std::string> adjusted_{"bmd", "age", "female"};
};

} // namespace osteocalc::cohort::testing
