// SPDX-License-Identifier: Apache-2.0
// score_benchmark [slices] [seed]: our Agatston score against ITK's filters and a plain flood fill, slice by slice, on
// one synthetic chest made from the seed. All three are first checked to give the same total. Status 1 when they do
// not, or when ours on one thread is less than 25 times as fast as ITK's.
#include "osteocalc/calcium/score.h"

#include <itkBinaryThresholdImageFilter.h>
#include <itkConnectedComponentImageFilter.h>
#include <itkImage.h>
#include <itkImportImageFilter.h>
#include <itkLabelStatisticsImageFilter.h>
#include <itkMultiThreaderBase.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <numeric>
#include <random>

using namespace osteocalc;

namespace {

constexpr int width = 512, min_hu = 130;
constexpr double pixel_mm = 0.7, increment_mm = 1.25, wanted_ratio = 25;

double distance(double x, double y, double center_x, double center_y, double stretch_x = 1, double stretch_y = 1) {
  return std::hypot((x - center_x) / stretch_x, (y - center_y) / stretch_y);
}

/// HU of a chest at a pixel (mm from the centre, y backwards), without noise.
double chest_hu(double x, double y, double z) {
  if (distance(x, y, 0, 0, 1.4, 1) > 110)
    return -1000;
  const double vertebra = distance(x, y, 0, 60, 1.3, 1); // cortex around trabecular bone, disc every 36 mm
  if (vertebra < 17)
    return vertebra > 15 ? 550 : std::fmod(z, 36) > 30 ? 80 : 150;
  const double rib = std::abs(std::fmod(z + 0.4 * std::abs(y) + 500, 28) - 14);
  if (const double wall = distance(x, y, 0, 0, 1.4, 1); wall > 98 && wall < 104 && rib < 5)
    return 400;
  if (distance(std::abs(x), y, 70, -5, 0.85, 1.3) < 50)
    return -850;
  return distance(x, y, 0, 0, 1.4, 1) > 104 ? -100 : 45;
}

Volume<std::int16_t> synthetic_chest(int slices, std::uint32_t seed) {
  Volume<std::int16_t> hu(VolumeGeometry{{width, width, slices}, {pixel_mm, pixel_mm, increment_mm}, {0, 0, 0}});
  std::mt19937 random(seed);
  std::vector<std::int16_t> noise(1U << 20U); // SD 18 HU: the sum of twelve uniform numbers
  for (std::int16_t& value : noise) {
    double sum = -6;
    for (int i = 0; i < 12; ++i)
      sum += static_cast<double>(random()) / 4294967296.0;
    value = static_cast<std::int16_t>(std::lround(18 * sum));
  }
  for (int z = 0; z < slices; ++z)
    for (int y = 0; y < width; ++y) {
      std::size_t at = random() % noise.size();
      for (int x = 0; x < width; ++x, at = (at + 1) % noise.size())
        hu(x, y, z) = static_cast<std::int16_t>(
            chest_hu((x - 255.5) * pixel_mm, (y - 255.5) * pixel_mm, z * increment_mm) + noise[at]);
    }
  for (int plaque = 0; plaque < slices / 4; ++plaque) {
    const int cx = 206 + static_cast<int>(random() % 100), cy = 170 + static_cast<int>(random() % 120);
    const int cz = static_cast<int>(random() % static_cast<unsigned>(slices)),
              radius = 1 + static_cast<int>(random() % 5);
    const auto peak = static_cast<std::int16_t>(150 + random() % 700);
    for (int z = std::max(0, cz - radius); z <= std::min(slices - 1, cz + radius); ++z)
      for (int y = cy - radius; y <= cy + radius; ++y)
        for (int x = cx - radius; x <= cx + radius; ++x)
          if ((x - cx) * (x - cx) + (y - cy) * (y - cy) + (z - cz) * (z - cz) <= radius * radius)
            hu(x, y, z) = peak;
  }
  return hu;
}

/// Weight x pixels of one component: whole numbers, so that totals are compared exactly.
std::int64_t weighted(std::int64_t pixels, int peak_hu) {
  const bool counts = static_cast<double>(pixels) * pixel_mm * pixel_mm >= 1;
  return counts ? pixels * std::min(4, peak_hu >= 200 ? peak_hu / 100 : 1) : 0;
}

double agatston(std::int64_t weighted_pixels) {
  return static_cast<double>(weighted_pixels) * (pixel_mm * pixel_mm) * (increment_mm / 3);
}

double ours(const Volume<std::int16_t>& hu, int threads, bool all_variants) {
  calcium::ScoreOptions options;
  options.kvp = KiloVolt{120};
  options.parallel.threads = threads;
  if (all_variants)
    options.variants.assign(calcium::all_variants().begin(), calcium::all_variants().end());
  return calcium::score(hu, options).regions.front().scores.front().agatston;
}

double by_itk(const Volume<std::int16_t>& hu) {
  using Hu = itk::Image<std::int16_t, 2>;
  using Labels = itk::Image<std::uint32_t, 2>;
  std::int64_t sum = 0;
  for (int z = 0; z < hu.size(2); ++z) {
    const auto slice = itk::ImportImageFilter<std::int16_t, 2>::New();
    Hu::RegionType region;
    region.SetSize({width, width});
    slice->SetRegion(region);
    slice->SetImportPointer(const_cast<std::int16_t*>(hu.slice(z).data), std::size_t{width} * width, false);
    const auto threshold = itk::BinaryThresholdImageFilter<Hu, itk::Image<std::uint8_t, 2>>::New();
    threshold->SetInput(slice->GetOutput());
    threshold->SetLowerThreshold(min_hu);
    const auto connect = itk::ConnectedComponentImageFilter<itk::Image<std::uint8_t, 2>, Labels>::New();
    connect->SetInput(threshold->GetOutput());
    connect->FullyConnectedOn();
    const auto statistics = itk::LabelStatisticsImageFilter<Hu, Labels>::New();
    statistics->SetInput(slice->GetOutput());
    statistics->SetLabelInput(connect->GetOutput());
    statistics->Update();
    for (const auto label : statistics->GetValidLabelValues())
      if (label != 0)
        sum += weighted(static_cast<std::int64_t>(statistics->GetCount(label)),
                        static_cast<int>(statistics->GetMaximum(label)));
  }
  return agatston(sum);
}

double by_flood_fill(const Volume<std::int16_t>& hu) {
  std::int64_t sum = 0;
  std::vector<char> seen(std::size_t{width} * width);
  std::vector<int> stack;
  for (int z = 0; z < hu.size(2); ++z) {
    const std::int16_t* slice = hu.slice(z).data;
    std::ranges::fill(seen, char{0});
    for (int start = 0; start < width * width; ++start) {
      if (seen[static_cast<std::size_t>(start)] || slice[start] < min_hu)
        continue;
      std::int64_t pixels = 0;
      int peak_hu = min_hu;
      stack.assign(1, start);
      seen[static_cast<std::size_t>(start)] = 1;
      while (!stack.empty()) {
        const int at = stack.back();
        stack.pop_back();
        ++pixels;
        peak_hu = std::max<int>(peak_hu, slice[at]);
        for (int y = std::max(0, at / width - 1); y <= std::min(width - 1, at / width + 1); ++y)
          for (int x = std::max(0, at % width - 1); x <= std::min(width - 1, at % width + 1); ++x) {
            const int next = y * width + x;
            if (seen[static_cast<std::size_t>(next)] || slice[next] < min_hu)
              continue;
            seen[static_cast<std::size_t>(next)] = 1;
            stack.push_back(next);
          }
      }
      sum += weighted(pixels, peak_hu);
    }
  }
  return agatston(sum);
}

struct Contestant {
  const char* name;
  std::function<double()> run;
  bool is_score = true;
  std::vector<double> seconds{};
  double best_cpu_s = 1e9; ///< of all threads; unlike the others it bears a busy machine

  double time() {
    const auto start = std::chrono::steady_clock::now();
    const std::clock_t cpu_start = std::clock();
    const double result = run();
    best_cpu_s = std::min(best_cpu_s, static_cast<double>(std::clock() - cpu_start) / CLOCKS_PER_SEC);
    seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    std::ranges::sort(seconds);
    return result;
  }
};

} // namespace

int main(int argc, char** argv) {
  const int slices = argc > 1 ? std::atoi(argv[1]) : 400;
  const auto seed = static_cast<std::uint32_t>(argc > 2 ? std::atoi(argv[2]) : 1);
  const int all = thread_count({});
  const Volume<std::int16_t> hu = synthetic_chest(slices, seed);
  const auto itk_with = [&](unsigned threads) {
    itk::MultiThreaderBase::SetGlobalDefaultNumberOfThreads(threads);
    return by_itk(hu);
  };
  const auto read_pass = [&] {
    return static_cast<double>(std::accumulate(hu.voxels().begin(), hu.voxels().end(), 0LL));
  };
  std::vector<Contestant> contestants{{"ours, 1 thread", [&] { return ours(hu, 1, false); }},
                                      {"ours, all threads", [&] { return ours(hu, 0, false); }},
                                      {"ours, eleven variants, 1 thread", [&] { return ours(hu, 1, true); }},
                                      {"ITK, 1 thread", [&] { return itk_with(1); }},
                                      {"ITK, all threads", [&] { return itk_with(static_cast<unsigned>(all)); }},
                                      {"plain flood fill", [&] { return by_flood_fill(hu); }},
                                      {"one read of the voxels (sum)", read_pass, false}};

  const double expected = by_flood_fill(hu);
  std::printf("%d slices of %d x %d, seed %u; Agatston %.6f; all threads = %d\n", slices, width, width, seed, expected,
              all);
  for (int round = 0; round < 5; ++round)
    for (Contestant& contestant : contestants) {
      const double result = contestant.time();
      if (contestant.is_score && result != expected) {
        std::printf("%s gives %.9f instead of %.9f\n", contestant.name, result, expected);
        return 1;
      }
    }
  const Contestant& one = contestants.front();
  std::printf("%-34s %9s %9s %9s %22s\n", "", "best s", "median s", "CPU s", "CPU / ours on 1 thread");
  for (const Contestant& contestant : contestants)
    std::printf("%-34s %9.4f %9.4f %9.4f %22.2f\n", contestant.name, contestant.seconds[0], contestant.seconds[2],
                contestant.best_cpu_s, contestant.best_cpu_s / one.best_cpu_s);
  const double ratio = contestants[3].best_cpu_s / one.best_cpu_s;
  std::printf(
      "ITK / ours, one thread each: %.1f by CPU, %.1f by the clock, %.1f by the clock's medians (wanted: %.0f)\n",
      ratio, contestants[3].seconds[0] / one.seconds[0], contestants[3].seconds[2] / one.seconds[2], wanted_ratio);
  return ratio >= wanted_ratio ? 0 : 1;
}
