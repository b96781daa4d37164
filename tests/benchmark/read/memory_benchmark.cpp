// SPDX-License-Identifier: Apache-2.0
// memory_benchmark [seed]: peak memory and time per slice of reading 100 to 1600 slices of 512x512 with two threads,
// each read in a process of its own.
#include "measure.h"

#include "osteocalc/io/ct_reader.h"
#include "osteocalc/io/dicom_ct_writer.h"

#include <cstdio>
#include <random>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace osteocalc;

namespace {

constexpr int extent = 512;

/// In a child, so that the writer does not set the peak.
bool write_scan(const std::filesystem::path& folder, int slices, unsigned seed) {
  return benchmark::holds_in_a_child([&] {
    Volume<std::int16_t> hu(VolumeGeometry{.size = {extent, extent, slices}, .spacing_mm = {0.7, 0.7, 1.25}});
    std::mt19937 random(seed);
    for (std::int16_t& value : hu.voxels())
      value = static_cast<std::int16_t>(static_cast<int>(random() % 4096) - 1024);
    return std::ssize(io::write_dicom_ct(hu, folder)) == slices;
  });
}

struct Reading {
  double wall_s = 0, cpu_s = 0, peak_mb = 0;
};

/// All 0 where not every slice came.
Reading read_in_child(const std::filesystem::path& folder, int slices) {
  Reading reading;
  int ends[2] = {};
  if (pipe(ends) != 0)
    return reading;
  const pid_t child = fork();
  if (child == 0) {
    bool complete = true;
    const auto read_all = [&] {
      io::ReadOptions options;
      options.parallel.threads = 2;
      complete = complete && io::read_ct(folder, options).hu.size(2) == slices;
    };
    read_all(); // DCMTK's dictionary is loaded once a process, and a virtual machine's host is slow with fresh memory
    const benchmark::Times times = benchmark::median_of_five_here(read_all);
    const bool sent = complete && write(ends[1], &times, sizeof times) == sizeof times;
    _exit(sent ? 0 : 1);
  }
  rusage usage{};
  int status = 0;
  wait4(child, &status, 0, &usage);
  close(ends[1]);
  benchmark::Times times;
  const bool came = read(ends[0], &times, sizeof times) == sizeof times;
  close(ends[0]);
  if (!came)
    return {};
  reading.wall_s = times.wall_s;
  reading.cpu_s = times.cpu_s;
  reading.peak_mb = static_cast<double>(usage.ru_maxrss) / 1e6 * 1024;
  return reading;
}

} // namespace

int main(int argc, char** argv) {
  const unsigned seed = argc > 1 ? static_cast<unsigned>(std::atoi(argv[1])) : 1;
  bool within = true;
  std::puts("slices  ms/slice  CPU ms/slice  peak MB  1.3 volume + 64 MB");
  for (const int slices : {100, 400, 1600}) {
    const benchmark::ScratchFolder folder("osteocalc_memory");
    const Reading reading = write_scan(folder.path(), slices, seed) ? read_in_child(folder.path(), slices) : Reading{};
    if (reading.wall_s == 0) {
      std::printf("%6d  not every slice was written and read: no times are given\n", slices);
      return 1;
    }
    const double allowed_mb = 1.3 * slices * extent * extent * 2 / 1e6 + 64;
    std::printf("%6d  %8.3f  %12.3f  %7.0f  %7.0f\n", slices, 1e3 * reading.wall_s / slices,
                1e3 * reading.cpu_s / slices, reading.peak_mb, allowed_mb);
    within = within && reading.peak_mb <= allowed_mb;
  }
  return within ? 0 : 1;
}
