// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/cohort/csv.h"
#include "osteocalc/cohort/model.h"
#include "osteocalc/cohort/model_frame.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <string>

namespace osteocalc::cohort::testing {

/// What golden.R wrote beside this file.
inline nlohmann::json golden(const std::string& file) {
  std::ifstream in(std::filesystem::path(OSTEOCALC_GOLDEN_R) / file);
  return nlohmann::json::parse(in);
}

inline Table golden_table(const std::string& file) {
  return read_csv(std::filesystem::path(OSTEOCALC_GOLDEN_R) / file);
}

/// Adds a column computed from others, missing where it is not finite.
inline void derive(Table& table, const std::string& name, const std::vector<std::string>& from,
                   const std::function<double(const std::vector<double>&)>& formula) {
  Numbers cells(table.rows());
  for (std::size_t row = 0; row < table.rows(); ++row) {
    std::vector<double> values;
    for (const std::string& column : from)
      if (const auto cell = table.numbers(column)[row])
        values.push_back(*cell);
    if (values.size() == from.size())
      cells[row] = formula(values);
  }
  table.add({name, cells});
}

inline void expect_close(double ours, double theirs, double tolerance, const std::string& what) {
  EXPECT_NEAR(ours, theirs, tolerance * std::fmax(std::abs(theirs), 1e-8)) << what;
}

struct Tolerance { ///< relative
  double estimate = 1e-6, se = 1e-5;
};

/// Our terms beside R's, in order. R's names are its own and are not compared.
inline void expect_terms(const Model& model, const nlohmann::json& r, Tolerance tolerance = {}) {
  const auto& terms = r.at("terms");
  ASSERT_GE(model.terms.size(), terms.size());
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const Term& ours = model.terms[i];
    const std::string what = model.family + " " + ours.name + " beside " + terms[i].at("term").get<std::string>();
    expect_close(ours.estimate, terms[i].at("estimate"), tolerance.estimate, what);
    ASSERT_TRUE(ours.se) << what;
    expect_close(*ours.se, terms[i].at("se"), tolerance.se, what + " se");
    if (terms[i].contains("p") && terms[i].at("p").is_number()) {
      ASSERT_TRUE(ours.p) << what;
      const double p = terms[i].at("p"), statistic = terms[i].at("stat");
      // a relative error e of the error moves ln p by about e z^2
      EXPECT_NEAR(std::log(std::fmax(*ours.p, 1e-300)), std::log(std::fmax(p, 1e-300)),
                  2 * tolerance.se * (1 + statistic * statistic))
          << what << " p";
    }
  }
  if (r.contains("n")) {
    EXPECT_EQ(model.n, r.at("n").get<std::size_t>());
  }
  if (r.contains("df")) {
    EXPECT_EQ(model.df, r.at("df").get<double>());
  }
  if (r.contains("loglik")) {
    ASSERT_TRUE(model.log_likelihood);
    expect_close(*model.log_likelihood, r.at("loglik"), 1e-8, model.family + " log-likelihood");
  }
}

inline void expect_test(const ModelTest& ours, const nlohmann::json& r, double tolerance = 1e-6) {
  expect_close(ours.statistic, r.at("statistic"), tolerance, ours.name);
  EXPECT_EQ(ours.df, r.at("df").get<double>()) << ours.name;
  expect_close(ours.p, r.at("p"), 20 * tolerance, ours.name + " p");
}

} // namespace osteocalc::cohort::testing
