// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/synth/dxa_femur.h"

#include "osteocalc/synth/attenuation.h"
#include "osteocalc/synth/random.h"

#include <cmath>
#include <numbers>

namespace osteocalc::synth {
namespace {

constexpr double neck_box_mm = 15, below_lesser_trochanter_mm = 10;

/// Sizes in mm of an average adult's femur, times the person's size.
struct FemurForm {
  double size, inwards; ///< inwards: x towards the other leg
  Vec3 neck;            ///< unit vector along the neck, to the head
  double head_distance;
  [[nodiscard]] Vec3 at(double medial, double up) const { return {size * inwards * medial, 0, size * up}; }
};

FemurForm draw_form(const Person& person, Side side, Random& random) {
  FemurForm form{};
  form.size = person.height_cm / (person.sex == Sex::Male ? 172 : 168) * random.vary(1, 0.03);
  form.inwards = side == Side::Left ? -1 : 1;
  const double neck_shaft = random.vary(128, 3.5) * std::numbers::pi / 180;
  form.neck = {form.inwards * std::sin(neck_shaft), 0, -std::cos(neck_shaft)};
  form.head_distance = form.size * random.vary(50, 2);
  return form;
}

Piece solid(double mineral_mg_cm3, double shell_mm, double core_mg_cm3) {
  return {.material = {.outer = {tissue::marrow_hu, static_cast<float>(mineral_mg_cm3)},
                       .shell_mm = static_cast<float>(shell_mm),
                       .core = {tissue::marrow_hu, static_cast<float>(core_mg_cm3)}}};
}

/// The whole upper end as one solid with a thin shell, then the shaft with its thick one.
std::vector<Piece> bones(const FemurForm& form, const Vec3& head, double head_radius, double density) {
  const double s = form.size;
  const auto along = [&](double mm) { return s * mm * form.neck; };
  Piece upper = solid(700 + 1.0 * density, 1.3, density);
  upper.ellipsoids.push_back({{.center_mm = head}, {head_radius, head_radius, head_radius}, 0});
  upper.tubes.push_back(
      smooth_tube({{{0, 0, 0}, 19 * s}, {along(14), 18.5 * s}, {along(28), 16 * s}, {head - along(8), 19 * s}}, 2));
  upper.ellipsoids.push_back({{.center_mm = form.at(-9, 12)}, {15 * s, 19 * s, 23 * s}, 0});
  upper.ellipsoids.push_back({{.center_mm = form.at(14, -40)}, {10 * s, 10 * s, 13 * s}, 0});
  upper.tubes.push_back(
      smooth_tube({{form.at(0, 0), 19 * s}, {form.at(0, -30), 18.5 * s}, {form.at(0, -52), 16.5 * s}}, 4));
  Piece shaft = solid(900 + 1.5 * density, 4.5 * s, 0.4 * density);
  shaft.tubes.push_back(
      smooth_tube({{form.at(0, -48), 16.5 * s}, {form.at(0, -75), 15 * s}, {form.at(0, -170), 14.5 * s}}, 6));
  return {upper, shaft};
}

Vec2 on_image(const FlatField& field, const Vec3& p) {
  return {p[0] - field.corner_mm[0], field.corner_mm[2] - p[2]};
}

} // namespace

Femur build_femur(const Person& person, Side side) {
  Random random(person.seed, side == Side::Left ? 62 : 63);
  const FemurForm form = draw_form(person, side, random);
  Femur femur{.side = side};
  femur.head_mm = form.head_distance * form.neck;
  femur.head_radius_mm = 23 * form.size;
  femur.neck_mm = 28 * form.size;
  femur.lesser_trochanter_mm = -53 * form.size;
  femur.pieces = bones(form, femur.head_mm, femur.head_radius_mm, random.vary(1.1, 0.08) * person.trabecular_mg_cm3);
  femur.field.width_mm = 130;
  femur.field.height_mm = 160;
  femur.field.depth_mm = 60;
  femur.field.corner_mm = {-65 + form.inwards * random.uniform(10, 20), -30, 70 + random.uniform(0, 12)};
  return femur;
}

void paint_femur(Canvas& canvas, const Femur& femur) {
  for (const Piece& piece : femur.pieces)
    paint(canvas, piece);
}

std::vector<std::pair<std::string, Polygon>> femur_regions(const Femur& femur) {
  const Vec2 origin = on_image(femur.field, {0, 0, 0}), head = on_image(femur.field, femur.head_mm);
  const double reach = std::hypot(head[0] - origin[0], head[1] - origin[1]);
  const Vec2 along{(head[0] - origin[0]) / reach, (head[1] - origin[1]) / reach};
  const double turn = along[0] < 0 ? 1 : -1; // the direction across the neck that points up
  const Vec2 up{-turn * along[1], turn * along[0]};
  const auto on_axis = [&](double mm) { return Vec2{origin[0] + mm * along[0], origin[1] + mm * along[1]}; };
  const Vec2 back{-along[0], -along[1]}, down{-up[0], -up[1]};
  const Vec2 distal = on_axis(femur.neck_mm - 0.5 * neck_box_mm), proximal = on_axis(femur.neck_mm + 0.5 * neck_box_mm);
  const double bottom = on_image(femur.field, {0, 0, femur.lesser_trochanter_mm - below_lesser_trochanter_mm})[1];
  const Polygon frame{{0, 0}, {femur.field.width_mm, 0}, {femur.field.width_mm, bottom}, {0, bottom}};
  const Polygon outer = clipped(frame, distal, back), total = clipped(frame, proximal, back);
  return {{"neck", clipped(total, distal, along)},
          {"trochanter", clipped(outer, origin, up)},
          {"intertrochanter", clipped(outer, origin, down)},
          {"total", total}};
}

} // namespace osteocalc::synth
