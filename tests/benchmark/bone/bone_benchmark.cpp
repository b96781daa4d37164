// SPDX-License-Identifier: Apache-2.0
// Accuracy and precision of densities on simulated phantoms: the tables of docs/methods/bone.md, in Markdown.
//   bone_benchmark [accuracy | rods | precision [REPEATS] | heights [SEED] | habitus [FIGURE.svg] | spectrum | speed]
//   without a word: all
#include "osteocalc/bone/densitometry.h"
#include "osteocalc/calibration/identify.h"
#include "osteocalc/calibration/tissue_samples.h"
#include "osteocalc/calibration/tissue_theory.h"
#include "osteocalc/core/error.h"
#include "osteocalc/report/svg.h"
#include "osteocalc/report/text_file.h"
#include "osteocalc/synth/spine_phantom.h"
#ifdef OSTEOCALC_XRAYLIB
#include "xray_tube.h"
#endif

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fmt/format.h>
#include <string_view>
#include <vector>

namespace osteocalc {
namespace {

using calibration::Substance;

LabelMap with_bodies(const synth::SpinePhantom& phantom) {
  LabelMap labels{phantom.labels.voxels.clone(), {}};
  const auto parts = phantom.parts.voxels.voxels();
  for (std::size_t i = 0; i < parts.size(); ++i)
    if (parts[i] != 0)
      labels.voxels.voxels()[i] = parts[i];
  return labels;
}

synth::SpinePhantomRequest request(double kvp_kv, double slice_mm, double noise_hu, const std::string& phantom) {
  synth::SpinePhantomRequest r;
  r.scanner.kvp_kv = kvp_kv;
  r.scanner.increment_mm = r.scanner.nominal_thickness_mm = slice_mm;
  r.scanner.matrix = 320;
  r.scanner.pixel_mm = 1;
  r.scanner.noise_sd_hu = noise_hu;
  r.calibration_phantom = phantom;
  return r;
}

/// Noise of a clinical spine protocol: 12 HU in slices of 3 mm, less in thicker and more in thinner ones.
double clinical_noise_hu(double slice_mm) {
  return 12 * std::sqrt(3 / slice_mm);
}

bone::BoneResult measured(const synth::SpinePhantom& phantom, const calibration::Calibration& line,
                          bone::VoiDefinition definition = bone::VoiDefinition::EllipseSlab) {
  bone::BoneOptions options;
  options.voi.definition = definition;
  const LabelMap labels = with_bodies(phantom);
  return bone::measure_bone(phantom.image.hu, bone::find_vertebral_bodies(labels.voxels, {}), line, options);
}

/// What the spine phantom's HA is on the scale of the calibration phantom.
double true_mg_cm3(double ha_mg_cm3, const calibration::Calibration& line, double kvp_kv) {
  return *line.material == calibration::Material::HA
             ? ha_mg_cm3
             : ha_mg_cm3 * synth::hu_per_mg_cm3(kvp_kv) /
                   synth::hu_per_mg_cm3(kvp_kv, synth::Mineral::DipotassiumPhosphate);
}

calibration::Calibration fitted(const synth::SpinePhantom& phantom, const std::string& name, double kvp_kv) {
  const std::vector candidates{calibration::phantom_named(name)};
  return calibration::find_phantom(phantom.image.hu, candidates, {{}, kvp_kv}).calibration;
}

/// Bias of 50, 100, 200 mg/cm3 without noise: the worst over voltages and slices for every calibration phantom.
void accuracy() {
  fmt::print("\n| phantom | worst bias at 50 | at 100 | at 200 mg/cm3 |\n|---|---|---|---|\n");
  for (const std::string& name : synth::calibration_phantoms()) {
    std::array<double, 3> worst{};
    for (const double kvp : {80.0, 100.0, 120.0, 140.0})
      for (const double slice : {1.0, 3.0, 5.0}) {
        const synth::SpinePhantom phantom = make_spine_phantom(request(kvp, slice, 0, name), {});
        const bone::BoneResult result = measured(phantom, fitted(phantom, name, kvp));
        for (std::size_t i = 0; i < 3; ++i) {
          const double truth = true_mg_cm3(phantom.vertebrae[i].trabecular_mg_cm3, result.calibration, kvp);
          const double bias = *result.vertebrae[i].bmd_mg_cm3 - truth;
          worst[i] = std::abs(bias) > std::abs(worst[i]) ? bias : worst[i];
        }
      }
    fmt::print("| {} | {:+.2f} | {:+.2f} | {:+.2f} |\n", name, worst[0], worst[1], worst[2]);
    std::fflush(stdout);
  }
}

/// Are the rods found in noise, and what does 100 mg/cm3 then read: every calibration phantom, the same noise whatever
/// the slices.
void rods() {
  constexpr int repeats = 3;
  constexpr double noise_hu = 20;
  fmt::print(
      "\n| phantom | slice mm | found | all its rods | 100 mg/cm3 off (RMS) | worst |\n|---|---|---|---|---|---|\n");
  for (const std::string& name : synth::calibration_phantoms())
    for (const double slice : {1.0, 3.0, 5.0}) {
      int scans = 0, found = 0, complete = 0;
      double squares = 0, worst = 0;
      for (const double kvp : {80.0, 140.0})
        for (int k = 0; k < repeats; ++k) {
          synth::SpinePhantomRequest r = request(kvp, slice, noise_hu, name);
          r.seed = static_cast<std::uint32_t>(300 + k);
          const synth::SpinePhantom phantom = make_spine_phantom(r, {});
          ++scans;
          try {
            const calibration::Calibration line = fitted(phantom, name, kvp);
            ++found;
            complete += line.rods.size() == calibration::phantom_named(name).rods.size() ? 1 : 0;
            const double off = *bmd_mg_cm3(line, 100 * synth::hu_per_mg_cm3(kvp)) - true_mg_cm3(100, line, kvp);
            squares += off * off;
            worst = std::abs(off) > std::abs(worst) ? off : worst;
          } catch (const Refusal& refusal) {
            fmt::print(stderr, "{} kV, {} mm, {}: {}\n", kvp, slice, name, refusal.what());
          }
        }
      fmt::print("| {} | {:g} | {} of {} | {} | {:.2f} | {:+.2f} |\n", name, slice, found, scans, complete,
                 std::sqrt(squares / std::max(1, found)), worst);
      std::fflush(stdout);
    }
}

/// What repeated scans of one setting gave for one definition.
struct Repeats {
  double sum = 0, squares = 0, stated = 0; ///< of the errors and standard errors at 100 mg/cm3
  std::array<int, 5> held{};               ///< intervals with the truth in them: three vertebrae, L1-L2, L1-L3

  void add(const bone::BoneResult& result, const std::array<double, 3>& truth_mg_cm3) {
    const auto holds = [](double bmd, double se, double truth) { return std::abs(bmd - truth) <= 1.96 * se ? 1 : 0; };
    for (std::size_t i = 0; i < 3; ++i)
      held[i] += holds(*result.vertebrae[i].bmd_mg_cm3, *result.vertebrae[i].bmd_se_mg_cm3, truth_mg_cm3[i]);
    held[3] +=
        holds(*result.summary->bmd_mg_cm3, *result.summary->bmd_se_mg_cm3, (truth_mg_cm3[0] + truth_mg_cm3[1]) / 2);
    held[4] += holds(*result.l1_l3->bmd_mg_cm3, *result.l1_l3->bmd_se_mg_cm3,
                     (truth_mg_cm3[0] + truth_mg_cm3[1] + truth_mg_cm3[2]) / 3);
    const double error = *result.vertebrae[1].bmd_mg_cm3 - truth_mg_cm3[1];
    sum += error;
    squares += error * error;
    stated += *result.vertebrae[1].bmd_se_mg_cm3;
  }
};

/// Repeated scans with clinical noise: bias, CV and how often the 95 % interval holds the truth.
/// \param repeats of every setting: with 40 an SD is known to 11 %
void precision(int repeats) {
  constexpr std::array definitions{bone::VoiDefinition::EllipseSlab, bone::VoiDefinition::FullCore};
  fmt::print("\n| kV | slice mm | volume of interest | bias at 100 | SD at 100 | stated SE | 95 % interval holds: 50, "
             "100, 200 "
             "| L1-L2 | L1-L3 |\n|---|---|---|---|---|---|---|---|---|\n");
  std::array<int, 5> held_all{};
  int scans = 0;
  for (const double kvp : {80.0, 100.0, 120.0, 140.0})
    for (const double slice : {1.0, 3.0, 5.0}) {
      std::array<Repeats, 2> all{};
      for (int k = 0; k < repeats; ++k) {
        synth::SpinePhantomRequest r = request(kvp, slice, clinical_noise_hu(slice), "qrm-bdc-6");
        r.seed = static_cast<std::uint32_t>(100 + k);
        const synth::SpinePhantom phantom = make_spine_phantom(r, {});
        const calibration::Calibration line = fitted(phantom, "qrm-bdc-6", kvp);
        for (std::size_t d = 0; d < definitions.size(); ++d)
          all[d].add(measured(phantom, line, definitions[d]), r.trabecular_mg_cm3);
      }
      for (std::size_t d = 0; d < definitions.size(); ++d) {
        const auto& [sum, squares, stated, held] = all[d];
        const double bias = sum / repeats, sd = std::sqrt((squares - repeats * bias * bias) / (repeats - 1));
        fmt::print("| {:g} | {:g} | {} | {:+.2f} | {:.2f} | {:.2f} | {:.0f} % | {} % | {} % |\n", kvp, slice,
                   to_string(definitions[d]), bias, sd, stated / repeats,
                   100.0 * (held[0] + held[1] + held[2]) / (3 * repeats), 100 * held[3] / repeats,
                   100 * held[4] / repeats);
        for (std::size_t i = 0; i < held.size(); ++i)
          held_all[i] += held[i];
        scans += repeats;
      }
      std::fflush(stdout);
    }
  fmt::print("\nAll: the 95 % interval holds the truth in {:.1f} % of {} vertebrae, {:.1f} % of L1-L2 and {:.1f} % of "
             "L1-L3 means.\n",
             100.0 * (held_all[0] + held_all[1] + held_all[2]) / (3 * scans), 3 * scans, 100.0 * held_all[3] / scans,
             100.0 * held_all[4] / scans);
}

/// A vertebra of the given heights between two of 27 mm.
struct Deformity {
  const char* name;
  std::array<double, 3> heights_mm;
};

/// True heights and losses against those found: L2 deformed, L1 and L3 not. \param first_seed of six scans a row
void heights(int first_seed) {
  constexpr int repeats = 6;
  constexpr std::array deformities{Deformity{"none", {27, 27, 27}},
                                   Deformity{"wedge 10 %", {24.3, 25.6, 27}},
                                   Deformity{"wedge 25 %", {20.2, 23.6, 27}},
                                   Deformity{"wedge 35 %", {17.5, 22.2, 27}},
                                   Deformity{"biconcave 25 %", {27, 20.2, 27}},
                                   Deformity{"biconcave 35 %", {27, 17.5, 27}},
                                   Deformity{"crush 25 %", {20.2, 20.2, 20.2}},
                                   Deformity{"crush 35 %", {17.5, 17.5, 17.5}}};
  fmt::print("\n| slice mm | L2 | mean loss found | its SE | middle height off (RMS) mm | its SE | L2 excluded | "
             "L1 or L3 excluded |\n|---|---|---|---|---|---|---|---|\n");
  for (const double slice : {1.0, 3.0, 5.0})
    for (const Deformity& deformity : deformities) {
      double loss = 0, se = 0, squares = 0, height_se = 0;
      int found = 0, wrong = 0;
      for (int k = 0; k < repeats; ++k) {
        synth::SpinePhantomRequest r = request(120, slice, clinical_noise_hu(slice), "");
        r.seed = static_cast<std::uint32_t>(first_seed + k);
        r.trabecular_mg_cm3 = {120, 120, 120};
        r.cortex_mm = {1, 1, 1};
        r.heights_mm[1] = deformity.heights_mm;
        const bone::BoneResult result = measured(make_spine_phantom(r, {}), {});
        const bone::VertebraDensity& l2 = result.vertebrae[1];
        loss += l2.height_losses.front().loss / repeats;
        se += l2.height_losses.front().se / repeats;
        squares += std::pow(l2.heights->middle_mm - deformity.heights_mm[1], 2) / repeats;
        height_se += l2.heights->middle_se_mm / repeats;
        found += l2.excluded ? 1 : 0;
        wrong += (result.vertebrae[0].excluded ? 1 : 0) + (result.vertebrae[2].excluded ? 1 : 0);
      }
      fmt::print("| {:g} | {} | {:.0f} % | {:.0f} % | {:.1f} | {:.1f} | {} of {} | {} of {} |\n", slice, deformity.name,
                 100 * loss, 100 * se, std::sqrt(squares), height_se, found, repeats, wrong, 2 * repeats);
      std::fflush(stdout);
    }
}

constexpr std::array<double, 3> true_k2hpo4_mg_cm3{50, 100, 200};
constexpr std::array methods{calibration::InternalMethod::Theory, calibration::InternalMethod::Michalski2020};

/// A person: size, what the body does to the beam, and how the tissues differ from ICRU-44's in density.
struct Person {
  const char* name;
  double half_width_mm, fat_mm, kev_off, shift_hu;
  double adipose = 1, muscle = 1, cortex = 1; ///< times the density of ICRU-44
};

synth::SpinePhantomRequest person_request(const Person& person, double kvp_kv) {
  synth::SpinePhantomRequest r = request(kvp_kv, 3, 12, "");
  r.scanner.matrix = 360;
  r.scanner.pixel_mm = 1.25;
  r.half_width_mm = person.half_width_mm;
  r.half_depth_mm = 0.65 * person.half_width_mm;
  r.fat_mm = person.fat_mm;
  return r;
}

/// A scan of a person whose tissues and bone have the HU of their composition at `kev`.
synth::SpinePhantom scan_of(const Person& person, double kvp_kv, double kev) {
  synth::SpinePhantomRequest r = person_request(person, kvp_kv);
  const auto hu = [&](Substance tissue, double density) {
    return density * (calibration::tissue_hu(tissue, kev) + 1000) - 1000 + person.shift_hu;
  };
  r.tissues = {hu(Substance::Adipose, person.adipose), hu(Substance::Muscle, person.muscle), hu(Substance::Blood, 1),
               hu(Substance::CorticalBone, person.cortex)};
  for (std::size_t i = 0; i < 3; ++i) // what the vertebra reads is what so much K2HPO4 in water reads at this energy
    r.trabecular_mg_cm3[i] =
        (true_k2hpo4_mg_cm3[i] * hu_per_mg_cm3(calibration::Material::K2HPO4, kev) + person.shift_hu) /
        synth::hu_per_mg_cm3(kvp_kv);
  return make_spine_phantom(r, {});
}

calibration::SampledTissues tissues_of(const synth::SpinePhantom& phantom, const Person& person) {
  const VolumeGeometry& g = phantom.image.hu.geometry();
  Volume<std::uint8_t> trunk(g, 0);
  for (int z = 0; z < g.size[2]; ++z)
    for (int y = 0; y < g.size[1]; ++y)
      for (int x = 0; x < g.size[0]; ++x) {
        const Vec3 p = index_to_point(g, {double(x), double(y), double(z)});
        const double u = std::abs(p[0]) / person.half_width_mm, v = std::abs(p[1]) / (0.65 * person.half_width_mm);
        trunk(x, y, z) = std::pow(u, 2.5) + std::pow(v, 2.5) <= 1 ? 1 : 0;
      }
  return calibration::sample_tissues(phantom.image.hu, with_bodies(phantom).voxels, trunk, {});
}

/// Bias of one method on one scan, %.
struct HabitusPoint {
  calibration::InternalMethod method;
  double kvp_kv, density_mg_cm3, bias_percent;
};

void draw_habitus(const std::vector<HabitusPoint>& points, const char* file) {
  report::Svg svg("internal_bias", 640, 360, "Bias of internal calibration",
                  "Bias in per cent of the true density at 50, 100 and 200 mg/cm3 for both methods at four voltages");
  const report::Scale y{-40, 60, 320, 30};
  for (const double tick : {-40.0, -20.0, 0.0, 20.0, 40.0, 60.0}) {
    svg.line(60, y(tick), 620, y(tick), {tick == 0 ? report::color::grey : report::color::faint});
    svg.text(54, y(tick) + 5, report::tick_label(tick), {report::Anchor::End});
  }
  for (const double bar : {-5.0, 5.0})
    svg.line(60, y(bar), 620, y(bar), {report::color::green, 1.5, "6 4"});
  svg.text(16, 175, "bias, %", {report::Anchor::Middle, 14, report::color::ink, -90});
  for (std::size_t i = 0; i < true_k2hpo4_mg_cm3.size(); ++i)
    svg.text(150 + 180.0 * static_cast<double>(i), 345, fmt::format("{:g} mg/cm3", true_k2hpo4_mg_cm3[i]),
             {report::Anchor::Middle});
  for (std::size_t k = 0; k < points.size(); ++k) {
    const HabitusPoint& p = points[k];
    const auto place = std::ranges::find(true_k2hpo4_mg_cm3, p.density_mg_cm3) - true_k2hpo4_mg_cm3.begin();
    const bool theory = p.method == calibration::InternalMethod::Theory;
    const double x = 150 + 180.0 * static_cast<double>(place) + (theory ? -50 : 30) + (p.kvp_kv - 80) / 3;
    svg.circle(x, y(std::clamp(p.bias_percent, -40.0, 60.0)), 3.5,
               theory ? report::color::blue : report::color::vermilion, 0.7);
  }
  svg.circle(420, 18, 4, report::color::blue);
  svg.text(430, 23, "theory");
  svg.circle(500, 18, 4, report::color::vermilion);
  svg.text(510, 23, "michalski2020");
  report::write_text_file(file, svg.str());
}

/// Bone of known K2HPO4 in bodies of several sizes: a large body hardens the beam and shifts HU.
void habitus(const char* figure) {
  fmt::print(
      "\n| kV | person | beam keV | HU shift | method | energy found keV | at 50 | at 100 | at 200 mg/cm3 | SE at "
      "100 |\n|---|---|---|---|---|---|---|---|---|---|\n");
  constexpr std::array people{
      Person{"260 x 169 mm, 12 mm fat", 130, 12, -3.2, 3}, Person{"300 x 195 mm, 25 mm fat", 150, 25, -1.2, 0},
      Person{"340 x 221 mm, 40 mm fat", 170, 40, 0.3, -3}, Person{"390 x 254 mm, 60 mm fat", 195, 60, 1.8, -6},
      Person{"the second, other tissues", 150, 25, -1.2, 0, 0.98, 0.995, 0.97}};
  std::vector<HabitusPoint> points;
  for (const double kvp : {80.0, 100.0, 120.0, 140.0})
    for (const Person& person : people) {
      const double kev = calibration::usual_energy_kev(kvp) + person.kev_off;
      const synth::SpinePhantom phantom = scan_of(person, kvp, kev);
      const calibration::SampledTissues tissues = tissues_of(phantom, person);
      for (const calibration::InternalMethod method : methods) {
        calibration::InternalOptions options;
        options.method = method;
        options.kvp_kv = kvp;
        options.model_se_fraction = 0;
        const auto made = calibrate_internally(tissues.samples, options);
        const bone::BoneResult result = measured(phantom, made.calibration);
        std::array<double, 3> bmd{};
        for (std::size_t i = 0; i < 3; ++i) {
          bmd[i] = *result.vertebrae[i].bmd_mg_cm3;
          points.push_back({method, kvp, true_k2hpo4_mg_cm3[i], 100 * (bmd[i] / true_k2hpo4_mg_cm3[i] - 1)});
        }
        fmt::print("| {:g} | {} | {:.1f} | {:+g} | {} | {:.1f} | {:.1f} | {:.1f} | {:.1f} | {:.1f} |\n", kvp,
                   person.name, kev, person.shift_hu, to_string(method), made.effective_kev, bmd[0], bmd[1], bmd[2],
                   *result.vertebrae[1].bmd_se_mg_cm3);
        std::fflush(stdout);
      }
    }
  if (figure != nullptr)
    draw_habitus(points, figure);
}

#ifdef OSTEOCALC_XRAYLIB
/// The same on tissues and bone as a whole spectrum sees them, by xraylib: nothing in common with the method's theory.
void spectrum() {
  fmt::print(
      "\n| kV | person | water in the beam mm | tissues | cortex sample | bias at 50 % | at 100 | at 200 | SE at 100 "
      "% |\n|---|---|---|---|---|---|---|---|---|\n");
  constexpr std::array people{std::pair{Person{"260 x 169 mm, 12 mm fat", 130, 12, 0, 0}, 150.0},
                              std::pair{Person{"300 x 195 mm, 25 mm fat", 150, 25, 0, 0}, 200.0},
                              std::pair{Person{"340 x 221 mm, 40 mm fat", 170, 40, 0, 0}, 250.0},
                              std::pair{Person{"390 x 254 mm, 60 mm fat", 195, 60, 0, 0}, 320.0}};
  for (const double kvp : {80.0, 100.0, 120.0, 140.0})
    for (const auto& [person, water_mm] : people)
      for (const bool icru44 : {true, false}) {
        const XrayTube tube(kvp, water_mm);
        const TissueCompositions t = icru44 ? icru44_tissues() : icrp_tissues();
        synth::SpinePhantomRequest r = person_request(person, kvp);
        r.tissues = {tube.hu(t.adipose, t.adipose_g_cm3), tube.hu(t.muscle, t.muscle_g_cm3),
                     tube.hu(t.blood, t.blood_g_cm3), tube.hu(t.cortical_bone, t.cortical_bone_g_cm3)};
        for (std::size_t i = 0; i < 3; ++i)
          r.trabecular_mg_cm3[i] = tube.k2hpo4_hu(true_k2hpo4_mg_cm3[i]) / synth::hu_per_mg_cm3(kvp);
        const synth::SpinePhantom phantom = make_spine_phantom(r, {});
        calibration::SampledTissues tissues = tissues_of(phantom, person);
        for (const bool cortex : {true, false}) {
          if (!cortex)
            tissues.samples[static_cast<std::size_t>(calibration::Tissue::CorticalBone)].reset();
          calibration::InternalOptions options;
          options.kvp_kv = kvp;
          const bone::BoneResult result = measured(phantom, calibrate_internally(tissues.samples, options).calibration);
          const auto bias = [&](std::size_t i) {
            return 100 * (*result.vertebrae[i].bmd_mg_cm3 / true_k2hpo4_mg_cm3[i] - 1);
          };
          fmt::print("| {:g} | {} | {:g} | {} | {} | {:+.1f} | {:+.1f} | {:+.1f} | {:.1f} |\n", kvp, person.name,
                     water_mm, icru44 ? "ICRU-44" : "ICRP", cortex ? "yes" : "no", bias(0), bias(1), bias(2),
                     *result.vertebrae[1].bmd_se_mg_cm3);
          std::fflush(stdout);
        }
      }
}
#endif

/// Wall clock and processor time: on a busy machine only the second says what the work costs.
struct Clock {
  std::chrono::steady_clock::time_point wall = std::chrono::steady_clock::now();
  std::clock_t processor = std::clock();
  [[nodiscard]] std::string text() const {
    const double wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - wall).count();
    return fmt::format("{:.2f} s ({:.2f} s of processor)", wall_s,
                       static_cast<double>(std::clock() - processor) / CLOCKS_PER_SEC);
  }
};

/// 400 slices of 512 x 512 with 18 vertebrae, made of the phantom's three again and again.
void speed() {
  synth::SpinePhantomRequest r = request(120, 1, 12, "");
  r.fat_mm = 25;
  const synth::SpinePhantom one = make_spine_phantom(r, {});
  VolumeGeometry g = one.image.hu.geometry();
  const int slices = 400, tile = 108; // three vertebrae, 36 mm each
  g.size = {512, 512, slices};
  g.spacing_mm = {0.7, 0.7, 1};
  Volume<std::int16_t> hu(g, std::int16_t{-1000});
  Volume<LabelId> labels(g, LabelId{0});
  Volume<std::uint8_t> trunk(g, 0);
  const LabelMap source = with_bodies(one);
  for (int z = 0; z < slices; ++z)
    for (int y = 0; y < 512; ++y)
      for (int x = 0; x < 512; ++x) {
        const int sx = static_cast<int>(x * 0.7) - 19, sy = static_cast<int>(y * 0.7) - 19, sz = 6 + z % tile;
        if (!one.image.hu.contains(sx, sy, sz))
          continue;
        hu(x, y, z) = one.image.hu(sx, sy, sz);
        trunk(x, y, z) = hu(x, y, z) > -500 ? 1 : 0;
        LabelId id = source.voxels(sx, sy, sz);
        if (id >= 26 && id <= 43)
          id = static_cast<LabelId>(id + 3 * (z / tile));
        else if (id >= 260)
          id = static_cast<LabelId>(id + 3 * (z / tile));
        labels(x, y, z) = id;
      }
  for (const int threads : {1, 2}) {
    const Clock all, sampling;
    const auto tissues = calibration::sample_tissues(hu, labels, trunk, {threads});
    const std::string sampled = sampling.text();
    const auto line = calibrate_internally(tissues.samples).calibration;
    const Clock finding;
    const auto bodies = bone::find_vertebral_bodies(labels, {threads});
    const std::string found = finding.text();
    const Clock measuring;
    bone::BoneOptions options;
    options.parallel.threads = threads;
    const bone::BoneResult result = bone::measure_bone(hu, bodies, line, options);
    fmt::print("{} threads: {} vertebrae of 400 slices in {}\n  tissues {}\n  bodies {}\n  densities {}\n", threads,
               result.vertebrae.size(), all.text(), sampled, found, measuring.text());
  }
}

} // namespace
} // namespace osteocalc

int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "all";
  const auto asked = [&](std::string_view name) { return what == "all" || what == name; };
  if (asked("accuracy"))
    osteocalc::accuracy();
  if (asked("rods"))
    osteocalc::rods();
  if (asked("precision"))
    osteocalc::precision(argc > 2 ? std::atoi(argv[2]) : 40);
  if (asked("heights"))
    osteocalc::heights(argc > 2 ? std::atoi(argv[2]) : 500);
  if (asked("habitus"))
    osteocalc::habitus(argc > 2 ? argv[2] : nullptr);
#ifdef OSTEOCALC_XRAYLIB
  if (asked("spectrum"))
    osteocalc::spectrum();
#endif
  if (asked("speed"))
    osteocalc::speed();
  return 0;
}
