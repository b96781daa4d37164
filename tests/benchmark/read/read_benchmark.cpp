// SPDX-License-Identifier: Apache-2.0
// read_benchmark [slices] [seed]: our DICOM reader on one series made from the seed, in every transfer syntax that
// archives use, against ITK's with GDCM and against cat, with one thread and two. Both readers start from the folder
// and sort the slices; both are first checked to give the same voxels and grid.
#include "measure.h"

#include "osteocalc/io/ct_reader.h"
#include "osteocalc/io/dicom_ct_writer.h"

#include <itkGDCMImageIO.h>
#include <itkGDCMSeriesFileNames.h>
#include <itkImageSeriesReader.h>
#include <itkMultiThreaderBase.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <stdexcept>
#include <string>

using namespace osteocalc;
using benchmark::Candidate;
using benchmark::Times;

namespace {

using ItkImage = itk::Image<std::int16_t, 3>;

ItkImage::Pointer read_with_itk(const std::string& folder, int threads) {
  itk::MultiThreaderBase::SetGlobalDefaultNumberOfThreads(static_cast<itk::ThreadIdType>(threads));
  auto names = itk::GDCMSeriesFileNames::New();
  names->SetDirectory(folder);
  auto reader = itk::ImageSeriesReader<ItkImage>::New();
  reader->SetImageIO(itk::GDCMImageIO::New());
  reader->SetFileNames(names->GetInputFileNames());
  reader->Update();
  return reader->GetOutput();
}

CtImage read_with_ours(const std::string& folder, int threads, bool hash = false) {
  io::ReadOptions options;
  options.parallel.threads = threads;
  options.hash_inputs = hash;
  return io::read_ct(folder, options);
}

/// A body with soft edges and the noise of a scanner, so that codecs have what they have on real scans.
Volume<std::int16_t> body_scan(int slices, unsigned seed) {
  VolumeGeometry grid;
  grid.size = {512, 512, slices};
  grid.spacing_mm = {0.7, 0.7, 1.25};
  grid.origin_mm = {-179.2, -179.2, -600.0};
  Volume<std::int16_t> hu(grid);
  std::mt19937 random(seed);
  const auto noise_hu = [&] { // a sum of four bytes: nearly normal, with an SD of 18 HU
    const auto bits = static_cast<std::uint32_t>(random());
    return (static_cast<int>(bits & 255U) + static_cast<int>(bits >> 8U & 255U) + static_cast<int>(bits >> 16U & 255U) +
            static_cast<int>(bits >> 24U) - 510) /
           8;
  };
  for (int z = 0; z < slices; ++z)
    for (int y = 0; y < 512; ++y)
      for (int x = 0; x < 512; ++x) {
        const double radius = std::hypot(x - 256, 1.4 * (y - 256));
        const bool bone = std::hypot(x - 256, y - 350) < 25;
        const int tissue_hu = radius > 230 ? -1000 : bone ? 400 + x % 64 : 40 + static_cast<int>(0.1 * radius);
        hu(x, y, z) = static_cast<std::int16_t>(std::max(tissue_hu + noise_hu(), -1024));
      }
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

/// A way to write the series: the converter's command, empty for as it is written.
struct Syntax {
  const char *name, *command;
};
constexpr std::array<Syntax, 5> syntaxes{{{"uncompressed", ""},
                                          {"RLE", "dcmcrle"},
                                          {"JPEG lossless", "dcmcjpeg +e1"},
                                          {"JPEG-LS", "dcmcjpls +el"},
                                          {"JPEG 2000", "gdcmconv --j2k"}}};

bool convert_all(const std::filesystem::path& from, const std::filesystem::path& to, const std::string& command) {
  std::filesystem::create_directories(to);
  const std::string loop =
      "cd '" + from.string() + "' && ls | xargs -P 2 -I{} " + command + " {} '" + to.string() + "/{}' >/dev/null 2>&1";
  return std::system(loop.c_str()) == 0;
}

/// All candidates in turn, five times: what else the machine does then falls on each of them alike.
bool compare(const Syntax& syntax, const std::string& folder) {
  if (!benchmark::holds_in_a_child([&] { return same_image(read_with_ours(folder, 2), *read_with_itk(folder, 2)); })) {
    std::printf("%-14s the two readers disagree: no times are given\n", syntax.name);
    return false;
  }
  const auto times = benchmark::median_of_five({
      [&] { read_with_itk(folder, 2); },
      [&] { read_with_ours(folder, 1); },
      [&] { read_with_ours(folder, 2); },
      [&] { benchmark::read_all_bytes(folder); },
      [&] { read_with_ours(folder, 2, true); },
  });
  const Times &itk = times[0], &one = times[1], &two = times[2], &cat = times[3], &hashed = times[4];
  std::printf("%-14s ITK %.3f s  1 thread %.3f s  2 threads %.3f s (CPU %.3f s)  with SHA-256 %.3f s  cat %.3f s | "
              "ITK/ours %.1f (CPU %.1f)  1/2 threads %.2f  ours/cat %.1f\n",
              syntax.name, itk.wall_s, one.wall_s, two.wall_s, two.cpu_s, hashed.wall_s, cat.wall_s,
              itk.wall_s / two.wall_s, itk.cpu_s / two.cpu_s, one.wall_s / two.wall_s, two.wall_s / cat.wall_s);
  return true;
}

/// Writing starts threads, which this process must not.
void write_in_a_child(const Volume<std::int16_t>& hu, const std::filesystem::path& folder) {
  if (!benchmark::holds_in_a_child([&] { return !io::write_dicom_ct(hu, folder).empty(); }))
    throw std::runtime_error("nothing was written");
}

/// Dictionaries of attributes are loaded once a process, which is no part of a read.
void load_dictionaries(const std::filesystem::path& folder) {
  const auto one = folder / "one";
  write_in_a_child(Volume<std::int16_t>(VolumeGeometry{.size = {16, 16, 2}}), one);
  static_cast<void>(read_with_ours(one, 1));
  static_cast<void>(read_with_itk(one, 1));
}

int run(const std::filesystem::path& folder, int slices, unsigned seed) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  std::printf("%d slices of 512x512, page cache warm, identical voxels, medians of 5\n", slices);
  load_dictionaries(folder);
  const auto raw = folder / "raw";
  write_in_a_child(body_scan(slices, seed), raw);
  bool all_agree = true;
  for (const Syntax& syntax : syntaxes) {
    const auto series = *syntax.command == '\0' ? raw : folder / "converted";
    if (series != raw && !convert_all(raw, series, syntax.command)) {
      std::printf("%-14s is left out: %s failed\n", syntax.name, syntax.command);
      continue;
    }
    all_agree = compare(syntax, series) && all_agree;
    if (series != raw)
      std::filesystem::remove_all(series);
  }
  return all_agree ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
  const int slices = argc > 1 ? std::atoi(argv[1]) : 400;
  const unsigned seed = argc > 2 ? static_cast<unsigned>(std::atoi(argv[2])) : 1;
  const benchmark::ScratchFolder folder("osteocalc_read");
  return run(folder.path(), slices, seed);
}
