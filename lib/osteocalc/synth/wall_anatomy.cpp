// SPDX-License-Identifier: Apache-2.0
// What lies in the trunk's wall.
#include "osteocalc/synth/attenuation.h"
#include "osteocalc/synth/random.h"
#include "osteocalc/synth/trunk_anatomy.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace osteocalc::synth {
namespace {

constexpr double degree = std::numbers::pi / 180;
constexpr double front_deg = 180; ///< angles run from the back (0) by the side (90) to the front

/// How far round each rib goes and how far it comes down on the way.
struct RibTable {
  double end_deg, drop_mm;
};
constexpr std::array<RibTable, 12> rib_table{{{150, 28},
                                              {152, 45},
                                              {150, 60},
                                              {148, 72},
                                              {146, 82},
                                              {143, 92},
                                              {139, 98},
                                              {132, 100},
                                              {122, 95},
                                              {110, 85},
                                              {88, 55},
                                              {58, 32}}};

Material bone_material(double cortex_mg_cm3, float shell_mm) {
  return {.outer = {tissue::marrow_hu, static_cast<float>(cortex_mg_cm3)},
          .shell_mm = shell_mm,
          .core = {tissue::marrow_hu, 130}};
}

/// The point at `angle` on the outline, moved outwards.
Vec3 on_outline(const Outline& outline, double side, double angle_deg, double outwards_mm, double z) {
  const auto power = [](double v) { return std::copysign(std::pow(std::abs(v), 0.8), v); };
  return {outline.x_mm + side * (outline.half_width_mm + outwards_mm) * power(std::sin(angle_deg * degree)),
          outline.y_mm + (outline.half_depth_mm + outwards_mm) * power(std::cos(angle_deg * degree)), z};
}

double start_deg(double side, const Block& body, const Outline& cavity) {
  // Where the rib, having left the transverse process, meets the wall: some 22 mm beside the canal.
  const double x = std::abs(body.frame.center_mm[0] + side * 40 - cavity.x_mm) / cavity.half_width_mm;
  return std::asin(std::pow(std::min(0.9, x), 1.25)) / degree;
}

std::vector<TubeNode> rib_nodes(const Spine& spine, const Trunk& trunk, std::size_t rib, double side, double drop) {
  const VertebraForm& form = spine.vertebrae[rib];
  const Block& body = form.body;
  const double v = body.half_depth_mm;
  const double radius = rib == 0 || rib == 11 ? 3.4 : 4.0;
  std::vector<TubeNode> nodes{
      {body.frame.at(side * (body.half_width_mm + 2.5), v - 3, 0.34 * body.middle_mm), radius - 0.4},
      {body.frame.at(side * (form.canal_half_width_mm + 19), v + form.canal_half_depth_mm + 6, 0.3 * body.middle_mm),
       radius - 0.4}};
  const double z0 = body.frame.center_mm[2] + 2;
  const double first = start_deg(side, body, trunk.at(z0).cavity);
  const int steps = 14;
  for (int i = 0; i <= steps; ++i) {
    const double t = static_cast<double>(i) / steps;
    const double angle = std::lerp(first, rib_table[rib].end_deg, t);
    const double z = z0 - drop * std::pow(t, 1.15) - 4 * t;
    nodes.push_back({on_outline(trunk.at(z).cavity, side, angle, 4.5, z), radius});
  }
  return nodes;
}

void add_ribs(std::vector<Piece>& pieces, const Person& person, const Spine& spine, const Trunk& trunk,
              Random& random) {
  Piece ribs{.material = bone_material(520, 1.1F)}, cartilage{.material = {.outer = {tissue::cartilage_hu, 0}}};
  const double slope = spine.size * random.vary(1.0, 0.1);
  const double breast_bone_top = trunk.carina_mm + 45, breast_bone_bottom = trunk.root_mm - 70;
  for (std::size_t rib = 0; rib < 12; ++rib)
    for (const double side : {-1.0, 1.0}) {
      Tube tube = smooth_tube(rib_nodes(spine, trunk, rib, side, slope * rib_table[rib].drop_mm), 9);
      tube.height_ratio = 1.5;
      if (rib < 8) {
        const TubeNode end = tube.nodes.back();
        const double z =
            std::lerp(breast_bone_top - 12, breast_bone_bottom + 12, std::min(1.0, static_cast<double>(rib) / 6));
        const Vec3 insertion = on_outline(trunk.at(z).cavity, side, front_deg - 6, 4, z);
        const double zm = std::lerp(end.center_mm[2], z, 0.3);
        const Vec3 middle =
            on_outline(trunk.at(zm).cavity, side, 0.5 * (rib_table[rib].end_deg + front_deg) - 2, 4.5, zm);
        Tube bridge = smooth_tube({end, {middle, 4.2}, {insertion, 4.2}}, 9);
        bridge.height_ratio = 1.4;
        cartilage.tubes.push_back(bridge);
      }
      ribs.tubes.push_back(std::move(tube));
    }
  if (person.age_years > 60) // the cartilage of the first rib calcifies early
    cartilage.material.outer.mineral_mg_cm3 = static_cast<float>(random.uniform(0, 50));
  pieces.push_back(std::move(cartilage));
  pieces.push_back(std::move(ribs));
}

Piece breast_bone(const Trunk& trunk) {
  Piece piece{.material = bone_material(360, 1.1F)};
  for (const double x : {-12.5, -7.5, -2.5, 2.5, 7.5, 12.5}) {
    Tube strip{{}, 1, {}};
    for (double z = trunk.root_mm - 72; z <= trunk.carina_mm + 48; z += 12) {
      const Outline cavity = trunk.at(z).cavity;
      strip.nodes.push_back({{cavity.x_mm + x, cavity.y_mm - cavity.half_depth_mm - 5.5, z}, 5.0});
    }
    piece.tubes.push_back(strip);
  }
  return piece;
}

Piece shoulder_girdle(const Spine& spine, const Trunk& trunk) {
  Piece piece{.material = bone_material(480, 1.1F)};
  const double z = spine.z_mm(Vertebra::T4);
  const Outline cavity = trunk.at(z).cavity;
  for (const double side : {-1.0, 1.0}) {
    Ellipsoid blade;
    const Vec3 out = normalized({side * std::sin(55 * degree), std::cos(55 * degree), 0});
    blade.frame = {on_outline(cavity, side, 52, 14, z), {out[1], -out[0], 0}, out, {0, 0, 1}};
    blade.semi_mm = {34, 2.6, 66};
    piece.ellipsoids.push_back(blade);
    const double zc = trunk.apex_mm - 14;
    const Outline top = trunk.at(zc).cavity;
    const double y = top.y_mm - top.half_depth_mm;
    piece.tubes.push_back(smooth_tube({{{top.x_mm + side * 18, y - 4, zc - 16}, 6.5},
                                       {{top.x_mm + side * 60, y + 4, zc + 4}, 5.0},
                                       {{top.x_mm + side * 115, y + 26, zc + 22}, 5.5}},
                                      8));
  }
  return piece;
}

Piece hip_bones(const Spine& spine, const Trunk& trunk) {
  Piece piece{.material = bone_material(520, 1.5F)};
  const Block& s1 = spine.at(Vertebra::S1).body;
  const Outline cavity = trunk.at(-30).cavity;
  for (const double side : {-1.0, 1.0}) {
    Ellipsoid wing;
    const double turn = side * 38 * degree;
    wing.frame.left = {std::cos(turn), std::sin(turn), 0};
    wing.frame.back = {-std::sin(turn), std::cos(turn), 0};
    wing.frame.center_mm = {cavity.x_mm + side * (cavity.half_width_mm + 3), s1.frame.center_mm[1] - 4, -28};
    wing.semi_mm = {6.5 * spine.size, 62 * spine.size, 64 * spine.size};
    piece.ellipsoids.push_back(wing);
  }
  return piece;
}

void add_arms(std::vector<Piece>& pieces, const Trunk& trunk) {
  Piece fat{.material = {.outer = {15, 0}, .shell_mm = 1.8F, .core = {tissue::fat_hu, 0}}};
  Piece muscle{.material = {.outer = {tissue::muscle_hu, 0}}}, humerus{.material = bone_material(700, 4)};
  for (const double side : {-1.0, 1.0}) {
    Tube arm;
    for (double z = trunk.apex_mm - 40; z > trunk.apex_mm - 520; z -= 40) {
      const Outline skin = trunk.at(z).skin;
      arm.nodes.push_back({{skin.x_mm + side * (skin.half_width_mm + 44), skin.y_mm + 20, z}, 40});
    }
    const auto thinner = [&](double share) {
      Tube inner = arm;
      for (TubeNode& node : inner.nodes)
        node.radius_mm *= share;
      return inner;
    };
    fat.tubes.push_back(arm);
    muscle.tubes.push_back(thinner(0.85));
    humerus.tubes.push_back(thinner(0.27));
  }
  pieces.push_back(std::move(fat));
  pieces.push_back(std::move(muscle));
  pieces.push_back(std::move(humerus));
}

Piece breasts(const Spine& spine, const Trunk& trunk, Random& random) {
  Piece piece{.material = {.outer = {15, 0}, .shell_mm = 1.8F, .core = {-80, 0}}};
  const double z = spine.z_mm(Vertebra::T8), size = random.uniform(0.7, 1.1) + 0.25 * trunk.fat;
  const Outline skin = trunk.at(z).skin;
  for (const double side : {-1.0, 1.0}) {
    Ellipsoid breast;
    breast.frame.center_mm = on_outline(skin, side, 148, -14, z);
    breast.semi_mm = {46 * size, 34 * size, 48 * size};
    piece.ellipsoids.push_back(breast);
  }
  return piece;
}

/// Muscle that keeps the lungs away from the back of the spine, and the psoas.
void add_muscles(std::vector<Piece>& pieces, const Spine& spine, const Trunk& trunk) {
  Piece back{.material = {.outer = {tissue::muscle_hu, 0}}}, psoas{.material = {.outer = {tissue::muscle_hu, 0}}};
  back.tubes.resize(4);
  psoas.tubes.resize(2);
  for (const VertebraForm& form : spine.vertebrae) {
    const Block& b = form.body;
    for (std::size_t k = 0; k < 2; ++k) {
      const double side = k == 0 ? -1 : 1;
      const bool lumbar = form.level >= Vertebra::L1;
      TubeNode node{b.frame.at(side * 18, b.half_depth_mm + (lumbar ? 31 : 24), 0), lumbar ? 21.0 : 16.0};
      const Outline wall = trunk.at(node.center_mm[2]).muscle; // a turned vertebra must not push it out of the back
      node.center_mm[1] = std::min(node.center_mm[1], wall.y_mm + wall.half_depth_mm - node.radius_mm - 3);
      back.tubes[k].nodes.push_back(node);
      // Between the heads of the ribs, where the lung does not reach.
      back.tubes[2 + k].nodes.push_back({b.frame.at(side * (b.half_width_mm - 1), b.half_depth_mm + 8, 0), 9.5});
      if (lumbar) {
        const double down = static_cast<double>(form.level) - static_cast<double>(Vertebra::L1);
        psoas.tubes[k].nodes.push_back(
            {b.frame.at(side * (b.half_width_mm + 4 + 4.5 * down), 6 - 4 * down, 0), (8 + 2.6 * down) * spine.size});
      }
    }
  }
  pieces.push_back(std::move(back));
  pieces.push_back(std::move(psoas));
}

} // namespace

std::vector<Piece> outside_pieces(const Person& person, const Spine& spine, const Trunk& trunk) {
  Random random(person.seed, 6);
  std::vector<Piece> pieces;
  if (person.sex == Sex::Female)
    pieces.push_back(breasts(spine, trunk, random));
  if (trunk.arms_down)
    add_arms(pieces, trunk);
  return pieces;
}

std::vector<Piece> wall_pieces(const Person& person, const Spine& spine, const Trunk& trunk) {
  Random random(person.seed, 5);
  std::vector<Piece> pieces;
  add_muscles(pieces, spine, trunk);
  add_ribs(pieces, person, spine, trunk, random);
  pieces.push_back(breast_bone(trunk));
  pieces.push_back(shoulder_girdle(spine, trunk));
  pieces.push_back(hip_bones(spine, trunk));
  return pieces;
}

} // namespace osteocalc::synth
