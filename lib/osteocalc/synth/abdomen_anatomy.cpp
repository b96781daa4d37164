// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/synth/anatomy.h"
#include "osteocalc/synth/attenuation.h"
#include "osteocalc/synth/random.h"

namespace osteocalc::synth {
namespace {

Ellipsoid upright(const Vec3& center, const Vec3& semi) {
  return {{.center_mm = center}, semi, 0};
}

Piece organ(float hu, std::vector<Ellipsoid> shapes) {
  return {.material = {.outer = {hu, 0}, .over = Over::InsideCavity}, .ellipsoids = std::move(shapes)};
}

void add_liver_and_spleen(std::vector<Piece>& pieces, const Spine& spine, const Trunk& trunk, Random& random) {
  const double s = spine.size;
  const double z = trunk.right.top_mm, x = trunk.right.x_mm, y = trunk.right.y_mm;
  pieces.push_back(organ(static_cast<float>(random.vary(tissue::liver_hu, 4)),
                         {upright({x - 4, y + 4, z - 70 * s}, {72 * s, 82 * s, 78 * s}),
                          upright({x + 66, y - 42, z - 56 * s}, {62 * s, 42 * s, 34 * s})}));
  const double zs = trunk.left.top_mm - 52 * s;
  pieces.push_back(organ(tissue::spleen_hu, {upright({trunk.left.x_mm + 26, trunk.left.y_mm + 42, zs},
                                                     s * random.vary(1, 0.1) * Vec3{26, 36, 46})}));
}

void add_stomach(std::vector<Piece>& pieces, const Spine& spine, const Trunk& trunk, Random& random) {
  const Vec3 center{trunk.left.x_mm - 8, trunk.left.y_mm - 18, trunk.left.top_mm - 58};
  const double s = spine.size * random.uniform(0.7, 1.1);
  pieces.push_back(organ(tissue::muscle_hu - 10, {upright(center, {42 * s, 44 * s, 48 * s})}));
  pieces.push_back(organ(12, {upright(center, {39 * s, 41 * s, 45 * s})}));
  pieces.push_back(organ(tissue::air_hu, {upright(center + Vec3{0, -26 * s, 6}, {26 * s, 12 * s, 30 * s})}));
}

/// Loops in front of the spine and the colon at the sides, some with gas that rises to the front.
void add_bowel(std::vector<Piece>& pieces, const Spine& spine, const Trunk& trunk, Random& random) {
  Piece wall = organ(tissue::bowel_hu, {}), content = organ(15, {}), gas = organ(tissue::air_hu, {});
  const auto loop = [&](const Vec3& center, const Vec3& semi, double gas_share) {
    wall.ellipsoids.push_back(upright(center, semi));
    content.ellipsoids.push_back(upright(center, semi - Vec3{3, 3, 3}));
    if (random.chance(gas_share))
      gas.ellipsoids.push_back(upright(center + Vec3{0, -0.35 * semi[1], 0}, 0.6 * semi));
  };
  const int loops = static_cast<int>(230 - 100 * trunk.fat);
  for (int i = 0; i < loops; ++i) {
    const double z = random.uniform(-100, spine.z_mm(Vertebra::L1) - 5);
    const Outline cavity = trunk.at(z).cavity;
    const Block body = spine.body_at(z);
    const double spine_front = body.frame.center_mm[1] - body.half_depth_mm;
    const double y = random.uniform(cavity.y_mm - cavity.half_depth_mm + 15, spine_front - 42);
    const double x = cavity.x_mm + random.uniform(-0.62, 0.62) * cavity.half_width_mm;
    loop({x, y, z}, {random.uniform(13, 24), random.uniform(10, 16), random.uniform(11, 18)}, 0.2);
  }
  for (const double side : {-1.0, 1.0})
    for (double z = -60; z < spine.z_mm(Vertebra::L1); z += 17) {
      const Outline cavity = trunk.at(z).cavity;
      const double r = (side < 0 ? 21 : 16) * random.uniform(0.85, 1.15);
      loop({cavity.x_mm + side * (cavity.half_width_mm - r - 5), cavity.y_mm + random.uniform(0, 8), z},
           {r, r, random.uniform(12, 18)}, 0.4);
    }
  pieces.push_back(std::move(wall));
  pieces.push_back(std::move(content));
  pieces.push_back(std::move(gas));
}

void add_kidneys(std::vector<Piece>& pieces, const Spine& spine, const Trunk& trunk, Random& random) {
  const double s = spine.size * random.vary(1.0, 0.06);
  for (const double side : {-1.0, 1.0}) {
    const double z = 0.5 * (spine.z_mm(Vertebra::L1) + spine.z_mm(Vertebra::L2)) + (side > 0 ? 9 : -7);
    const Block body = spine.body_at(z);
    const Vec3 center = body.frame.at(side * (body.half_width_mm + 38 * s), -6, 0);
    const double fat = 3 + 9 * trunk.fat;
    const Frame frame = frame_along(center, {-side * 0.25, 0.2, 1});
    pieces.push_back(organ(tissue::fat_hu, {{frame, s * Vec3{26, 28, 52} + fat * Vec3{1, 1, 1}, 0}}));
    pieces.push_back({.material = {.outer = {tissue::kidney_hu, 0}}, .ellipsoids = {{frame, s * Vec3{26, 28, 52}, 0}}});
    Frame hilum = frame;
    hilum.center_mm = frame.at(-side * 14 * s, -4, 0);
    pieces.push_back(
        {.material = {.outer = {tissue::fat_hu + 25, 0}}, .ellipsoids = {{hilum, s * Vec3{12, 9, 22}, 0}}});
  }
}

} // namespace

std::vector<Piece> abdomen_pieces(const Person& person, const Spine& spine, const Trunk& trunk) {
  Random random(person.seed, 10);
  std::vector<Piece> pieces;
  add_bowel(pieces, spine, trunk, random);
  add_stomach(pieces, spine, trunk, random);
  add_liver_and_spleen(pieces, spine, trunk, random);
  add_kidneys(pieces, spine, trunk, random);
  return pieces;
}

} // namespace osteocalc::synth
