// SPDX-License-Identifier: Apache-2.0
// opening_benchmark STUDY [TIMES]: how long osteocalc-viewer takes from a path to its first picture (an axial plane of
// 600 x 600 pixels) and to the numbers. The first time fills the page cache.
#include "loader.h"

#include "osteocalc/view/slice_picture.h"

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>

using namespace osteocalc;

namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

} // namespace

int main(int argc, char** argv) {
  if (argc < 2)
    return EXIT_FAILURE;
  std::printf("| slices | first picture, s | numbers, s |\n|---|---|---|\n");
  for (int time = 0; time < (argc > 2 ? std::atoi(argv[2]) : 4); ++time) {
    std::mutex mutex;
    std::condition_variable told;
    int notes = 0;
    const auto start = std::chrono::steady_clock::now();
    viewer::OpenRequest request;
    request.study = argv[1];
    viewer::Loading loading(request, [&] {
      const std::lock_guard lock(mutex);
      ++notes;
      told.notify_all();
    });
    const auto wait_for = [&](int count) {
      std::unique_lock lock(mutex);
      told.wait(lock, [&] { return notes >= count || loading.done(); });
    };
    wait_for(1);
    const auto image = loading.image();
    if (!image) {
      static_cast<void>(loading.take()); // says why
      return EXIT_FAILURE;
    }
    const auto surface = view::plane_through(view::Plane::Axial, center_mm(image->hu.geometry()), 600, 600, 0.7);
    const view::Picture picture = view::slice_picture(image->hu, surface, {}, {50, 400}, {}, {});
    const double first = seconds_since(start);
    wait_for(2);
    std::printf("| %d | %.2f | %.2f |%s\n", image->hu.size(2), first, seconds_since(start),
                picture.at(300, 300).r > 0 ? "" : " an empty picture");
  }
}
