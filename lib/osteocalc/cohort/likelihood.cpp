// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/likelihood.h"

#include "osteocalc/core/error.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <numeric>

namespace osteocalc::cohort {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr std::size_t block_rows = 1024; // fixed: the order of summation must not depend on the machine
constexpr int max_iterations = 200;

/// A column on its way to mean 0 and spread 1, in which Newton's equations are well conditioned.
struct Standardized {
  std::span<const double> values{}; ///< empty: a constant 1
  double center = 0, scale = 1;
};

struct Slice { ///< the coefficients of one predictor
  Index first = 0, size = 0;
};

struct Sums {
  double value = 0;
  VectorXd gradient;
  MatrixXd hessian;
};

bool is_constant_one(std::span<const double> column) {
  return std::all_of(column.begin(), column.end(), [](double value) { return value == 1; });
}

class Problem {
 public:
  Problem(const Likelihood& likelihood, const Sampling& sampling, Parallel parallel)
      : likelihood_(likelihood), sampling_(sampling), parallel_(parallel) {
    for (const Predictor& predictor : likelihood.predictors) {
      slices_.push_back({static_cast<Index>(columns_.size()), static_cast<Index>(predictor.names.size())});
      names_.insert(names_.end(), predictor.names.begin(), predictor.names.end());
      if (predictor.columns.empty())
        columns_.emplace_back();
      for (const auto& column : predictor.columns)
        columns_.push_back({column});
    }
    standardize();
    normalize_weights();
    check_combinations();
  }

  [[nodiscard]] Index size() const { return static_cast<Index>(columns_.size()); }
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

  /// Coefficients of the columns as they stand, from those of the standardized columns.
  [[nodiscard]] MatrixXd restore() const {
    MatrixXd T = MatrixXd::Zero(size(), size());
    for (const Slice& slice : slices_)
      for (Index j = slice.first; j < slice.first + slice.size; ++j) {
        const Standardized& column = columns_[static_cast<std::size_t>(j)];
        T(j, j) = 1 / column.scale;
        if (column.center != 0)
          T(slice.first, j) = -column.center / column.scale;
      }
    return T;
  }

  /// Value, gradient and Hessian of the log-likelihood, block by block.
  [[nodiscard]] Sums evaluate(const VectorXd& b) const {
    const auto blocks = parallel_map(block_count(), parallel_, [&](std::size_t block) { return block_sums(block, b); });
    Sums total{0, VectorXd::Zero(size()), MatrixXd::Zero(size(), size())};
    for (const Sums& sums : blocks) {
      total.value += sums.value;
      total.gradient += sums.gradient;
      total.hessian += sums.hessian;
    }
    return total;
  }

  /// Weighted derivative in each predictor, one row a row.
  [[nodiscard]] MatrixXd row_scores(const VectorXd& b) const {
    MatrixXd scores(static_cast<Index>(likelihood_.rows), static_cast<Index>(slices_.size()));
    parallel_for(block_count(), parallel_, [&](std::size_t block) {
      const MatrixXd eta = predictors(block_columns(block), b);
      for (Index i = 0; i < eta.cols(); ++i) {
        const std::size_t row = block * block_rows + static_cast<std::size_t>(i);
        const RowLikelihood terms = likelihood_.row(row, {eta.col(i).data(), slices_.size()});
        scores.row(static_cast<Index>(row)).setZero();
        for (std::size_t a = 0; a < static_cast<std::size_t>(terms.count); ++a)
          scores(static_cast<Index>(row), static_cast<Index>(terms.predictor[a])) += weight(row) * terms.gradient[a];
      }
    });
    return scores;
  }

  /// Totals of the scores w x dl/deta in each PSU, `size()` numbers a PSU.
  [[nodiscard]] std::vector<double> psu_totals(const VectorXd& b) const {
    const MatrixXd scores = row_scores(b);
    const auto width = static_cast<std::size_t>(size());
    std::vector<double> totals(width * sampling_.stratum_of_psu.size(), 0.0);
    for (std::size_t p = 0; p < slices_.size(); ++p)
      parallel_for(static_cast<std::size_t>(slices_[p].size), parallel_, [&](std::size_t k) {
        const std::size_t j = static_cast<std::size_t>(slices_[p].first) + k;
        for (std::size_t row = 0; row < likelihood_.rows; ++row)
          totals[sampling_.psu[row] * width + j] +=
              scores(static_cast<Index>(row), static_cast<Index>(p)) * value(columns_[j], row);
      });
    return totals;
  }

 private:
  [[nodiscard]] std::size_t block_count() const { return (likelihood_.rows + block_rows - 1) / block_rows; }
  [[nodiscard]] double weight(std::size_t row) const { return sampling_.weight(row) * weight_factor_; }
  static double value(const Standardized& column, std::size_t row) {
    return column.values.empty() ? 1.0 : (column.values[row] - column.center) / column.scale;
  }

  void standardize() {
    for (const Slice& slice : slices_) {
      const auto first = static_cast<std::size_t>(slice.first);
      const bool has_constant = !columns_[first].values.empty() && is_constant_one(columns_[first].values);
      parallel_for(static_cast<std::size_t>(slice.size), parallel_, [&](std::size_t k) {
        Standardized& column = columns_[first + k];
        const auto n = static_cast<double>(column.values.size());
        if (column.values.empty() || (has_constant && k == 0))
          return;
        if (has_constant)
          column.center = std::accumulate(column.values.begin(), column.values.end(), 0.0) / n;
        double squares = 0;
        for (const double x : column.values)
          squares += (x - column.center) * (x - column.center);
        if (squares > 0)
          column.scale = std::sqrt(squares / n);
      });
    }
  }

  /// Survey weights sum to a nation; the scale of the information must not depend on it.
  void normalize_weights() {
    if (sampling_.kind != Sampling::Kind::Survey)
      return;
    double total = 0;
    for (std::size_t row = 0; row < likelihood_.rows; ++row)
      total += sampling_.weight(row);
    weight_factor_ = static_cast<double>(likelihood_.rows) / total;
  }

  /// The standardized columns of one block, one matrix row a column (a table row is then contiguous).
  [[nodiscard]] MatrixXd block_columns(std::size_t block) const {
    const std::size_t first = block * block_rows, count = std::min(block_rows, likelihood_.rows - first);
    RowMajor Z(size(), static_cast<Index>(count));
    for (Index j = 0; j < size(); ++j)
      for (std::size_t i = 0; i < count; ++i)
        Z(j, static_cast<Index>(i)) = value(columns_[static_cast<std::size_t>(j)], first + i);
    return Z;
  }

  /// One row a predictor, one column a table row.
  [[nodiscard]] MatrixXd predictors(const MatrixXd& Z, const VectorXd& b) const {
    MatrixXd eta(static_cast<Index>(slices_.size()), Z.cols());
    for (std::size_t p = 0; p < slices_.size(); ++p) {
      const auto [first, size] = slices_[p];
      eta.row(static_cast<Index>(p)) = b.segment(first, size).transpose() * Z.middleRows(first, size);
    }
    return eta;
  }

  [[nodiscard]] Sums block_sums(std::size_t block, const VectorXd& b) const {
    const MatrixXd Z = block_columns(block);
    const MatrixXd eta = predictors(Z, b);
    const auto K = static_cast<Index>(slices_.size());
    MatrixXd slope = MatrixXd::Zero(Z.cols(), K), curvature = MatrixXd::Zero(Z.cols(), K * K);
    Sums sums{0, VectorXd::Zero(size()), MatrixXd::Zero(size(), size())};
    for (Index i = 0; i < Z.cols(); ++i) {
      const std::size_t row = block * block_rows + static_cast<std::size_t>(i);
      const double w = weight(row);
      if (w == 0)
        continue;
      const RowLikelihood terms = likelihood_.row(row, {eta.col(i).data(), slices_.size()});
      sums.value += w * terms.value;
      for (std::size_t a = 0; a < static_cast<std::size_t>(terms.count); ++a) {
        const auto p = static_cast<Index>(terms.predictor[a]);
        slope(i, p) += w * terms.gradient[a];
        for (std::size_t c = 0; c < static_cast<std::size_t>(terms.count); ++c)
          curvature(i, p * K + static_cast<Index>(terms.predictor[c])) += w * terms.hessian[a][c];
      }
    }
    for (Index p = 0; p < K; ++p) {
      const auto [first, count] = slices_[static_cast<std::size_t>(p)];
      sums.gradient.segment(first, count) = Z.middleRows(first, count) * slope.col(p);
      for (Index q = 0; q < K; ++q) {
        const auto [other, width] = slices_[static_cast<std::size_t>(q)];
        sums.hessian.block(first, other, count, width).noalias() =
            Z.middleRows(first, count) * curvature.col(p * K + q).asDiagonal() * Z.middleRows(other, width).transpose();
      }
    }
    return sums;
  }

  /// In the Cholesky factor of Z'WZ, the pivot of a column is what is left once those before it are taken out.
  void check_combinations() const {
    constexpr double nothing_left = 1e-11; // of the column's sum of squares
    const auto grams = parallel_map(block_count(), parallel_, [&](std::size_t block) -> MatrixXd {
      const MatrixXd Z = block_columns(block);
      VectorXd w(Z.cols());
      for (Index i = 0; i < Z.cols(); ++i)
        w(i) = weight(block * block_rows + static_cast<std::size_t>(i));
      return Z * w.asDiagonal() * Z.transpose();
    });
    MatrixXd gram = MatrixXd::Zero(size(), size());
    for (const MatrixXd& part : grams)
      gram += part;
    for (const auto& [first, count] : slices_) {
      MatrixXd rest = gram.block(first, first, count, count);
      for (Index j = 0; j < count; ++j) {
        if (rest(j, j) <= nothing_left * gram(first + j, first + j))
          throw TableError(
              fmt::format("'{}' is a combination of the terms before it, or constant (their slopes cannot be told "
                          "apart); leave one of them out",
                          names_[static_cast<std::size_t>(first + j)]));
        const VectorXd pivot = rest.col(j) / rest(j, j);
        rest -= pivot * rest.row(j).eval();
      }
    }
  }

  const Likelihood& likelihood_;
  const Sampling& sampling_;
  Parallel parallel_;
  std::vector<Slice> slices_;
  std::vector<Standardized> columns_;
  std::vector<std::string> names_;
  double weight_factor_ = 1;
};

/// (-H)^-1 g; where H is not negative definite, ridged until the step goes uphill.
VectorXd newton_step(const Sums& at) {
  const VectorXd scale = (-at.hessian).diagonal().cwiseAbs().cwiseMax(1e-300).cwiseSqrt().cwiseInverse();
  const MatrixXd curvature = scale.asDiagonal() * (-at.hessian) * scale.asDiagonal();
  for (double ridge = 0;; ridge = ridge == 0 ? 1e-3 : 10 * ridge) {
    const Eigen::LLT<MatrixXd> llt(curvature + ridge * MatrixXd::Identity(scale.size(), scale.size()));
    if (llt.info() == Eigen::Success || ridge > 1e6)
      return scale.asDiagonal() * llt.solve(scale.asDiagonal() * at.gradient);
  }
}

/// Halves the step until the likelihood does not fall; nothing when it falls however short the step.
std::optional<Sums> climb(const Problem& problem, VectorXd& b, VectorXd step, double value) {
  for (int halving = 0; halving < 40; ++halving, step *= 0.5) {
    Sums next = problem.evaluate(b + step);
    if (std::isfinite(next.value) && next.gradient.allFinite() && next.value >= value - 1e-10 * (1 + std::abs(value))) {
      b += step;
      return next;
    }
  }
  return std::nullopt;
}

struct Maximum {
  VectorXd b;
  Sums at;
  bool converged = false;
};

Maximum newton(const Problem& problem, const VectorXd& start) {
  Maximum best{start, problem.evaluate(start)};
  for (int iteration = 0; iteration < max_iterations; ++iteration) {
    const VectorXd step = newton_step(best.at);
    if (std::abs(best.at.gradient.dot(step)) < 1e-13) { // what is left to gain; Newton squares the error once more
      best.b += step;
      best.converged = true;
      return best;
    }
    auto next = climb(problem, best.b, step, best.at.value);
    if (!next)
      return best;
    best.at = std::move(*next);
  }
  return best;
}

/// A standardized coefficient whose standard error is in the thousands has no finite maximum.
std::string runaway_name(const MatrixXd& inverse, const std::vector<std::string>& names) {
  Index worst = 0;
  const double variance = inverse.diagonal().cwiseAbs().maxCoeff(&worst);
  return variance > 1e6 || !std::isfinite(variance) ? names[static_cast<std::size_t>(worst)] : "";
}

std::vector<double> row_by_row(const RowMajor& matrix) {
  return {matrix.data(), matrix.data() + matrix.size()};
}

} // namespace

LikelihoodFit maximize(const Likelihood& likelihood, const Sampling& sampling, Parallel parallel) {
  const Problem problem(likelihood, sampling, parallel);
  const MatrixXd T = problem.restore();
  VectorXd start = VectorXd::Zero(problem.size());
  if (!likelihood.start.empty())
    start = T.triangularView<Eigen::Upper>().solve(Eigen::Map<const VectorXd>(likelihood.start.data(), problem.size()));
  const Maximum maximum = newton(problem, start);
  const MatrixXd inverse = (-maximum.at.hessian).ldlt().solve(MatrixXd::Identity(problem.size(), problem.size()));
  MatrixXd covariance = inverse;
  if (!sampling.psu.empty()) {
    const std::vector<double> G =
        variance_between_psus(sampling, problem.psu_totals(maximum.b), static_cast<std::size_t>(problem.size()));
    covariance = inverse * Eigen::Map<const RowMajor>(G.data(), problem.size(), problem.size()) * inverse;
  }
  LikelihoodFit fit;
  fit.names = problem.names();
  const VectorXd coefficients = T * maximum.b;
  fit.coefficients.assign(coefficients.begin(), coefficients.end());
  fit.covariance = row_by_row(T * covariance * T.transpose());
  fit.log_likelihood = maximum.at.value;
  fit.df = sampling.df;
  fit.converged = maximum.converged;
  fit.runaway = runaway_name(inverse, fit.names);
  return fit;
}

std::vector<double> gradient_at(const Likelihood& likelihood, const std::vector<double>& coefficients,
                                const Sampling& sampling, Parallel parallel) {
  const Problem problem(likelihood, sampling, parallel);
  const MatrixXd T = problem.restore();
  const VectorXd b =
      T.triangularView<Eigen::Upper>().solve(Eigen::Map<const VectorXd>(coefficients.data(), problem.size()));
  const VectorXd gradient = T.transpose().triangularView<Eigen::Lower>().solve(problem.evaluate(b).gradient);
  return {gradient.begin(), gradient.end()};
}

std::vector<double>
covariance_by_differences(const std::function<std::vector<double>(const std::vector<double>&)>& gradient,
                          std::vector<double> at) {
  constexpr double step = 1e-3;
  const auto size = static_cast<Index>(at.size());
  MatrixXd H(size, size);
  for (Index j = 0; j < size; ++j) {
    double& coordinate = at[static_cast<std::size_t>(j)];
    const double here = coordinate;
    coordinate = here + step;
    const std::vector<double> above = gradient(at);
    coordinate = here - step;
    const std::vector<double> below = gradient(at);
    coordinate = here;
    H.col(j) =
        (Eigen::Map<const VectorXd>(above.data(), size) - Eigen::Map<const VectorXd>(below.data(), size)) / (2 * step);
  }
  const MatrixXd information = -0.5 * (H + H.transpose());
  return row_by_row(information.ldlt().solve(MatrixXd::Identity(size, size)));
}

void use_difference_errors(LikelihoodFit& fit, const std::vector<double>& differences, Issues& issues) {
  const std::size_t size = fit.names.size();
  for (std::size_t i = 0; i < size; ++i) {
    const double ratio = std::sqrt(differences[i * size + i] / fit.covariance[i * size + i]);
    if (std::abs(ratio - 1) < 0.01)
      continue;
    issues.push_back(info("MODEL-EXACT-ERRORS", fit.names[i],
                          fmt::format("the error of '{}' by differences, as R gives it, is {:.3g} times the exact one "
                                      "(the column's scale is too wide for R's steps); the exact errors are given",
                                      fit.names[i], ratio)));
    return;
  }
  fit.covariance = differences;
}

Predictor frame_predictor(const ModelFrame& frame) {
  Predictor predictor{frame.names};
  for (const auto& column : frame.columns)
    predictor.columns.emplace_back(column);
  return predictor;
}

Model likelihood_model(const std::string& family, const ModelFrame& frame, const Sampling& sampling,
                       const LikelihoodFit& fit) {
  Model model;
  model.family = family;
  model.formula = frame.formula;
  model.n = frame.rows.size();
  model.converged = fit.converged && fit.runaway.empty();
  model.df = static_cast<double>(model.n) - static_cast<double>(fit.names.size());
  if (sampling.kind == Sampling::Kind::Survey) {
    model.design = "survey";
    model.errors = "linearized";
  } else {
    model.errors = sampling.kind == Sampling::Kind::Clustered ? "cluster" : "";
    model.log_likelihood = fit.log_likelihood;
  }
  if (!fit.runaway.empty())
    model.issues.push_back(warning(
        "MODEL-NO-MAXIMUM", fit.runaway,
        fmt::format("the likelihood of {} keeps growing along '{}' (its estimate is not finite); read no number "
                    "from this model before that term is merged, penalised or left out",
                    frame.formula, fit.runaway)));
  else if (!fit.converged)
    model.issues.push_back(warning(
        "MODEL-NOT-CONVERGED", family,
        fmt::format("the maximum of {} was not reached (its numbers are provisional); simplify it", frame.formula)));
  return model;
}

std::optional<double> term_df(Model& model, const Sampling& sampling, std::size_t slopes) {
  if (sampling.kind != Sampling::Kind::Survey)
    return std::nullopt;
  model.df = sampling.df - static_cast<double>(slopes);
  if (model.df > 0)
    return model.df;
  model.issues.push_back(warning(
      "SURVEY-DF", model.family,
      fmt::format("{} PSUs less strata for {} slopes leave no degrees of freedom (p and intervals are not given); use "
                  "fewer terms",
                  sampling.df, slopes)));
  return std::nullopt;
}

void add_terms(Model& model, const LikelihoodFit& fit, std::optional<double> df) {
  model.covariance = fit.covariance;
  const bool testable = df || model.design != "survey";
  for (std::size_t i = 0; i < fit.names.size(); ++i) {
    const double se = std::sqrt(fit.covariance[i * fit.names.size() + i]);
    if (!fit.runaway.empty())
      model.terms.push_back({fit.names[i], fit.coefficients[i]});
    else if (testable)
      model.terms.push_back(wald_term(fit.names[i], fit.coefficients[i], se, df));
    else
      model.terms.push_back({fit.names[i], fit.coefficients[i], se, fit.coefficients[i] / se});
  }
}

std::vector<double> transform_covariance(const std::vector<double>& covariance, const std::vector<double>& jacobian,
                                         std::size_t rows) {
  const auto size = static_cast<Index>(jacobian.size() / rows);
  const Eigen::Map<const RowMajor> V(covariance.data(), size, size);
  const Eigen::Map<const RowMajor> J(jacobian.data(), static_cast<Index>(rows), size);
  return row_by_row(J * V * J.transpose());
}

} // namespace osteocalc::cohort
