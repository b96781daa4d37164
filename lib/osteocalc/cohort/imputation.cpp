// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/imputation.h"

#include "osteocalc/cohort/distributions.h"
#include "osteocalc/cohort/random.h"
#include "osteocalc/core/contract.h"
#include "osteocalc/core/error.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace osteocalc::cohort {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// One column on its way to being complete.
struct Variable {
  std::string name;
  std::vector<std::size_t> seen, missing; ///< rows
};

Variable variable(const Table& table, const std::string& name, std::size_t donors) {
  Variable result{name, {}, {}};
  const Numbers& cells = table.numbers(name);
  for (std::size_t row = 0; row < cells.size(); ++row)
    (cells[row] ? result.seen : result.missing).push_back(row);
  if (result.seen.size() < donors + 2)
    throw TableError(
        fmt::format("'{}' has {} values (too few to impute the others from); leave it out", name, result.seen.size()));
  return result;
}

/// Marsaglia and Tsang's gamma draw; chi-square with v degrees of freedom is twice gamma(v / 2). \pre shape >= 1
double gamma_draw(double shape, RandomStream& random) {
  const double d = shape - 1.0 / 3, c = 1 / std::sqrt(9 * d);
  for (;;) {
    const double z = random.normal(), v = std::pow(1 + c * z, 3);
    if (v > 0 && std::log(random.uniform()) < 0.5 * z * z + d - d * v + d * std::log(v))
      return d * v;
  }
}

/// Slopes by least squares and a draw from their posterior.
struct Slopes {
  VectorXd fitted, drawn;
};

Slopes draw_slopes(const MatrixXd& X, const VectorXd& y, RandomStream& random) {
  MatrixXd gram = X.transpose() * X;
  gram.diagonal() *= 1 + 1e-8; // columns that nearly repeat each other must not stop the chain
  const Eigen::LLT<MatrixXd> llt(gram);
  Slopes slopes;
  slopes.fitted = llt.solve(X.transpose() * y);
  const double df = std::max(2.0, static_cast<double>(X.rows() - X.cols()));
  const double sigma = std::sqrt((y - X * slopes.fitted).squaredNorm() / (2 * gamma_draw(df / 2, random)));
  VectorXd z(X.cols());
  for (double& value : z)
    value = random.normal();
  slopes.drawn = slopes.fitted + sigma * llt.matrixU().solve(z);
  return slopes;
}

/// One of the `donors` rows whose prediction is nearest to `wanted`; `sorted` holds (prediction, row) ascending.
std::size_t draw_donor(const std::vector<std::pair<double, std::size_t>>& sorted, double wanted, std::size_t donors,
                       RandomStream& random) {
  const auto at = std::lower_bound(sorted.begin(), sorted.end(), std::pair{wanted, std::size_t{0}});
  auto first = at, end = at; // the window [first, end) grows towards the nearer side
  while (static_cast<std::size_t>(end - first) < donors) {
    if (end == sorted.end() || (first != sorted.begin() && wanted - (first - 1)->first <= end->first - wanted))
      --first;
    else
      ++end;
  }
  return (first + static_cast<std::ptrdiff_t>(random.below(donors)))->second;
}

/// All variables but one, standardised, with a constant.
MatrixXd predictors(const MatrixXd& data, Index left_out) {
  MatrixXd X = MatrixXd::Ones(data.rows(), data.cols());
  Index next = 1;
  for (Index j = 0; j < data.cols(); ++j)
    if (j != left_out)
      X.col(next++) = data.col(j);
  return X;
}

void impute_variable(MatrixXd& data, const Variable& variable, Index column, std::size_t donors, RandomStream& random) {
  const MatrixXd X = predictors(data, column);
  const std::vector<Index> seen(variable.seen.begin(), variable.seen.end());
  const MatrixXd X_seen = X(seen, Eigen::all);
  const VectorXd y = data.col(column)(seen);
  const Slopes slopes = draw_slopes(X_seen, y, random);
  const VectorXd predicted = X_seen * slopes.fitted;
  std::vector<std::pair<double, std::size_t>> sorted;
  for (std::size_t i = 0; i < seen.size(); ++i)
    sorted.emplace_back(predicted(static_cast<Index>(i)), variable.seen[i]);
  std::sort(sorted.begin(), sorted.end());
  for (const std::size_t row : variable.missing) {
    const double wanted = X.row(static_cast<Index>(row)).dot(slopes.drawn);
    const std::size_t donor = draw_donor(sorted, wanted, donors, random);
    data(static_cast<Index>(row), column) = data(static_cast<Index>(donor), column);
  }
}

Table completed(const Table& table, const std::vector<Variable>& variables, const MatrixXd& start, const VectorXd& mean,
                const VectorXd& sd, const ImputationOptions& options, std::size_t number) {
  RandomStream random(options.seed, number);
  MatrixXd data = start;
  for (std::size_t j = 0; j < variables.size(); ++j) // the chain starts from values drawn from each column
    for (const std::size_t row : variables[j].missing)
      data(static_cast<Index>(row), static_cast<Index>(j)) =
          data(static_cast<Index>(variables[j].seen[random.below(variables[j].seen.size())]), static_cast<Index>(j));
  for (std::size_t round = 0; round < options.iterations; ++round)
    for (std::size_t j = 0; j < variables.size(); ++j)
      if (!variables[j].missing.empty())
        impute_variable(data, variables[j], static_cast<Index>(j), options.donors, random);
  Table result(table.name(), table.rows());
  for (const auto& column : table.shared_columns()) {
    const auto found = std::find_if(variables.begin(), variables.end(),
                                    [&](const Variable& variable) { return variable.name == column->name; });
    if (found == variables.end()) {
      result.add(column);
      continue;
    }
    Column filled = *column;
    const Index j = found - variables.begin();
    for (const std::size_t row : found->missing)
      std::get<Numbers>(filled.cells)[row] = mean(j) + sd(j) * data(static_cast<Index>(row), j);
    result.add(std::move(filled));
  }
  return result;
}

} // namespace

std::vector<Table> impute(const Table& table, const std::vector<std::string>& columns, const ImputationOptions& options,
                          Parallel parallel) {
  std::vector<Variable> variables;
  for (const std::string& name : columns)
    variables.push_back(variable(table, name, options.donors));
  const auto rows = static_cast<Index>(table.rows()), count = static_cast<Index>(columns.size());
  MatrixXd start = MatrixXd::Zero(rows, count);
  VectorXd mean(count), sd(count);
  for (Index j = 0; j < count; ++j) {
    const Variable& own = variables[static_cast<std::size_t>(j)];
    const Numbers& cells = table.numbers(own.name);
    VectorXd seen(static_cast<Index>(own.seen.size()));
    for (std::size_t i = 0; i < own.seen.size(); ++i)
      seen(static_cast<Index>(i)) = *cells[own.seen[i]];
    mean(j) = seen.mean();
    sd(j) = std::max(1e-300, std::sqrt((seen.array() - mean(j)).square().mean()));
    for (const std::size_t row : own.seen)
      start(static_cast<Index>(row), j) = (*cells[row] - mean(j)) / sd(j);
  }
  std::vector<Table> tables(options.tables, Table(table.name(), 0));
  parallel_for(options.tables, parallel,
               [&](std::size_t i) { tables[i] = completed(table, variables, start, mean, sd, options, i); });
  return tables;
}

Model pool(const std::vector<Model>& models) {
  OSTEOCALC_EXPECT(models.size() >= 2);
  const auto m = static_cast<double>(models.size());
  Model pooled = models.front();
  pooled.covariance.clear();
  pooled.tests.clear();
  pooled.diagnostics.clear();
  pooled.log_likelihood.reset();
  for (std::size_t k = 0; k < pooled.terms.size(); ++k) {
    double mean = 0, within = 0, between = 0;
    for (const Model& model : models) {
      mean += model.terms[k].estimate / m;
      within += *model.terms[k].se * *model.terms[k].se / m;
    }
    for (const Model& model : models)
      between += std::pow(model.terms[k].estimate - mean, 2) / (m - 1);
    const double total = within + (1 + 1 / m) * between, lambda = (1 + 1 / m) * between / total;
    const double complete = models.front().df;
    const double observed = (complete + 1) / (complete + 3) * complete * (1 - lambda);
    const double infinite = lambda > 0 ? (m - 1) / (lambda * lambda) : 1e300;
    const double df = infinite * observed / (infinite + observed);
    pooled.terms[k] = wald_term(pooled.terms[k].name, mean, std::sqrt(total), df);
    const double r = (1 + 1 / m) * between / within;
    pooled.diagnostics.push_back({"fmi " + pooled.terms[k].name, (r + 2 / (df + 3)) / (1 + r)});
  }
  for (const Model& model : models)
    pooled.converged = pooled.converged && model.converged;
  return pooled;
}

} // namespace osteocalc::cohort
