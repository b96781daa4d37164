// SPDX-License-Identifier: Apache-2.0
// Inventory of 10 000 small files in 100 series on two threads: the bar is 3 s.
#include "osteocalc/io/series_inventory.h"
#include "osteocalc/study/inspection.h"
#include "support/dicom_scan.h"

#include <chrono>
#include <cstdio>

using namespace osteocalc;

int main() {
  const test::TemporaryFolder folder;
  for (int i = 0; i < 100; ++i) {
    io::CtSeriesOptions options;
    options.uid_seed = "series " + std::to_string(i);
    io::write_dicom_ct(test::small_scan(100), folder.path() / std::to_string(i), options);
  }
  for (int run = 0; run < 5; ++run) {
    const auto start = std::chrono::steady_clock::now();
    const io::FileTree tree = io::find_files(std::vector{folder.path()}, {2});
    const study::Inspection inspection = study::inspect(io::take_inventory(tree, {2}), study::default_protocol());
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (tree.files.size() != 10'000 || inspection.series.size() != 100)
      return 1;
    std::printf("10000 files, 100 series: %.2f s\n", seconds);
  }
}
