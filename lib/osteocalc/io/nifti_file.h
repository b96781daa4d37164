// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/image/geometry.h"

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace osteocalc::io {

/// A NIfTI-1 file (.nii, .nii.gz; either byte order) read slice by slice. Unlike NIfTI libraries it neither fills what
/// a cut-off file lacks with 0 nor turns not-a-number into 0: both would be measured as water.
class NiftiReader {
 public:
  /// Reads the header. \throw IoError when it is no NIfTI-1 image of one volume with one real number a voxel;
  /// GeometryError when its axes span no space
  explicit NiftiReader(const std::filesystem::path& file);
  ~NiftiReader();
  NiftiReader(const NiftiReader&) = delete;
  NiftiReader& operator=(const NiftiReader&) = delete;

  /// In LPS, voxels as stored; from the sform, else the qform, else the voxel sizes alone.
  [[nodiscard]] const VolumeGeometry& geometry() const noexcept { return geometry_; }
  [[nodiscard]] bool has_orientation() const noexcept { return has_orientation_; }
  /// Names of labels by number, where a header extension holds a Caret label table as TotalSegmentator writes it.
  [[nodiscard]] const std::map<int, std::string>& label_names() const noexcept { return label_names_; }

  /// The values of the next slice along the stored z, rescaled; valid until the next call. \pre fewer than size z calls
  /// \throw IoError when the file ends early or is damaged
  [[nodiscard]] std::span<const double> next_slice();

 private:
  void read_bytes(std::span<std::byte> bytes);
  void check_end();
  struct Stream;
  std::unique_ptr<Stream> stream_;
  std::string name_;
  VolumeGeometry geometry_;
  std::map<int, std::string> label_names_;
  bool has_orientation_ = true;
  bool swapped_ = false;
  double slope_ = 1, intercept_ = 0;
  int slices_left_ = 0;
  std::size_t value_bytes_ = 0;
  void (*to_doubles_)(std::span<const std::byte> from, std::span<double> to) = nullptr;
  std::vector<std::byte> raw_;
  std::vector<double> values_;
};

/// Number types that are written.
enum class NiftiType { Int16, UInt16 };

/// Writes voxels (x fastest) as a NIfTI-1 file, compressed when its name ends in .gz; sform and, unless the axes are
/// sheared, qform set. \throw IoError when it cannot be written
void write_nifti_file(const std::filesystem::path& file, const VolumeGeometry& geometry, NiftiType type,
                      std::span<const std::byte> voxels);

} // namespace osteocalc::io
