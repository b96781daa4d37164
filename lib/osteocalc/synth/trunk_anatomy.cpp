// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/synth/trunk_anatomy.h"

#include "osteocalc/synth/attenuation.h"
#include "osteocalc/synth/random.h"

#include <algorithm>
#include <cmath>

namespace osteocalc::synth {
namespace {

/// Sizes of the average trunk at each vertebra, mm: from the front of the body to the inner front wall, half width of
/// the cavity, muscle at the side, from the middle of the body to the back of the muscle and to the back of the cavity.
struct WallTable {
  double depth, half_width, side, back, cavity_back;
};
constexpr std::array<WallTable, 18> average{{{48, 46, 92, 52, 20},
                                             {58, 64, 76, 54, 23},
                                             {71, 81, 60, 56, 26},
                                             {85, 95, 47, 57, 28},
                                             {97, 105, 38, 58, 30},
                                             {107, 112, 32, 58, 31},
                                             {114, 118, 27, 58, 31},
                                             {119, 123, 23, 59, 31},
                                             {121, 126, 19, 60, 30},
                                             {119, 127, 16, 62, 28},
                                             {115, 126, 13, 64, 25},
                                             {108, 124, 12, 67, 25},
                                             {100, 121, 13, 70, 23},
                                             {92, 117, 14, 72, 19},
                                             {86, 113, 17, 73, 15},
                                             {82, 108, 25, 73, 9},
                                             {82, 100, 42, 72, 4},
                                             {84, 92, 60, 70, 0}}};

struct Build {
  double size = 1, skin_fat_mm = 10, belly_mm = 0, side_muscle = 1;
};

Outline between(double x, double half_width, double front, double back) {
  return {x, 0.5 * (front + back), half_width, 0.5 * (back - front)};
}

TrunkSection section(const Spine& spine, const Build& build, const Trunk& trunk, std::size_t i) {
  const Block& body = spine.vertebrae[i].body;
  const WallTable& wall = average[i];
  const Vec3& c = body.frame.center_mm;
  const double abdomen = std::clamp((static_cast<double>(i) - 10) / 4, 0.0, 1.0); // from T11 to L3
  const double s = build.size;
  const double x = 0.4 * c[0]; // the trunk follows a bent spine only in part
  const double spine_front = c[1] - body.half_depth_mm;
  const double inner_front = spine_front - s * wall.depth - abdomen * build.belly_mm;
  const double inner_half = s * wall.half_width + 0.5 * abdomen * build.belly_mm;
  const double fat = build.skin_fat_mm * (0.55 + 0.75 * abdomen);
  TrunkSection out{.z_mm = c[2]};
  out.cavity = between(x, inner_half, inner_front, c[1] + s * wall.cavity_back);
  const double side = inner_half + build.side_muscle * wall.side;
  out.muscle = between(x, side, inner_front - 13 * s, c[1] + s * wall.back);
  out.skin = between(x, side + fat, inner_front - 13 * s - fat, c[1] + s * wall.back + 0.7 * build.skin_fat_mm + 3);
  const double middle = (i < 4 ? 46 - 3.0 * static_cast<double>(i) : 33) * (0.75 + 0.25 * trunk.fat) * s;
  out.mediastinum = between(0.7 * c[0] + 2, middle, inner_front, c[1]);
  return out;
}

Outline mix(const Outline& a, const Outline& b, double t) {
  return {std::lerp(a.x_mm, b.x_mm, t), std::lerp(a.y_mm, b.y_mm, t), std::lerp(a.half_width_mm, b.half_width_mm, t),
          std::lerp(a.half_depth_mm, b.half_depth_mm, t)};
}

void smooth(std::vector<TrunkSection>& sections) {
  const auto before = sections;
  for (std::size_t i = 1; i + 1 < sections.size(); ++i)
    for (Outline TrunkSection::*outline : {&TrunkSection::skin, &TrunkSection::muscle, &TrunkSection::cavity})
      sections[i].*outline = mix(before[i].*outline, mix(before[i - 1].*outline, before[i + 1].*outline, 0.5), 0.5);
}

/// The trunk goes on above T1 (towards the neck) and below S1 (the pelvis) with the end sections, a little changed.
void extend(std::vector<TrunkSection>& sections) {
  TrunkSection neck = sections.back();
  neck.z_mm += 60;
  neck.muscle.half_width_mm -= 55;
  neck.skin.half_width_mm -= 55;
  neck.cavity.half_width_mm -= 12;
  TrunkSection pelvis = sections.front();
  pelvis.z_mm -= 120;
  pelvis.muscle.half_width_mm += 14;
  pelvis.skin.half_width_mm += 18;
  sections.push_back(neck);
  sections.insert(sections.begin(), pelvis);
}

} // namespace

double Dome::height_mm(double x, double y) const {
  // Steep at the side and the back; towards the middle, where the heart rests on it, nearly flat.
  const bool inwards = (x - x_mm) * x_mm < 0;
  const double dx = (x - x_mm) / (inwards ? 150 : 66), dy = (y - y_mm) / (y < y_mm ? 105 : 74);
  return top_mm - 52 * (dx * dx + dy * dy);
}

TrunkSection Trunk::at(double z) const {
  std::size_t i = 1;
  while (i + 1 < sections.size() && sections[i].z_mm < z)
    ++i;
  const TrunkSection& low = sections[i - 1];
  const TrunkSection& high = sections[i];
  const double t = std::clamp((z - low.z_mm) / (high.z_mm - low.z_mm), 0.0, 1.0);
  return {z, mix(low.skin, high.skin, t), mix(low.muscle, high.muscle, t), mix(low.cavity, high.cavity, t),
          mix(low.mediastinum, high.mediastinum, t)};
}

Trunk build_trunk(const Person& person, const Spine& spine) {
  Random random(person.seed, 4);
  const bool male = person.sex == Sex::Male;
  const double heavy = person.bmi_kg_m2 - 22;
  Build build{.size = spine.size * (male ? 1.06 : 0.94) * random.vary(1.0, 0.025)};
  build.skin_fat_mm = std::clamp((male ? 9 : 13) + 1.8 * heavy + random.vary(0, 2), 3.0, 55.0);
  build.belly_mm = std::clamp((male ? 3.0 : 2.2) * heavy + random.vary(4, 4), -16.0, 70.0);
  build.side_muscle = male ? 1.08 : 0.9;
  Trunk trunk;
  trunk.fat = std::clamp(0.85 + 0.11 * heavy + (male ? 0.15 : 0.0) + random.vary(0, 0.1), 0.25, 1.6);
  for (std::size_t i = spine.vertebrae.size(); i-- > 0;)
    trunk.sections.push_back(section(spine, build, trunk, i));
  smooth(trunk.sections);
  extend(trunk.sections);

  trunk.lung_hu = random.vary(-860, 18) - 0.4 * (person.age_years - 60);
  trunk.arms_down = random.chance(0.2);
  trunk.apex_mm = spine.z_mm(Vertebra::T1) + random.vary(4, 4);
  trunk.carina_mm = spine.z_mm(Vertebra::T5) + random.vary(8, 5);
  trunk.root_mm = trunk.carina_mm - random.vary(50, 3) * build.size;
  const Outline chest = trunk.at(spine.z_mm(Vertebra::T9)).cavity;
  const double reach = 0.5 * chest.half_width_mm, y = chest.y_mm - 4;
  trunk.right = {chest.x_mm - reach, y, trunk.root_mm - random.vary(52, 5) * build.size};
  trunk.left = {chest.x_mm + reach, y, trunk.root_mm - random.vary(63, 4) * build.size};
  trunk.table_mm = 0;
  for (const TrunkSection& s : trunk.sections)
    trunk.table_mm = std::max(trunk.table_mm, s.skin.y_mm + s.skin.half_depth_mm + 4);
  trunk.outside = outside_pieces(person, spine, trunk);
  return trunk;
}

namespace {

void paint_table(Canvas& canvas, double surface_mm) {
  // A shallow trough: two skins and light foam.
  const double radius = 620;
  const Frame frame{.center_mm = {0, surface_mm - radius, canvas.z_mm()}};
  canvas.join(Outline{0, surface_mm + 10, 215, 40});
  canvas.intersect([&](float x, float y) {
    const double r = std::hypot(x - frame.center_mm[0], y - frame.center_mm[1]);
    return static_cast<float>(std::abs(r - radius - 9) - 9);
  });
  canvas.paint({.outer = {90, 0}, .shell_mm = 2, .core = {-930, 0}});
}

void paint_lungs(Canvas& canvas, const Trunk& trunk, const Outline& cavity) {
  const double z = canvas.z_mm();
  if (z > trunk.apex_mm + 4 || z < std::min(trunk.left.top_mm, trunk.right.top_mm) - 130)
    return;
  Outline pleura = cavity;
  pleura.half_width_mm -= 2.5;
  pleura.half_depth_mm -= 2.5;
  canvas.join(pleura);
  const double apex_x = 0.55 * cavity.half_width_mm;
  canvas.intersect([&](float x, float y) {
    const Dome& dome = x < cavity.x_mm ? trunk.right : trunk.left;
    const double above = dome.height_mm(x, y) - z;
    const double dx = std::abs(x - cavity.x_mm) - apex_x, dy = y - cavity.y_mm - 6;
    const double below = z - (trunk.apex_mm - 0.02 * (dx * dx + dy * dy));
    // The slope of both surfaces is about 1: 0.7 turns height into distance.
    return static_cast<float>(0.7 * std::max(above, below));
  });
  canvas.paint({.outer = {static_cast<float>(trunk.lung_hu), 0}});
}

} // namespace

void paint(Canvas& canvas, const Piece& piece) {
  for (const Ellipsoid& shape : piece.ellipsoids)
    canvas.join(shape);
  for (const Tube& shape : piece.tubes)
    canvas.join(shape);
  for (const Block& shape : piece.blocks)
    canvas.join(shape);
  canvas.paint(piece.material);
}

void paint_trunk(Canvas& canvas, const Trunk& trunk) {
  paint_table(canvas, trunk.table_mm);
  const TrunkSection section = trunk.at(canvas.z_mm());
  canvas.join(section.skin);
  canvas.paint({.outer = {15, 0}, .shell_mm = 1.8F, .core = {tissue::fat_hu, 0}});
  for (const Piece& piece : trunk.outside)
    paint(canvas, piece);
  canvas.join(section.muscle);
  canvas.paint({.outer = {tissue::muscle_hu, 0}});
  canvas.join(section.cavity);
  canvas.paint({.outer = {tissue::fat_hu, 0}});
  paint_lungs(canvas, trunk, section.cavity);
  if (canvas.z_mm() > trunk.root_mm - 130) {
    canvas.join(section.mediastinum);
    canvas.paint({.outer = {tissue::fat_hu, 0}});
  }
  canvas.join(section.cavity);
  canvas.intersect([&](float x, float y) {
    const Dome& dome = x < section.cavity.x_mm ? trunk.right : trunk.left;
    return static_cast<float>(0.7 * (canvas.z_mm() - dome.height_mm(x, y)) + 4);
  });
  canvas.keep_as_cavity();
}

} // namespace osteocalc::synth
