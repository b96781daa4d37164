// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/synth/spine_anatomy.h"

#include "osteocalc/synth/attenuation.h"
#include "osteocalc/synth/random.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace osteocalc::synth {
namespace {

constexpr double degree = std::numbers::pi / 180;
constexpr std::size_t neck_vertebrae = 2; // drawn above T1

/// Average adult sizes, mm (mean of women and men, after anatomy texts; the height is that of the rim), the sagittal
/// tilt of the upright axis (degrees, positive when the top leans forwards) and the density relative to L1.
struct LevelTable {
  double height, width, depth, disc_below, tilt_deg, density;
};
constexpr std::array<LevelTable, 18> average{{{16.0, 30, 17.0, 4.2, 24, 1.45},
                                              {17.0, 29, 18.0, 4.0, 21, 1.40},
                                              {17.6, 28, 19.5, 3.8, 18, 1.35},
                                              {18.0, 28, 21.5, 3.8, 15, 1.32},
                                              {18.6, 29, 23.5, 4.0, 11, 1.28},
                                              {19.2, 30, 25.5, 4.2, 7, 1.24},
                                              {19.8, 31, 27.5, 4.4, 3, 1.20},
                                              {20.4, 32, 29.0, 4.7, -1, 1.16},
                                              {21.2, 34, 30.0, 5.0, -4, 1.13},
                                              {22.3, 36, 30.5, 5.4, -7, 1.10},
                                              {23.4, 38, 31.0, 6.0, -9, 1.06},
                                              {24.8, 41, 31.5, 6.8, -10, 1.03},
                                              {26.2, 44, 32.5, 7.8, -9, 1.00},
                                              {27.2, 46, 33.5, 9.0, -6, 0.98},
                                              {27.8, 48, 34.5, 10.0, 0, 0.96},
                                              {27.6, 50, 35.0, 10.8, 8, 0.97},
                                              {27.0, 52, 35.0, 10.2, 18, 1.02},
                                              {29.0, 52, 33.0, 0.0, 36, 1.05}}};

constexpr std::size_t index_of(Vertebra level) {
  return static_cast<std::size_t>(level);
}
bool is_lumbar(Vertebra level) {
  return level >= Vertebra::L1 && level <= Vertebra::L5;
}

VertebraForm draw_form(Vertebra level, const Person& person, double size, Random& random) {
  const LevelTable& table = average[index_of(level)];
  VertebraForm form{.level = level};
  const double rim = table.height * size * random.vary(1.0, 0.015);
  form.body.half_width_mm = 0.5 * table.width * size * random.vary(1.0, 0.02);
  form.body.half_depth_mm = 0.5 * table.depth * size * random.vary(1.0, 0.02);
  // Lumbar bodies are taller in front (L5 most), thoracic ones behind: part of the curves lies in the bodies.
  const double wedge = level == Vertebra::L5 ? 4.5 : is_lumbar(level) ? 0.6 : level == Vertebra::S1 ? 3.0 : -1.0;
  form.body.middle_mm = rim - random.vary(2.0, 0.5) * std::min(1.0, rim / 27);
  form.body.anterior_mm = rim + 0.5 * wedge * size;
  form.body.posterior_mm = rim - 0.5 * wedge * size;
  form.body.waist = level == Vertebra::S1 ? 0.0 : random.vary(0.10, 0.02);
  form.body.part = vertebral_body_label(level);
  form.canal_half_width_mm = (is_lumbar(level) ? 11.5 : level == Vertebra::S1 ? 13.0 : 8.8) * size;
  form.canal_half_depth_mm = (is_lumbar(level) ? 8.2 : 7.6) * size;
  form.trabecular_mg_cm3 = person.trabecular_mg_cm3 * table.density * random.vary(1.0, 0.03);
  form.disc_below_mm = table.disc_below * size * random.vary(1.0, 0.06);
  return form;
}

/// Discs narrow and grow osteophytes with age; a body may lose height where bone is thin.
void age_spine(std::vector<VertebraForm>& vertebrae, const Person& person, Random& random) {
  const double worn = std::clamp((person.age_years - 45) / 40, 0.0, 1.0);
  for (VertebraForm& form : vertebrae) {
    if (form.level == Vertebra::S1)
      continue;
    if (random.chance((is_lumbar(form.level) ? 0.35 : 0.12) * worn))
      form.disc_below_mm *= random.uniform(0.4, 0.75);
    form.osteophytes = form.level >= Vertebra::T7 && random.chance(0.4 * worn);
  }
  if (person.trabecular_mg_cm3 < 100 && random.chance(0.5)) {
    Block& body = vertebrae[index_of(Vertebra::T7) + random.raw() % 8].body;
    const double front = random.uniform(0.62, 0.8);
    body.anterior_mm *= front;
    body.middle_mm *= 0.5 * (1 + front) * 0.97;
  }
}

struct Curve {
  double kyphosis, lordosis, scoliosis_deg, scoliosis_start, scoliosis_period;

  [[nodiscard]] Frame direction(Vertebra level) const {
    const auto i = static_cast<double>(index_of(level));
    const double tilt = average[index_of(level)].tilt_deg * (level >= Vertebra::L1 ? lordosis : kyphosis) * degree;
    const double phase = 2 * std::numbers::pi * (i - scoliosis_start) / scoliosis_period;
    const double fade = level == Vertebra::S1 ? 0.0 : 1.0;
    const double lean = fade * scoliosis_deg * degree * std::sin(phase);
    Frame frame = frame_along({0, 0, 0}, {std::sin(lean), -std::sin(tilt), std::cos(tilt) * std::cos(lean)});
    // The bodies turn towards the outside of a sideways curve.
    const double turn = 0.5 * fade * scoliosis_deg * degree * std::cos(phase);
    const Vec3 left = frame.left, back = frame.back;
    frame.left = std::cos(turn) * left + std::sin(turn) * back;
    frame.back = std::cos(turn) * back - std::sin(turn) * left;
    return frame;
  }
};

Curve draw_curve(const Person& person, Random& random) {
  Curve curve{};
  curve.kyphosis = std::clamp(random.vary(1.0 + 0.008 * (person.age_years - 60), 0.15), 0.6, 1.5);
  curve.lordosis = std::clamp(random.vary(0.95, 0.15), 0.6, 1.2);
  curve.scoliosis_deg = random.chance(0.2) ? random.uniform(6, 16) : random.uniform(0, 3);
  if (random.chance(0.5))
    curve.scoliosis_deg = -curve.scoliosis_deg;
  curve.scoliosis_start = random.uniform(0, 12);
  curve.scoliosis_period = random.uniform(10, 18);
  return curve;
}

/// Stacks the vertebrae on the sacrum, each on the disc below it.
void stack(std::vector<VertebraForm>& vertebrae, const Curve& curve) {
  for (VertebraForm& form : vertebrae)
    form.body.frame = curve.direction(form.level);
  Block& sacrum = vertebrae.back().body;
  sacrum.frame.center_mm = -0.5 * sacrum.middle_mm * sacrum.frame.up;
  for (std::size_t i = vertebrae.size() - 1; i-- > 0;) {
    const Block& below = vertebrae[i + 1].body;
    Block& body = vertebrae[i].body;
    const Vec3 disc = vertebrae[i].disc_below_mm * normalized(below.frame.up + body.frame.up);
    // Hollow endplates lie nearer to each other at the rim: the disc's height is that of the rims.
    const auto rim = [](const Block& b) { return 0.25 * (b.anterior_mm + b.posterior_mm); };
    body.frame.center_mm = below.frame.center_mm + rim(below) * below.frame.up + disc + rim(body) * body.frame.up;
  }
  const Vec3 shift{0, 35 - vertebrae[index_of(Vertebra::T8)].body.frame.center_mm[1], 0};
  for (VertebraForm& form : vertebrae)
    form.body.frame.center_mm = form.body.frame.center_mm + shift;
}

Tissue bone(double mineral_mg_cm3) {
  return {tissue::marrow_hu, static_cast<float>(mineral_mg_cm3)};
}
Tissue cortex(const VertebraForm& form) {
  return bone(300 + 1.1 * form.trabecular_mg_cm3);
}

Piece body_piece(const VertebraForm& form) {
  Piece piece{.material = {.outer = cortex(form),
                           .label = whole_vertebra_label(form.level),
                           .shell_mm = 1.0F,
                           .core = bone(form.trabecular_mg_cm3),
                           .texture_hu = 5}};
  piece.blocks.push_back(form.body);
  if (form.osteophytes) {
    // Lips beside the disc, on the right and front: the pulsating aorta keeps the left free.
    const double a = form.body.half_width_mm, b = form.body.half_depth_mm, z = -0.5 * form.body.middle_mm;
    for (const double angle : {-35.0, -55.0, -75.0}) {
      Ellipsoid lip{form.body.frame, {4.5, 4.5, 3.0}, form.body.part};
      lip.frame.center_mm = form.body.frame.at(a * std::sin(angle * degree), -b * std::cos(angle * degree), z);
      piece.ellipsoids.push_back(lip);
    }
  }
  return piece;
}

/// Pedicles, laminae, spinous, transverse and articular processes, sized from the body and the canal.
std::vector<Tube> posterior_elements(const VertebraForm& form) {
  const Block& body = form.body;
  const double a = body.half_width_mm, b = body.half_depth_mm, h = body.middle_mm;
  const double cw = form.canal_half_width_mm, cd = form.canal_half_depth_mm;
  const bool lumbar = is_lumbar(form.level);
  const double pedicle = lumbar ? 3.8 + 0.5 * static_cast<double>(index_of(form.level) - 12) : 2.8;
  const auto tube = [&](double ratio, const Vec3& from, double r0, const Vec3& to, double r1) {
    return Tube{{{body.frame.at(from[0], from[1], from[2]), r0}, {body.frame.at(to[0], to[1], to[2]), r1}}, ratio, {}};
  };
  const double roof = b + 2 * cd + 3;
  std::vector<Tube> tubes;
  for (const double side : {-1.0, 1.0}) {
    const double p = side * (cw + pedicle);
    tubes.push_back(tube(1.6, {p, b - 3, 0.2 * h}, pedicle, {p, b + 1.3 * cd, 0.16 * h}, pedicle));
    tubes.push_back(tube(2.2, {side * (cw + 2), b + 1.3 * cd, 0.0}, 3.2, {side * 2, roof, -0.22 * h}, 3.0));
    tubes.push_back(
        tube(1.0, {side * (cw + 5), b + cd + 3, 0.42 * h}, 3.6, {side * (cw + 3), b + 2 * cd, -0.42 * h}, 3.8));
    tubes.push_back(lumbar ? tube(1.3, {p, b + cd, 0.1 * h}, 4.0, {side * (a + 17), b + cd + 5, 0.12 * h}, 2.6)
                           : tube(1.2, {p, b + cd, 0.1 * h}, 4.0, {side * (cw + 21), b + cd + 14, 0.12 * h}, 4.2));
  }
  tubes.push_back(lumbar ? tube(2.8, {0, roof, -0.28 * h}, 3.0, {0, roof + 23, -0.42 * h}, 3.2)
                         : tube(1.6, {0, roof, -0.3 * h}, 3.0, {0, roof + 19, -1.05 * h}, 2.6));
  return tubes;
}

Piece posterior_piece(const VertebraForm& form) {
  Piece piece{.material = {.outer = cortex(form),
                           .label = whole_vertebra_label(form.level),
                           .shell_mm = 1.2F,
                           .core = bone(1.3 * form.trabecular_mg_cm3)}};
  if (form.level != Vertebra::S1) {
    piece.tubes = posterior_elements(form);
    return piece;
  }
  const Frame& frame = form.body.frame;
  for (const double side : {-1.0, 1.0}) {
    Ellipsoid ala{frame, {27, 15, 14}, 0};
    ala.frame.center_mm = frame.at(side * 34, 5, -2);
    piece.ellipsoids.push_back(ala);
  }
  const double roof = form.body.half_depth_mm + 2 * form.canal_half_depth_mm + 2;
  piece.tubes.push_back(
      {{{frame.at(-14, roof - 4, -4), 3.5}, {frame.at(0, roof + 2, -6), 4}, {frame.at(14, roof - 4, -4), 3.5}},
       2.0,
       {}});
  return piece;
}

/// The sacrum below S1: bone without a label of ours.
Piece lower_sacrum(const VertebraForm& s1) {
  Piece piece{.material = {.outer = cortex(s1), .shell_mm = 1.2F, .core = bone(s1.trabecular_mg_cm3)}};
  const Frame& frame = s1.body.frame;
  const double h = s1.body.middle_mm;
  for (int i = 0; i < 3; ++i) {
    Ellipsoid segment{frame, {40.0 - 7 * i, 13.0 - 2 * i, 14}, 0};
    segment.frame.center_mm = frame.at(0, 3 + 6 * i, -0.5 * h - 14 - 25 * i);
    piece.ellipsoids.push_back(segment);
  }
  return piece;
}

/// The vertebrae with C6 and C7 before them: the neck goes on above T1, without a label of ours.
std::vector<VertebraForm> with_neck(std::vector<VertebraForm> forms) {
  VertebraForm form = forms.front();
  form.osteophytes = false;
  form.body.part = 0;
  for (std::size_t i = 0; i < neck_vertebrae; ++i) {
    const double below_mm = 0.5 * form.body.middle_mm, disc_mm = 5.0;
    for (double* size : {&form.body.anterior_mm, &form.body.middle_mm, &form.body.posterior_mm})
      *size *= 0.9;
    for (double* size : {&form.body.half_width_mm, &form.body.half_depth_mm})
      *size *= 0.95;
    form.body.frame.center_mm =
        form.body.frame.center_mm + (below_mm + disc_mm + 0.5 * form.body.middle_mm) * form.body.frame.up;
    forms.insert(forms.begin(), form);
  }
  return forms;
}

Piece discs(const std::vector<VertebraForm>& vertebrae) {
  Piece piece{.material = {.outer = {tissue::disc_hu, 0}}};
  for (std::size_t i = 0; i + 1 < vertebrae.size(); ++i) {
    const Block& above = vertebrae[i].body;
    const Block& below = vertebrae[i + 1].body;
    const Vec3 between = above.frame.center_mm - below.frame.center_mm;
    Block disc;
    disc.frame = frame_along(0.5 * (above.frame.center_mm + below.frame.center_mm), between);
    disc.half_width_mm = 0.49 * (above.half_width_mm + below.half_width_mm);
    disc.half_depth_mm = 0.49 * (above.half_depth_mm + below.half_depth_mm);
    disc.anterior_mm = disc.middle_mm = disc.posterior_mm = norm(between);
    piece.blocks.push_back(disc);
  }
  return piece;
}

/// Two tubes side by side give the canal its width; the cord lies in it down to L1.
std::vector<Piece> canal(const std::vector<VertebraForm>& vertebrae) {
  Piece sac{.material = {.outer = {tissue::fluid_hu, 0}}}, cord{.material = {.outer = {tissue::cord_hu, 0}}};
  sac.tubes.resize(2);
  cord.tubes.resize(1);
  for (const VertebraForm& form : vertebrae) {
    const double radius = form.canal_half_depth_mm - 0.6, apart = form.canal_half_width_mm - 0.6 - radius;
    const double v = form.body.half_depth_mm + form.canal_half_depth_mm;
    sac.tubes[0].nodes.push_back({form.body.frame.at(-apart, v, 0), radius});
    sac.tubes[1].nodes.push_back({form.body.frame.at(apart, v, 0), radius});
    if (form.level <= Vertebra::L1)
      cord.tubes[0].nodes.push_back({form.body.frame.at(0, v, 0), 4.5});
  }
  return {sac, cord};
}

} // namespace

Block Spine::body_at(double z) const {
  std::size_t i = 1;
  while (i + 1 < vertebrae.size() && vertebrae[i].body.frame.center_mm[2] > z)
    ++i;
  const Block& above = vertebrae[i - 1].body;
  const Block& below = vertebrae[i].body;
  const double z0 = below.frame.center_mm[2], z1 = above.frame.center_mm[2];
  const double t = std::clamp((z - z0) / (z1 - z0), 0.0, 1.0);
  const auto mix = [t](const Vec3& low, const Vec3& high) { return (1 - t) * low + t * high; };
  Block body = t < 0.5 ? below : above;
  body.frame = frame_along(mix(below.frame.center_mm, above.frame.center_mm), mix(below.frame.up, above.frame.up));
  body.half_width_mm = std::lerp(below.half_width_mm, above.half_width_mm, t);
  body.half_depth_mm = std::lerp(below.half_depth_mm, above.half_depth_mm, t);
  return body;
}

Spine build_spine(const Person& person, const std::vector<LevelDensity>& densities) {
  Random random(person.seed, 3);
  const bool male = person.sex == Sex::Male;
  Spine spine;
  spine.texture_seed = person.seed;
  spine.size = person.height_cm / (male ? 176 : 163);
  for (const Vertebra level : all_vertebrae)
    spine.vertebrae.push_back(draw_form(level, person, spine.size * (male ? 1.02 : 0.94), random));
  age_spine(spine.vertebrae, person, random);
  for (const auto& [level, trabecular] : densities)
    spine.vertebrae[index_of(level)].trabecular_mg_cm3 = trabecular;
  stack(spine.vertebrae, draw_curve(person, random));
  return spine;
}

std::vector<Piece> spine_pieces(const Spine& spine) {
  const std::vector<VertebraForm> vertebrae = with_neck(spine.vertebrae);
  std::vector<Piece> pieces{discs(vertebrae), lower_sacrum(spine.vertebrae.back())};
  for (std::size_t i = 0; i < vertebrae.size(); ++i) {
    for (Piece& piece : std::array{posterior_piece(vertebrae[i]), body_piece(vertebrae[i])}) {
      if (i < neck_vertebrae)
        piece.material.label = 0;
      pieces.push_back(std::move(piece));
    }
    pieces.back().material.texture_seed = spine.texture_seed;
  }
  for (Piece& piece : canal(vertebrae))
    pieces.push_back(std::move(piece));
  return pieces;
}

} // namespace osteocalc::synth
