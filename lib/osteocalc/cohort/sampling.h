// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/cohort/model_frame.h"

#include <span>
#include <string>
#include <vector>

namespace osteocalc::cohort {

/// A stratum with a single primary sampling unit (PSU) shows no variation between PSUs.
enum class LonelyPsu {
  Fail,   ///< refuse, naming the stratum
  Center, ///< its deviation from the whole sample's mean (0 for the scores of a model) instead of its stratum's
  Ignore  ///< it adds nothing to the variance, as if taken with certainty
};

/// The sampling design of everybody in a table: rows without a positive weight are not in the sample.
struct SurveyDesign {
  std::vector<double> weights;                      ///< one a table row, 0 = not sampled
  std::vector<std::size_t> psu;                     ///< one a table row: which PSU; PSUs are nested in strata
  std::vector<std::size_t> stratum_of_psu;          ///< one a PSU
  std::vector<std::size_t> psus_in_stratum;         ///< one a stratum
  std::vector<std::string> psu_names, strata_names; ///< for messages: "8", "stratum 3"
  LonelyPsu lonely = LonelyPsu::Fail;
};

/// How the rows of one frame were drawn, for the errors of a model.
struct Sampling {
  enum class Kind { Simple, Clustered, Survey };
  Kind kind = Kind::Simple;
  std::vector<double> weights{};              ///< one a row of the frame; empty = 1 each
  std::vector<std::size_t> psu{};             ///< one a row of the frame; empty when Simple
  std::vector<std::size_t> stratum_of_psu{};  ///< one a PSU
  std::vector<std::size_t> psus_in_stratum{}; ///< of the whole design, also those without a row in the frame
  double df = 0;                              ///< PSUs less strata among the rows of the frame
  LonelyPsu lonely = LonelyPsu::Fail;

  [[nodiscard]] double weight(std::size_t row) const { return weights.empty() ? 1.0 : weights[row]; }
};

/// Reads the design from columns; an empty name means one stratum, or every row its own PSU.
/// \throw TableError for a sampled row (weight > 0) without stratum or PSU, a negative weight, or, with
/// LonelyPsu::Fail, a stratum with one PSU, which it names
[[nodiscard]] SurveyDesign survey_design(const Table& table, const std::string& weights, const std::string& strata,
                                         const std::string& psu, LonelyPsu lonely = LonelyPsu::Fail);

/// The frame as a domain of the design: the other PSUs keep counting, their scores are 0.
/// \throw TableError when a row of the frame is not in the sample; keep_sampled takes these out
/// \cite Lumley2004
[[nodiscard]] Sampling domain_sampling(const SurveyDesign& design, const ModelFrame& frame);

/// The frame without the rows of weight 0.
[[nodiscard]] ModelFrame keep_sampled(const SurveyDesign& design, const ModelFrame& frame);

/// Rows that belong together (a patient's levels, a hospital's patients), one cluster number a row of the frame.
[[nodiscard]] Sampling clustered(std::span<const double> clusters);

/// Rows that count `weights` times, independent otherwise (a bootstrap draw). \pre no weight < 0
[[nodiscard]] Sampling weighted(std::vector<double> weights);

/// Sum over strata of n/(n-1) times the spread of the PSU totals around their stratum's mean; `totals` holds
/// `width` numbers a PSU. Row by row, width x width.
[[nodiscard]] std::vector<double> variance_between_psus(const Sampling& sampling, const std::vector<double>& totals,
                                                        std::size_t width);

} // namespace osteocalc::cohort
