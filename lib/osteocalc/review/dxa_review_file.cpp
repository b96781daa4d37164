// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/core/error.h"
#include "osteocalc/review/dxa_review.h"
#include "osteocalc/review/edit_json.h"

#include <cmath>

namespace osteocalc::review {
namespace {

/// The digits of result.json.
Json tidy(const std::optional<double>& value) {
  return value ? Json(std::round(*value * 1e6) / 1e6) : Json();
}

Json values_json(const dxa::DxaResult& values, const std::optional<DxaExam>& exam) {
  Json sites = Json::array();
  for (const dxa::ScoredSite& site : values.sites)
    sites.push_back({{"site", site.site},
                     {"bmc_g", tidy(site.bmc_g)},
                     {"area_cm2", tidy(site.area_cm2)},
                     {"abmd_g_cm2", tidy(site.abmd_g_cm2)},
                     {"t_score", tidy(site.scores.t_score)},
                     {"z_score", tidy(site.scores.z_score)},
                     {"category", or_null(site.scores.category)},
                     {"sbmd_mg_cm2", tidy(site.standardised_mg_cm2)},
                     {"excluded", or_null(site.excluded)}});
  Json aac;
  if (values.aac) {
    aac = {{"total", or_null(values.aac->aac24)},
           {"levels", Json::object()},
           {"aac8", or_null(values.aac->aac8)},
           {"walls", Json::array()},
           {"severity", Json::array()}};
    for (const Vertebra level : {Vertebra::L1, Vertebra::L2, Vertebra::L3, Vertebra::L4})
      aac["levels"][std::string(to_string(level))] = or_null(values.aac->level_score(level));
    for (const dxa::AacSeverity& severity : values.aac->severity)
      aac["severity"].push_back({{"scheme", severity.scheme}, {"level", severity.level}});
    for (const dxa::WallCalcium& wall : values.aac->walls)
      aac["walls"].push_back({{"level", to_string(wall.level)},
                              {"wall", dxa::to_string(wall.wall)},
                              {"calcified_mm", wall.calcified_mm},
                              {"segment_mm", wall.segment_mm},
                              {"grade", dxa::wall_grade(wall.share())}});
  }
  return {{"dxa", {{"exam", exam ? Json(to_string(*exam)) : Json()}, {"sites", sites}, {"aac24", aac}}}};
}

std::array<int, 3> size_of(const DxaImage& image) {
  return image.frames.empty() ? std::array{0, 0, 0} : image.frames.front().geometry().size;
}

} // namespace

std::vector<SiteLine> site_lines(const std::vector<dxa::ScoredSite>& sites) {
  std::vector<SiteLine> lines;
  for (const dxa::ScoredSite& site : sites)
    lines.push_back({site.site, site.abmd_g_cm2, site.bmc_g, site.area_cm2, site.scores.t_score, site.scores.z_score,
                     site.excluded});
  return lines;
}

std::map<std::string, std::optional<double>> numbers_of(const dxa::DxaResult& result) {
  std::map<std::string, std::optional<double>> numbers;
  for (const SiteLine& line : site_lines(result.sites)) {
    numbers[line.site + ".bmc_g"] = line.bmc_g;
    numbers[line.site + ".area_cm2"] = line.area_cm2;
    numbers[line.site + ".abmd_g_cm2"] = line.abmd_g_cm2;
    numbers[line.site + ".t_score"] = line.t_score;
    numbers[line.site + ".z_score"] = line.z_score;
  }
  if (!result.aac)
    return numbers;
  for (const dxa::WallCalcium& wall : result.aac->walls)
    numbers[std::string(to_string(wall.level)) + "." + std::string(dxa::to_string(wall.wall))] =
        dxa::wall_grade(wall.share());
  numbers["aac24"] = result.aac->aac24 ? std::optional<double>(*result.aac->aac24) : std::nullopt;
  numbers["aac8"] = result.aac->aac8 ? std::optional<double>(*result.aac->aac8) : std::nullopt;
  return numbers;
}

ReviewFile file_of(const DxaReview& review, const std::string& inputs_sha256, const std::string& result_sha256) {
  return {inputs_sha256, size_of(review.image()), review.edits(), result_sha256,
          values_json(review.values(), review.image().exam).dump()};
}

void check_fits(const ReviewFile& review, const DxaImage& image, const std::string& inputs_sha256) {
  const bool other = !review.inputs_sha256.empty() && !inputs_sha256.empty() && review.inputs_sha256 != inputs_sha256;
  if (other || review.size != size_of(image))
    throw Refusal(refused("REVIEW-OTHER-SCAN", "review",
                          "the review was made on another image (its edits would land elsewhere) move it away or open "
                          "the image it belongs to"));
}

} // namespace osteocalc::review
