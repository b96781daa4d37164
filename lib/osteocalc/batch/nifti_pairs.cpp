// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/batch/nifti_pairs.h"

#include "osteocalc/io/nifti.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace osteocalc::batch {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view masks_folder = "segmentations", labels_name = "labels", labels_ending = "_labels",
                           parts_ending = "_parts";

/// The name without .nii, .nii.gz or .json; empty for another file.
std::string stem_of(const fs::path& file) {
  const std::string name = file.filename().string();
  if (io::is_nifti_name(file) || file.extension() == ".json")
    return name.substr(0, name.find('.', 1));
  return "";
}

/// The stem of the label map that a file is, or belongs to; empty for another file.
std::string label_stem_of(const fs::path& file) {
  std::string stem = stem_of(file);
  if (stem.ends_with(parts_ending))
    stem.resize(stem.size() - parts_ending.size());
  return stem == labels_name || stem.ends_with(labels_ending) ? stem : "";
}

bool is_image(const fs::path& file) {
  return io::is_nifti_name(file) && label_stem_of(file).empty();
}

std::optional<fs::path> only_one(const std::vector<fs::path>& images) {
  return images.size() == 1 ? std::optional(images.front()) : std::nullopt;
}

} // namespace

NiftiPairs::NiftiPairs(const fs::path& folder, std::span<const fs::path> files) {
  if (folder.filename() == masks_folder) {
    std::vector<fs::path> beside;
    std::error_code unreadable; // then there is no image beside it
    for (fs::directory_iterator i(folder.parent_path(), unreadable), end; !unreadable && i != end;
         i.increment(unreadable))
      if (is_image(i->path()))
        beside.push_back(i->path());
    only_image_ = only_one(beside);
    return;
  }
  std::ranges::copy_if(files, std::back_inserter(images_), is_image);
  only_image_ = only_one(images_);
}

std::optional<fs::path> NiftiPairs::image_of(const fs::path& file) const {
  if (file.parent_path().filename() == masks_folder)
    return io::is_nifti_name(file) ? only_image_ : std::nullopt;
  if (is_image(file))
    return file;
  const std::string stem = label_stem_of(file);
  if (stem.empty())
    return std::nullopt;
  if (stem == labels_name)
    return only_image_;
  const std::string wanted = stem.substr(0, stem.size() - labels_ending.size());
  const auto found = std::ranges::find(images_, wanted, stem_of);
  return found == images_.end() ? std::nullopt : std::optional(*found);
}

bool NiftiPairs::is_labels(const fs::path& file) {
  return io::is_nifti_name(file) && (!label_stem_of(file).empty() || file.parent_path().filename() == masks_folder);
}

std::optional<fs::path> preferred_labels(std::span<const fs::path> label_files) {
  std::optional<fs::path> best;
  int best_rank = 3;
  for (const fs::path& file : label_files) {
    const std::string stem = stem_of(file);
    if (!io::is_nifti_name(file))
      continue;
    const bool in_folder = file.parent_path().filename() == masks_folder;
    if (!in_folder && stem.ends_with(parts_ending))
      continue;
    const int rank = in_folder ? 2 : stem == labels_name ? 1 : 0;
    if (rank < best_rank) {
      best = in_folder ? file.parent_path() : file;
      best_rank = rank;
    }
  }
  return best;
}

} // namespace osteocalc::batch
