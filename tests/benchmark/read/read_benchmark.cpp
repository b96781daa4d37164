// SPDX-License-Identifier: Apache-2.0
// read_benchmark [slices] [threads] [seed]: our DICOM reader against ITK's with GDCM on one series made from the seed.
// Both start from the folder and sort the slices; both are first checked to give the same voxels and grid.
#include "osteocalc/io/ct_reader.h"
#include "osteocalc/io/dicom_ct_writer.h"

#include <itkGDCMImageIO.h>
#include <itkGDCMSeriesFileNames.h>
#include <itkImageSeriesReader.h>
#include <itkMultiThreaderBase.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <functional>
#include <random>
#include <string>
#include <unistd.h>
#include <vector>

using osteocalc::CtImage;
using osteocalc::Parallel;
using osteocalc::Volume;
using osteocalc::VolumeGeometry;

namespace {

using ItkImage = itk::Image<std::int16_t, 3>;

ItkImage::Pointer read_with_itk(const std::string& folder) {
  auto names = itk::GDCMSeriesFileNames::New();
  names->SetDirectory(folder);
  auto reader = itk::ImageSeriesReader<ItkImage>::New();
  reader->SetImageIO(itk::GDCMImageIO::New());
  reader->SetFileNames(names->GetInputFileNames());
  reader->Update();
  return reader->GetOutput();
}

CtImage read_with_ours(const std::string& folder, int threads, bool hash) {
  osteocalc::io::ReadOptions options;
  options.parallel.threads = threads;
  options.hash_inputs = hash;
  return osteocalc::io::read_ct(folder, options);
}

Volume<std::int16_t> random_scan(int slices, unsigned seed) {
  VolumeGeometry grid;
  grid.size = {512, 512, slices};
  grid.spacing_mm = {0.7, 0.7, 1.25};
  grid.origin_mm = {-179.2, -179.2, -600.0};
  Volume<std::int16_t> hu(grid);
  std::mt19937 random(seed);
  for (std::int16_t& value : hu.voxels())
    value = static_cast<std::int16_t>(static_cast<int>(random() % 4096) - 1024);
  return hu;
}

bool same_image(const CtImage& ours, const ItkImage& theirs) {
  const VolumeGeometry& grid = ours.hu.geometry();
  for (unsigned axis = 0; axis < 3; ++axis)
    if (static_cast<std::size_t>(grid.size[axis]) != theirs.GetLargestPossibleRegion().GetSize(axis) ||
        std::abs(grid.spacing_mm[axis] - theirs.GetSpacing()[axis]) > 1e-6 ||
        std::abs(grid.origin_mm[axis] - theirs.GetOrigin()[axis]) > 1e-6)
      return false;
  return std::equal(ours.hu.voxels().begin(), ours.hu.voxels().end(), theirs.GetBufferPointer());
}

struct Times {
  double best_s, median_s;
  double cpu_s; ///< of all threads, a run; unlike the others it bears a busy machine
};

Times time_of_five(const std::function<void()>& run) {
  std::vector<double> seconds;
  const std::clock_t cpu_start = std::clock();
  for (int i = 0; i < 5; ++i) {
    const auto start = std::chrono::steady_clock::now();
    run();
    seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  std::sort(seconds.begin(), seconds.end());
  return {seconds[0], seconds[2], static_cast<double>(std::clock() - cpu_start) / CLOCKS_PER_SEC / 5};
}

int run(const std::filesystem::path& folder, int slices, int threads, unsigned seed) {
  itk::MultiThreaderBase::SetGlobalDefaultNumberOfThreads(static_cast<itk::ThreadIdType>(threads));
  osteocalc::io::write_dicom_ct(random_scan(slices, seed), folder);
  if (!same_image(read_with_ours(folder, threads, true), *read_with_itk(folder))) {
    std::puts("the two readers disagree: no times are given");
    return 1;
  }
  const Times itk = time_of_five([&] { read_with_itk(folder); });
  const Times hashed = time_of_five([&] { read_with_ours(folder, threads, true); });
  const Times plain = time_of_five([&] { read_with_ours(folder, threads, false); });
  std::printf("%d slices of 512x512, %d threads, page cache warm, identical voxels\n", slices, threads);
  const auto line = [&](const char* name, const Times& times) {
    std::printf("%-20s best %.3f s  median %.3f s  CPU %.3f s  ratio %.1f (best) %.1f (median) %.1f (CPU)\n", name,
                times.best_s, times.median_s, times.cpu_s, itk.best_s / times.best_s, itk.median_s / times.median_s,
                itk.cpu_s / times.cpu_s);
  };
  line("ITK + GDCM", itk);
  line("OsteoCalc, SHA-256", hashed);
  line("OsteoCalc, no hash", plain);
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  const int slices = argc > 1 ? std::atoi(argv[1]) : 400;
  const int threads = argc > 2 ? std::atoi(argv[2]) : 2;
  const unsigned seed = argc > 3 ? static_cast<unsigned>(std::atoi(argv[3])) : 1;
  const auto folder = std::filesystem::temp_directory_path() / ("osteocalc_read_" + std::to_string(getpid()));
  const int status = run(folder, slices, threads, seed);
  std::filesystem::remove_all(folder);
  return status;
}
