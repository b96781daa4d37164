// SPDX-License-Identifier: Apache-2.0
// cohort_benchmark [rows] [threads]: a survey linear model of `rows` x 20 columns through a plan, its answer checked,
// and every model of a cohort of NHANES's size with 2000 bootstrap draws, on synthetic tables of a fixed seed. Prints
// seconds and peak memory. Status 1 when the large model takes more than 3 s or more than 3 times the table's memory,
// or the plan more than 20 s.
#include "osteocalc/cohort/bootstrap.h"
#include "osteocalc/cohort/correlation.h"
#include "osteocalc/cohort/linear.h"
#include "osteocalc/cohort/logistic.h"
#include "osteocalc/cohort/negative_binomial.h"
#include "osteocalc/cohort/ordinal.h"
#include "osteocalc/cohort/plan_models.h"
#include "osteocalc/cohort/random.h"
#include "osteocalc/cohort/spearman.h"
#include "osteocalc/cohort/spline.h"
#include "osteocalc/cohort/tobit.h"
#include "osteocalc/cohort/two_part.h"

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fmt/format.h>
#include <functional>
#include <sys/resource.h>

using namespace osteocalc;
using namespace osteocalc::cohort;

namespace {

double seconds(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

constexpr double true_slope = 0.5; ///< of x3 on x4

Table big_table(std::size_t rows, std::size_t columns) {
  Table table("synthetic", rows);
  Numbers outcome(rows);
  for (std::size_t j = 0; j < columns; ++j) {
    RandomStream random(1, j);
    Numbers cells(rows);
    for (std::size_t i = 0; i < rows; ++i) {
      cells[i] = j == 0   ? static_cast<double>(random.below(15)) // stratum
                 : j == 1 ? static_cast<double>(random.below(2))  // PSU
                 : j == 2 ? 100 + 900 * random.uniform()          // weight
                          : random.uniform();
      outcome[i] = outcome[i].value_or(0) + (j == 3 ? *cells[i] : j == 4 ? true_slope * *cells[i] : 0);
    }
    if (j != 3)
      table.add({fmt::format("x{}", j), std::move(cells)});
  }
  table.add({"x3", std::move(outcome)});
  return table;
}

/// Weighted least squares leaves residuals that are orthogonal to every column: how far they are from it.
double largest_left(const Table& table, const Model& model, const std::vector<std::string>& terms) {
  std::vector<double> residual;
  for (std::size_t i = 0; i < table.rows(); ++i)
    residual.push_back(*table.numbers("x3")[i] - model.terms[0].estimate);
  for (std::size_t j = 0; j < terms.size(); ++j)
    for (std::size_t i = 0; i < table.rows(); ++i)
      residual[i] -= model.terms[j + 1].estimate * *table.numbers(terms[j])[i];
  double largest = 0;
  for (const std::string& term : terms) {
    double sum = 0, size = 0;
    for (std::size_t i = 0; i < table.rows(); ++i) {
      const double part = *table.numbers("x2")[i] * *table.numbers(term)[i] * residual[i];
      sum += part;
      size += std::abs(part);
    }
    largest = std::fmax(largest, std::abs(sum) / size);
  }
  return largest;
}

/// A plan over a table that has been read: its variables, domain and design, then the survey linear model.
bool large_survey(std::size_t rows, Parallel parallel) {
  const Table table = big_table(rows, 20);
  const double table_mb = static_cast<double>(rows * 20 * sizeof(Numbers::value_type)) / 1048576;
  Plan plan;
  plan.weights = "x2", plan.strata = "x0", plan.psu = "x1", plan.domain = "defined(x3)";
  plan.models = {{.id = "large", .design = "survey", .outcome = "x3", .terms = {}}};
  for (int j = 4; j < 20; ++j)
    plan.models[0].terms.push_back(fmt::format("x{}", j));
  Model model;
  const double fit_s = seconds([&] {
    const PlanData data = prepare_plan_data(table, plan);
    model = fit_plan_model(data, plan, plan.models[0], parallel).model;
  });
  const double peak = peak_megabytes(), left = largest_left(table, model, plan.models[0].terms);
  const Term& slope = model.terms[1];
  const bool right = std::abs(slope.estimate - true_slope) < 5 * *slope.se && model.n == rows && left < 1e-9;
  std::printf(
      "survey linear through a plan, %zu x 20: %.2f s, peak %.0f MB = %.2f times the table (%.0f MB); slope %.5f "
      "(%.5f), true %.1f, left in residuals %.1e\n",
      rows, fit_s, peak, peak / table_mb, table_mb, slope.estimate, *slope.se, true_slope, left);
  return right && fit_s <= 3 && peak <= 3 * table_mb;
}

/// 2965 people, eight covariates, a count of 0 to 24 with seven zeros in ten.
ModelFrame nhanes_sized() {
  ModelFrame frame{"aac ~ ...", {}, {}, {"(Intercept)"}, {{}}, {}};
  for (int j = 1; j <= 9; ++j) {
    frame.names.push_back(fmt::format("x{}", j));
    frame.columns.emplace_back();
  }
  RandomStream random(2, 0);
  for (std::size_t i = 0; i < 2965; ++i) {
    double eta = -1.2;
    frame.rows.push_back(i);
    frame.columns[0].push_back(1);
    for (std::size_t j = 1; j <= 9; ++j) {
      frame.columns[j].push_back(j < 4 ? random.normal() : static_cast<double>(random.uniform() < 0.4));
      eta += (j == 1 ? -0.2 : 0.15) * frame.columns[j].back();
    }
    const double rate = std::exp(eta + 1.4 * random.normal());
    frame.outcome.push_back(std::fmin(24, std::floor(-rate * std::log(random.uniform()) * 1.3)));
  }
  return frame;
}

ModelFrame with_outcome(ModelFrame frame, double (*formula)(double)) {
  for (double& y : frame.outcome)
    y = formula(y);
  return frame;
}

bool nhanes_plan(Parallel parallel) {
  const ModelFrame counts = nhanes_sized();
  const ModelFrame logs = with_outcome(counts, [](double y) { return std::log1p(y); });
  const ModelFrame any = with_outcome(counts, [](double y) { return static_cast<double>(y > 0); });
  const ModelFrame three = with_outcome(counts, [](double y) { return static_cast<double>((y >= 1) + (y >= 6)); });
  double total = 0;
  const auto time = [&](const char* name, const std::function<void()>& work) {
    const double s = seconds(work);
    std::printf("  %-44s %.3f s\n", name, s);
    total += s;
  };
  time("linear, HC3", [&] { (void)fit_linear(logs, Errors::Hc3); });
  time("logistic", [&] { (void)fit_logistic(any, {}, parallel); });
  time("Firth with profile intervals", [&] { (void)fit_firth(any); });
  time("Tobit", [&] { (void)fit_tobit(logs, 0, {}, parallel); });
  time("proportional odds with Brant", [&] { (void)fit_ordinal(three, {}, parallel); });
  time("negative binomial", [&] { (void)fit_negative_binomial(counts, {}, parallel); });
  time("zero-inflated negative binomial", [&] { (void)fit_zero_inflated(counts, counts, {}, parallel); });
  time("spline", [&] { (void)fit_linear(with_spline(logs, "x1", spline_knots(logs.columns[1])), Errors::Hc3); });
  time("Spearman, Kendall", [&] {
    (void)spearman(counts.columns[1], counts.outcome);
    (void)kendall(counts.columns[1], counts.outcome);
  });
  time("linear slope, BCa, 2000 draws", [&] {
    const Statistic slope = [&](std::span<const double> w) {
      return std::vector<double>{fit_linear(logs, weighted({w.begin(), w.end()})).terms[1].estimate};
    };
    (void)bootstrap(logs.rows.size(), {}, slope, {}, parallel);
  });
  time("two-part, BCa, 2000 draws", [&] { (void)fit_two_part(counts, "x1", {}, {}, parallel); });
  std::printf("plan of NHANES's size: %.2f s\n", total);
  return total <= 20;
}

} // namespace

int main(int argc, char** argv) {
  const std::size_t rows = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1000000;
  const Parallel parallel{argc > 2 ? std::atoi(argv[2]) : 2};
  const bool fast = large_survey(rows, parallel);
  return nhanes_plan(parallel) && fast ? 0 : 1;
}
