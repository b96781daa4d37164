// SPDX-License-Identifier: Apache-2.0
// Small scans on disk for tests: written by the project's writer, then bent as a test needs it.
#pragma once

#include "osteocalc/image/volume.h"
#include "osteocalc/io/dicom_ct_writer.h"

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dctk.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <vector>

namespace osteocalc::test {

/// A folder of its own, removed at the end of the test.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    static std::atomic<int> count{0};
    std::string name = "osteocalc_test_";
    name.append(std::to_string(getpid())).append("_").append(std::to_string(count++));
    path_ = std::filesystem::temp_directory_path() / name;
    std::filesystem::create_directories(path_);
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Every voxel differs from all others, from -1000 HU up; three sizes and three spacings.
inline Volume<std::int16_t> small_scan(int slices = 5) {
  VolumeGeometry grid;
  grid.size = {16, 12, slices};
  grid.spacing_mm = {0.5, 0.75, 2.5};
  grid.origin_mm = {-10.0, 20.0, -300.0};
  Volume<std::int16_t> hu(grid);
  std::int16_t value = -1000;
  for (std::int16_t& voxel : hu.voxels())
    voxel = value++;
  return hu;
}

/// Changes the data set of one file through `edit(DcmDataset&)`.
template <class Edit>
void edit_dicom(const std::filesystem::path& file, const Edit& edit) {
  DcmFileFormat format;
  if (format.loadFile(file.c_str()).bad() || format.loadAllDataIntoMemory().bad())
    throw std::runtime_error("the test cannot load " + file.string());
  edit(*format.getDataset());
  if (format.saveFile(file.c_str(), format.getDataset()->getOriginalXfer()).bad())
    throw std::runtime_error("the test cannot save " + file.string());
}

template <class Edit>
void edit_all(const std::vector<std::filesystem::path>& files, const Edit& edit) {
  for (const auto& file : files)
    edit_dicom(file, edit);
}

/// True when the program could be started and ended with status 0.
inline bool runs(const std::string& command) {
  return std::system((command + " >/dev/null 2>&1").c_str()) == 0;
}

} // namespace osteocalc::test
