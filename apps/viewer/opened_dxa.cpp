// SPDX-License-Identifier: Apache-2.0
#include "opened_dxa.h"

#include "osteocalc/core/error.h"
#include "osteocalc/core/hashing.h"
#include "osteocalc/dxa/calibration_file.h"
#include "osteocalc/io/dxa_exam.h"
#include "osteocalc/io/dxa_image.h"
#include "osteocalc/io/file_tree.h"
#include "osteocalc/io/nifti.h"
#include "osteocalc/io/series_inventory.h"
#include "osteocalc/review/reviewed_result.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace osteocalc::viewer {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr const char* scan_name = "ct";
constexpr std::size_t small_folder = 64; ///< files: more are a scan

bool is_dxa_output(const fs::path& path) {
  return fs::exists(path / "dxa.json");
}

std::string text_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  if (!stream || !(text << stream.rdbuf()))
    throw IoError("cannot read " + file.string());
  return text.str();
}

Json run_of(const fs::path& output) {
  return fs::exists(output / "run.json") ? Json::parse(text_of(output / "run.json"), nullptr, false) : Json();
}

/// Where the results of the image that is asked for lie: the output of `dxa`, or dxa/EXAM of a study's. Empty: nowhere.
fs::path dxa_output(const OpenRequest& request) {
  const std::vector<std::string> images = images_of(request.study);
  if (images.empty())
    return is_dxa_output(request.study) ? request.study : fs::path();
  const std::string& wanted = request.image.empty() ? images.front() : request.image;
  if (std::ranges::find(images, wanted) == images.end())
    throw ConfigError(request.study.string() + " holds no image \"" + wanted + "\"; it holds " +
                      fmt::format("{}", fmt::join(images, ", ")));
  return wanted == scan_name ? fs::path() : request.study / "dxa" / wanted;
}

std::vector<fs::path> files_of_output(const fs::path& output, const fs::path& scan) {
  std::vector<fs::path> files;
  if (const Json run = run_of(output); run.is_object())
    for (const Json& path : run.value("study", Json::array()))
      files.emplace_back(path.get<std::string>());
  if (!scan.empty() && !fs::is_directory(scan))
    files = {scan};
  for (fs::path& file : files)
    if (fs::is_directory(scan))
      file = scan / file.filename();
  if (files.empty())
    throw ConfigError("run.json of " + output.string() + " does not say where the image is; give it by --scan");
  for (const fs::path& file : files)
    if (!fs::exists(file))
      throw IoError("the image of " + output.string() + " was " + file.string() +
                    " and is not there any more; say by --scan where it is now");
  return files;
}

/// How the machine measured: what `dxa` was told, and the regions that it wrote and a user may have edited.
study::DxaOptions options_of(const fs::path& output, Parallel parallel) {
  study::DxaOptions options;
  options.parallel = parallel;
  if (!is_dxa_output(output))
    return options;
  const Json run = run_of(output), asked = run.is_object() ? run.value("dxa", Json::object()) : Json::object();
  options.reference = asked.value("reference", options.reference);
  options.race = asked.value("race", "");
  if (asked.contains("manufacturer"))
    options.manufacturer = asked.at("manufacturer");
  if (asked.contains("age_years"))
    options.age_years = asked.at("age_years");
  if (asked.contains("sex"))
    options.sex = sex_from_string(asked.at("sex").get<std::string>());
  if (asked.contains("postmenopausal"))
    options.postmenopausal = asked.at("postmenopausal");
  if (asked.contains("calibration"))
    options.calibration = dxa::parse_calibration(text_of(asked.at("calibration").get<std::string>()));
  if (asked.contains("marks"))
    options.marks = dxa::parse_marks(text_of(asked.at("marks").get<std::string>()));
  const bool densities =
      fs::exists(output / "roi.json") &&
      !Json::parse(text_of(output / "roi.json"), nullptr, false).value("regions", Json::array()).empty();
  if (densities) // of a lateral image alone there are none
    options.regions = dxa::parse_regions(text_of(output / "roi.json"));
  return options;
}

std::string sha256_of(const std::vector<fs::path>& files) {
  std::string all;
  for (const fs::path& file : files)
    all += sha256_hex_of_file(file);
  return files.size() == 1 ? all : sha256_hex(all);
}

/// Attenuation without a calibration can be looked at, not measured.
void keep_as_picture(DxaImage& image, const study::DxaOptions& options, Issues& issues) {
  if (image.content == DxaContent::Picture)
    return;
  try {
    static_cast<void>(study::bone_image(image, options));
  } catch (const Error& error) {
    image.content = DxaContent::Picture;
    issues.push_back(warning("DXA-NOT-MEASURED", "image", error.what()));
  }
}

} // namespace

std::vector<std::string> images_of(const fs::path& study) {
  if (!is_study_output(study))
    return {};
  std::vector<std::string> images;
  const Json result = Json::parse(text_of(study / "result.json"), nullptr, false);
  const std::vector<fs::path> folders = review::review_folders(study);
  if (folders.size() == 1 || !result.is_object() ||
      result.value("study", Json::object()).value("modality", "CT") == "CT")
    images.emplace_back(scan_name);
  for (std::size_t i = 1; i < folders.size(); ++i)
    if (is_dxa_output(folders[i])) // a review alone may be left of an earlier run
      images.push_back(folders[i].filename().string());
  return images;
}

std::vector<fs::path> dxa_files(const OpenRequest& request) {
  if (const fs::path output = dxa_output(request); !output.empty())
    return files_of_output(output, request.scan);
  if (is_study_output(request.study) || is_batch_output(request.study) || !fs::exists(request.study) ||
      (io::is_nifti_name(request.study) && !fs::is_directory(request.study)))
    return {};
  const io::FileTree tree = io::find_files(std::vector{request.study}, request.parallel);
  if (tree.files.size() > small_folder)
    return {};
  std::vector<fs::path> files;
  for (const io::Series& series : io::take_inventory(tree, request.parallel).series) {
    if (series.slices.empty())
      continue;
    if (!io::is_dxa_modality(series.first().modality))
      return {};
    files.push_back(series.first().file);
  }
  return files;
}

OpenedDxa open_dxa(const OpenRequest& request, const std::vector<fs::path>& files) {
  const fs::path output = dxa_output(request);
  OpenedDxa opened;
  opened.title = fs::weakly_canonical(request.study).filename().string();
  if (!output.empty() && output != request.study)
    opened.title += " " + output.filename().string();
  const std::vector<fs::path> chosen = !output.empty() ? files : std::vector{files.front()};
  if (chosen.size() < files.size())
    opened.issues.push_back(warning("DXA-SEVERAL", "image",
                                    std::to_string(files.size()) + " DXA images lie here, and " +
                                        chosen.front().filename().string() + " is shown; open the others by name"));
  study::DxaOptions options = options_of(output, request.parallel);
  auto image = std::make_shared<DxaImage>(io::read_dxa_image(chosen));
  if (image->frames.empty())
    throw DicomError(chosen.front().string() + " holds no pixels that can be shown");
  keep_as_picture(*image, options, opened.issues);
  if (image->content == DxaContent::Picture)
    options.regions.reset();
  opened.inputs_sha256 = sha256_of(chosen);
  opened.review = std::make_unique<review::DxaReview>(image, std::move(options));
  if (output.empty())
    return opened; // there is no folder of results to keep a review in
  opened.result_sha256 = sha256_hex_of_file(output / "dxa.json");
  opened.review_file = review::review_path(output, request.blind_reader);
  if (!fs::exists(opened.review_file))
    return opened;
  const review::ReviewFile file = review::read_review(opened.review_file);
  review::check_fits(file, *image, opened.inputs_sha256);
  for (const review::Edit& edit : file.edits)
    try {
      opened.review->apply(edit.action, {edit.reader, edit.time, edit.why});
    } catch (const Error& error) {
      opened.issues.push_back(warning("REVIEW-EDIT-LOST", std::string(kind_of(edit.action)),
                                      std::string("an edit of the file could not be done again: ") + error.what()));
    }
  return opened;
}

} // namespace osteocalc::viewer
