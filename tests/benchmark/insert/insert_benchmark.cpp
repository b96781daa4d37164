// SPDX-License-Identifier: Apache-2.0
// insert_benchmark FIGURE.svg [seeds]: the cardiac calcification insert scanned at 80 to 140 kV with slices of 0.6 to
// 5 mm; bias and spread of volume, threshold mass and integrated mass against the cylinders' own, and of the Agatston
// score against that of 3 mm slices at 120 kV: the tables of docs/methods/agatston.md. Status 1 when the integrated
// mass of the 5 mm cylinders is more than 5 % off in the mean of any protocol of up to 3 mm.
#include "osteocalc/calcium/lesion_mass.h"
#include "osteocalc/report/svg.h"
#include "osteocalc/synth/phantom.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>

using namespace osteocalc;

namespace {

constexpr std::array voltages{80.0, 100.0, 120.0, 140.0};
constexpr std::array slices_mm{0.6, 1.0, 1.5, 2.5, 3.0, 5.0};
constexpr double reach_mm = 5;

struct Spread {
  std::vector<double> values;
  void add(double value) { values.push_back(value); }
  [[nodiscard]] double mean() const {
    double sum = 0;
    for (const double value : values)
      sum += value;
    return sum / static_cast<double>(values.size());
  }
  [[nodiscard]] double sd() const {
    double squares = 0;
    for (const double value : values)
      squares += (value - mean()) * (value - mean());
    return values.size() < 2 ? 0 : std::sqrt(squares / static_cast<double>(values.size() - 1));
  }
};

/// Mean HU within 4 mm of a rod's axis, over all slices but the outermost.
double rod_hu(const Volume<std::int16_t>& hu, const Vec3& center_mm) {
  double sum = 0, n = 0;
  for (int z = 1; z + 1 < hu.size(2); ++z)
    for (int y = 0; y < hu.size(1); ++y)
      for (int x = 0; x < hu.size(0); ++x) {
        const Vec3 at = index_to_point(hu.geometry(), {double(x), double(y), double(z)});
        if (std::hypot(at[0] - center_mm[0], at[1] - center_mm[1]) <= 4) {
          sum += hu(x, y, z);
          ++n;
        }
      }
  return sum / n;
}

/// One cylinder in one scan.
struct Reading {
  double agatston = 0, grani = 0, volume = 0, mass = 0, integrated = 0; ///< volume and masses relative to the truth
};

std::vector<calcium::Lesion> lesions_by(const CtImage& image, calcium::KvpPolicy policy, Issues& issues) {
  calcium::ScoreOptions options;
  options.kvp = KiloVolt{*image.acquisition.kvp_kv};
  options.kvp_policy.policy = policy;
  calcium::ScoreResult result = calcium::score(image.hu, options);
  append(issues, result.issues);
  return result.regions.front().lesions;
}

const calcium::Lesion* nearest(const std::vector<calcium::Lesion>& lesions, const Vec3& at) {
  const calcium::Lesion* found = nullptr;
  double best = reach_mm;
  for (const calcium::Lesion& lesion : lesions)
    if (const double away = norm(lesion.centroid_mm - at); away < best) {
      best = away;
      found = &lesion;
    }
  return found;
}

/// The cylinders of `diameter_mm` in one scan; those without a lesion read 0.
std::vector<Reading> read_scan(const synth::SyntheticPhantom& phantom, double diameter_mm) {
  const Volume<std::int16_t>& hu = phantom.image.hu;
  const double rod = rod_hu(hu, phantom.truth.rod_center_mm), water = rod_hu(hu, phantom.truth.water_center_mm);
  const double slope = 200 / (rod - water);
  Issues issues;
  const auto standard = lesions_by(phantom.image, calcium::KvpPolicy::Standard, issues);
  const auto grani = lesions_by(phantom.image, calcium::KvpPolicy::Interpolate, issues);
  std::vector<Reading> readings;
  for (const synth::HaCylinder& cylinder : phantom.truth.cylinders) {
    if (cylinder.diameter_mm != diameter_mm)
      continue;
    Reading& reading = readings.emplace_back();
    if (const calcium::Lesion* lesion = nearest(grani, cylinder.center_mm))
      reading.grani = lesion->agatston;
    const calcium::Lesion* lesion = nearest(standard, cylinder.center_mm);
    if (!lesion)
      continue;
    reading.agatston = lesion->agatston;
    reading.volume = lesion->volume_mm3 / cylinder.volume_mm3();
    reading.mass =
        slope * (lesion->mean_hu - phantom.truth.background_hu) * lesion->volume_mm3 / 1000 / cylinder.mass_mg();
    const auto integrated = calcium::lesion_mass(hu, *lesion, slope);
    reading.integrated = integrated ? integrated->mass_mg / cylinder.mass_mg() : 0;
  }
  return readings;
}

struct Protocol {
  double kvp_kv, slice_mm;
  auto operator<=>(const Protocol&) const = default;
};
struct Summary {
  Spread agatston, grani, volume, mass, integrated;
};

Summary summarise(const Protocol& protocol, double diameter_mm, std::uint32_t seeds) {
  Summary summary;
  synth::Scanner scanner = synth::phantom_scanner();
  scanner.kvp_kv = protocol.kvp_kv;
  scanner.increment_mm = scanner.nominal_thickness_mm = protocol.slice_mm;
  for (std::uint32_t seed = 1; seed <= seeds; ++seed) {
    Reading total;
    const std::vector<Reading> readings = read_scan(synth::make_insert_phantom(scanner, seed, {}), diameter_mm);
    for (const Reading& reading : readings) {
      total.agatston += reading.agatston;
      total.grani += reading.grani;
      summary.volume.add(reading.volume);
      summary.mass.add(reading.mass);
      summary.integrated.add(reading.integrated);
    }
    summary.agatston.add(total.agatston);
    summary.grani.add(total.grani);
  }
  return summary;
}

void print_cell(const Spread& spread, double reference) {
  std::printf(" %+.0f ± %.0f |", 100 * (spread.mean() / reference - 1), 100 * spread.sd() / reference);
}

void print_table(double diameter_mm, const std::map<Protocol, Summary>& results) {
  const Summary& usual = results.at({120, 3.0});
  std::printf(
      "Cylinders of %g mm\n\n| kV | slice mm | Agatston, 130 HU | Agatston, kV's own bounds | volume | mass above "
      "130 HU | integrated mass |\n|---|---|---|---|---|---|---|\n",
      diameter_mm);
  for (const auto& [protocol, summary] : results) {
    std::printf("| %g | %g |", protocol.kvp_kv, protocol.slice_mm);
    print_cell(summary.agatston, usual.agatston.mean());
    print_cell(summary.grani, usual.agatston.mean());
    print_cell(summary.volume, 1);
    print_cell(summary.mass, 1);
    print_cell(summary.integrated, 1);
    std::printf("\n");
  }
  std::printf("\n");
}

/// Bias by slice at 120 kV: one line a measure.
void draw(const std::string& file, const std::map<Protocol, Summary>& results) {
  using namespace report;
  Svg svg("insert", 640, 400, "Bias of four measures by slice thickness",
          "Cylinders of 5 mm at 120 kV; vertical bars are one standard deviation");
  const Scale x{0, 5.4, 70, 480}, y{-40, 160, 340, 30};
  for (const double tick : nice_ticks(-40, 160, 7)) {
    svg.line(x.from_px, y(tick), x.to_px, y(tick), {tick == 0 ? color::grey : color::faint});
    svg.text(x.from_px - 8, y(tick) + 5, tick_label(tick), {.anchor = Anchor::End});
  }
  for (const double slice : slices_mm)
    svg.text(x(slice), y.from_px + 20, tick_label(slice), {.anchor = Anchor::Middle, .size_px = 12});
  svg.text((x.from_px + x.to_px) / 2, y.from_px + 44, "slice, mm", {.anchor = Anchor::Middle});
  svg.text(18, (y.from_px + y.to_px) / 2, "bias, %", {.anchor = Anchor::Middle, .turn_deg = -90});
  struct Line {
    const char* name;
    Spread Summary::*measure;
    std::string_view color;
    double at_reference;
  };
  const double usual = results.at({120, 3.0}).agatston.mean();
  const std::array<Line, 4> lines{{{"Agatston (against 3 mm)", &Summary::agatston, color::ink, usual},
                                   {"volume", &Summary::volume, color::vermilion, 1},
                                   {"mass above 130 HU", &Summary::mass, color::blue, 1},
                                   {"integrated mass", &Summary::integrated, color::green, 1}}};
  double label_y = 60;
  for (const Line& line : lines) {
    double last_x = 0, last_y = 0;
    for (const double slice : slices_mm) {
      const Spread& spread = results.at({120, slice}).*line.measure;
      const double at_x = x(slice), mean = 100 * (spread.mean() / line.at_reference - 1);
      const double sd = 100 * spread.sd() / line.at_reference;
      if (last_x > 0)
        svg.line(last_x, last_y, at_x, y(mean), {line.color, 2});
      svg.line(at_x, y(mean - sd), at_x, y(mean + sd), {line.color, 1});
      svg.circle(at_x, y(mean), 3.5, line.color);
      last_x = at_x;
      last_y = y(mean);
    }
    svg.circle(492, label_y - 4, 4, line.color);
    svg.text(502, label_y, line.name, {.size_px = 12, .color = line.color});
    label_y += 22;
  }
  std::ofstream(file) << svg.str();
}

} // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: insert_benchmark FIGURE.svg [seeds]\n");
    return 2;
  }
  const auto seeds = static_cast<std::uint32_t>(argc > 2 ? std::atoi(argv[2]) : 6);
  bool met = true;
  for (const double diameter_mm : {5.0, 3.0}) {
    std::map<Protocol, Summary> results;
    for (const double kvp_kv : voltages)
      for (const double slice_mm : slices_mm)
        results[{kvp_kv, slice_mm}] = summarise({kvp_kv, slice_mm}, diameter_mm, seeds);
    print_table(diameter_mm, results);
    if (diameter_mm != 5.0)
      continue;
    draw(argv[1], results);
    for (const auto& [protocol, summary] : results)
      met = met && (protocol.slice_mm > 3 || std::abs(summary.integrated.mean() - 1) <= 0.05);
  }
  std::printf("integrated mass of the 5 mm cylinders within 5 %% up to 3 mm slices: %s\n", met ? "yes" : "NO");
  return met ? 0 : 1;
}
