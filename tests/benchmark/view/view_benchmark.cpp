// SPDX-License-Identifier: Apache-2.0
// view_benchmark: pictures a second of a scan of 512 x 512 x 400 voxels, at 600 x 600 pixels: planes scrolled through,
// slabs, and (with a display) the 3-D scene turned. Processor time beside wall time, because machines are shared.
#include "osteocalc/view/scene.h"
#include "osteocalc/view/slice_picture.h"

#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>

using namespace osteocalc;

namespace {

constexpr int pixels = 600;

template <class Draw>
void time_pictures(const char* name, int count, const Draw& draw) {
  const auto wall = std::chrono::steady_clock::now();
  const std::clock_t cpu = std::clock();
  std::size_t lit = 0;
  for (int i = 0; i < count; ++i) {
    const view::Picture picture = draw(i);
    lit += picture.at(pixels / 2, pixels / 2).g > 0;
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - wall).count();
  std::printf("| %s | %.1f | %.1f | %zu |\n", name, count / seconds,
              1000.0 * static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC / count, lit);
}

} // namespace

int main() {
  const VolumeGeometry grid{{512, 512, 400}, {0.75, 0.75, 1}, {-191.6, -191.6, -200}};
  Volume<std::int16_t> hu(grid, -1000);
  Volume<LabelId> labels(grid, 0);
  for (int z = 0; z < 400; ++z)
    for (int y = 0; y < 512; ++y)
      for (int x = 0; x < 512; ++x) {
        const double dx = (x - 256) / 220.0, dy = (y - 256) / 170.0;
        if (dx * dx + dy * dy < 1)
          hu(x, y, z) = static_cast<std::int16_t>(40 + (x * 7 + y * 13 + z * 5) % 60);
        if (std::hypot(x - 256, y - 340) < 35 && z % 36 < 30) {
          labels(x, y, z) = whole_vertebra_label(static_cast<Vertebra>(16 - z / 36));
          hu(x, y, z) = 250;
        }
        if (std::hypot(x - 270, y - 270) < 15)
          labels(x, y, z) = label::aorta;
      }
  const view::Overlay overlay{&labels, 0.35, false, nullptr};
  std::printf("| picture | a second | CPU ms | lit |\n|---|---|---|---|\n");
  for (const auto& [plane, name] : {std::pair{view::Plane::Axial, "axial with labels"},
                                    {view::Plane::Sagittal, "sagittal with labels"},
                                    {view::Plane::Coronal, "coronal with labels"}})
    time_pictures(name, 60, [&, plane = plane](int i) {
      const double at = -60 + 2 * i;
      return view::slice_picture(hu, view::plane_through(plane, {at, at, at}, pixels, pixels, 0.65), {}, {50, 400},
                                 overlay, {});
    });
  time_pictures("oblique", 60, [&](int i) {
    const Vec3 down = normalized({0, 0.3, -1}), across{1, 0, 0};
    return view::slice_picture(hu, view::plane_through({0, -60.0 + 2 * i, 0}, across, down, pixels, pixels, 0.65), {},
                               {50, 400}, overlay, {});
  });
  time_pictures("axial, 10 mm maximum", 30, [&](int i) {
    return view::slice_picture(hu, view::plane_through(view::Plane::Axial, {0, 0, -60.0 + 4 * i}, pixels, pixels, 0.65),
                               {10, view::Projection::Maximum}, {50, 400}, overlay, {});
  });
  if (const std::string why = view::why_no_scene(); !why.empty()) {
    std::printf("%s\n", why.c_str());
    return 0;
  }
  view::Scene scene(hu, labels);
  time_pictures(scene.mapper() == view::VolumeMapper::Software ? "3-D, in software" : "3-D, graphics card", 20,
                [&](int i) {
                  return scene.picture({18.0 * i, 10, 1}, pixels, pixels);
                });
}
