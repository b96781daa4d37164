// SPDX-License-Identifier: Apache-2.0
// cohort_simulation [cohorts] [threads]: synthetic cohorts (tables only, fixed seed) with a known slope of ln(score +
// 1) on bone density, analysed by the model the report leads with: least squares with HC3 errors, adjusted for age and
// sex. Prints bias, coverage of the 95 % interval and how often p < 0.05. Status 1 when coverage leaves 93 to 97 %, or
// the type I error 4 to 6 %, or the bias 5 % of the slope.
#include "osteocalc/cohort/linear.h"
#include "osteocalc/cohort/model_frame.h"
#include "osteocalc/cohort/random.h"
#include "osteocalc/core/parallel.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

using namespace osteocalc;
using namespace osteocalc::cohort;

namespace {

struct Scenario {
  const char* name;
  double slope;     ///< of ln(score + 1) per mg/cm3, given age and sex
  double age_slope; ///< of ln(score + 1) per year
  double bone_loss; ///< mg/cm3 per year
};
constexpr Scenario scenarios[] = {
    {"inverse slope", -0.008, 0.025, -1.5},
    {"no slope", 0, 0, 0},
    {"age confounding only", 0, 0.025, -1.5},
};
constexpr std::size_t people = 400;
constexpr std::uint64_t seed = 20261122;

/// ln(score + 1) with mean `mean`: 0 with probability e^-mean, skewed and the wider the higher where it is not, so that
/// zeros are many (a fifth) and errors unequal, while the mean stays on the line.
double log_score(double mean, RandomStream& random) {
  const double some = 1 - std::exp(-mean);
  if (random.uniform() > some)
    return 0;
  const double gamma_3 = -std::log(random.uniform() * random.uniform() * random.uniform());
  return mean / some * gamma_3 / 3;
}

/// Score and density are sometimes missing: density more often with age, the score by chance.
Table cohort_of(const Scenario& scenario, std::uint64_t number) {
  RandomStream random(seed, number);
  Numbers age, bmd, score;
  Texts sex;
  for (std::size_t i = 0; i < people; ++i) {
    const double years = 45 + 35 * random.uniform();
    const bool male = random.uniform() < 0.5;
    const double density = 130 + scenario.bone_loss * (years - 62) + 6 * male + 25 * random.normal();
    const double mean = 2 + scenario.age_slope * (years - 62) + scenario.slope * (density - 130) + (male ? 0.3 : 0);
    age.emplace_back(years);
    sex.emplace_back(male ? "M" : "F");
    bmd.emplace_back(density);
    score.emplace_back(log_score(std::fmax(mean, 0.05), random));
    if (random.uniform() < 0.002 * (years - 45))
      bmd.back().reset();
    if (random.uniform() < 0.05)
      score.back().reset();
  }
  Table table("simulated", people);
  table.add({"age_years", age});
  table.add({"sex", sex});
  table.add({"bmd", bmd});
  table.add({"log_score", score});
  return table;
}

struct Outcome {
  double slope = 0, crude = 0;
  bool covered = false, found = false, crude_found = false;
};

Outcome analyse(const Scenario& scenario, std::uint64_t number) {
  const Table table = cohort_of(scenario, number);
  const Model adjusted = fit_linear(model_frame(table, "log_score", {"bmd", "age_years", "sex"}), Errors::Hc3);
  const Model crude = fit_linear(model_frame(table, "log_score", {"bmd"}), Errors::Hc3);
  const Term& slope = term(adjusted, "bmd");
  return {slope.estimate, term(crude, "bmd").estimate,
          *slope.ci_low <= scenario.slope && scenario.slope <= *slope.ci_high, *slope.p < 0.05,
          *term(crude, "bmd").p < 0.05};
}

bool report(const Scenario& scenario, const std::vector<Outcome>& outcomes) {
  double mean = 0, crude = 0, covered = 0, found = 0, crude_found = 0;
  for (const Outcome& one : outcomes) {
    const auto n = static_cast<double>(outcomes.size());
    mean += one.slope / n;
    crude += one.crude / n;
    covered += one.covered / n;
    found += one.found / n;
    crude_found += one.crude_found / n;
  }
  std::printf(
      "%-22s true %+.5f  adjusted %+.5f  crude %+.5f  coverage %.2f %%  p<0.05 adjusted %.2f %%  crude %.2f %%\n",
      scenario.name, scenario.slope, mean, crude, 100 * covered, 100 * found, 100 * crude_found);
  const bool unbiased = std::abs(mean - scenario.slope) < 0.05 * 0.008;
  const bool type_1 = scenario.slope != 0 || (found >= 0.04 && found <= 0.06);
  return unbiased && covered >= 0.93 && covered <= 0.97 && type_1;
}

} // namespace

int main(int argc, char** argv) {
  const std::size_t cohorts = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 5000;
  const Parallel parallel{argc > 2 ? std::atoi(argv[2]) : 0};
  bool good = true;
  for (std::size_t s = 0; s < std::size(scenarios); ++s)
    good = report(scenarios[s], parallel_map(cohorts, parallel,
                                             [&](std::size_t i) { return analyse(scenarios[s], s * cohorts + i); })) &&
           good;
  return good ? 0 : 1;
}
