// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <vector>

namespace osteocalc::batch {

/// Which NIfTI files of a folder are images, and which are labels of which image. Labels are X_labels.nii[.gz] of
/// X.nii[.gz], labels.nii[.gz] of the only image of its folder, and all masks in a folder `segmentations` beside the
/// only image of its folder; names.json and names_parts.nii[.gz] beside a label map belong to it.
class NiftiPairs {
 public:
  /// \param files of `folder`, by their full paths
  NiftiPairs(const std::filesystem::path& folder, std::span<const std::filesystem::path> files);

  /// The image that a file belongs to, be it the image itself or labels of it; none for all other files.
  [[nodiscard]] std::optional<std::filesystem::path> image_of(const std::filesystem::path& file) const;
  /// A NIfTI that by its name is labels, whether or not its image is there.
  [[nodiscard]] static bool is_labels(const std::filesystem::path& file);

 private:
  std::vector<std::filesystem::path> images_;       ///< in this folder
  std::optional<std::filesystem::path> only_image_; ///< of this folder, or beside this folder of masks
};

/// What to pass as labels of an image: of all label files that belong to it, a map of its own name before labels.nii,
/// and this before the folder of masks. None when there are no labels.
[[nodiscard]] std::optional<std::filesystem::path> preferred_labels(std::span<const std::filesystem::path> label_files);

} // namespace osteocalc::batch
