// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/synth/chest_anatomy.h"

#include "osteocalc/synth/attenuation.h"
#include "osteocalc/synth/random.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace osteocalc::synth {
namespace {

constexpr double degree = std::numbers::pi / 180;

/// How far a point in front of or beside the spine is from the endplates' rim at its height.
double clearance_mm(const Block& body, const Vec3& point) {
  const Vec3 p = point - body.frame.center_mm;
  const double u = dot(p, body.frame.left), v = dot(p, body.frame.back);
  double nearest = 1e9;
  for (double t = -110; t <= 110; t += 5)
    nearest = std::min(nearest, std::hypot(u - body.half_width_mm * std::sin(t * degree),
                                           v + body.half_depth_mm * std::cos(t * degree)));
  return nearest;
}

/// The place beside the spine at height z where a vessel of this radius just clears the endplates by `gap_mm`, at
/// `angle_deg` from straight in front towards the patient's left.
Vec3 beside_spine(const Spine& spine, double z, double angle_deg, double radius_mm, double gap_mm) {
  const Block body = spine.body_at(z);
  const double s = std::sin(angle_deg * degree), c = std::cos(angle_deg * degree);
  Vec3 point{};
  double reach = body.half_depth_mm;
  do {
    point = body.frame.at(reach * s, -reach * c, 0);
    point[2] = z;
    reach += 0.5;
  } while (clearance_mm(body, point) < radius_mm + gap_mm);
  return point;
}

/// Smoothing may have brought the line too near to a vertebra between its nodes.
void clear_spine(Tube& line, const Spine& spine) {
  for (TubeNode& node : line.nodes) {
    const Block body = spine.body_at(node.center_mm[2]);
    const double missing = node.radius_mm + 2 - clearance_mm(body, node.center_mm);
    if (missing > 0) {
      const Vec3 away = node.center_mm - body.frame.center_mm;
      node.center_mm = node.center_mm + missing * normalized({away[0], away[1], 0});
    }
  }
}

/// Radii of a middle-aged person; age widens them, women are narrower.
struct AortaSizes {
  double root, ascending, arch, descending, abdominal, iliac;
};

AortaSizes draw_sizes(const Person& person, Random& random) {
  const double f =
      (person.sex == Sex::Male ? 1.06 : 0.94) * (1 + 0.004 * (person.age_years - 60)) * random.vary(1, 0.05);
  return {16.5 * f, 16.0 * f, 13.8 * f, 12.4 * f, 10.2 * f * random.vary(1, 0.06), 5.6 * f};
}

std::vector<TubeNode> thoracic_nodes(const Spine& spine, const Trunk& trunk, const Heart& heart, const AortaSizes& r,
                                     const Vec3& top_of_descending) {
  const Vec3& d = top_of_descending;
  const Vec3 tube = heart.at(-9, 9, 40); // the ascending aorta leans to the right and the front
  const double apex = trunk.carina_mm + 25 * spine.size;
  const auto on_the_way = [&](double t, double x_extra, double below_apex) {
    return Vec3{std::lerp(tube[0], d[0], t) + x_extra, std::lerp(tube[1], d[1], t), apex - below_apex};
  };
  return {{heart.valve_mm, 0.65 * r.root}, // the annulus; its round end lies in the outflow tract
          {heart.root.center_mm, r.root},
          {heart.at(-5, 5, 16), r.ascending},
          {tube, r.ascending},
          {on_the_way(0.22, 0, 7), r.ascending - 1},
          {on_the_way(0.45, r.arch - 5, 0), r.arch},
          {on_the_way(0.70, r.arch, 1), r.arch},
          {on_the_way(0.92, 0.5 * r.arch, 10), r.arch - 0.5}};
}

/// Angle from the front towards the left, by height: beside the spine in the upper chest, before it in the abdomen.
double side_angle(const Spine& spine, double z) {
  const double top = spine.z_mm(Vertebra::T5), hiatus = spine.z_mm(Vertebra::T12), end = spine.z_mm(Vertebra::L4);
  return z > hiatus ? std::lerp(22.0, 58.0, std::clamp((z - hiatus) / (top - hiatus), 0.0, 1.0))
                    : std::lerp(8.0, 22.0, std::clamp((z - end) / (hiatus - end), 0.0, 1.0));
}

LabelId bed_at(const Vec3& middle, std::size_t index, std::size_t arch_begin, std::size_t arch_end,
               double diaphragm_z) {
  if (index < arch_begin)
    return label::aorta_ascending;
  if (index < arch_end)
    return label::aorta_arch;
  return middle[2] > diaphragm_z ? label::aorta_descending : label::aorta_abdominal;
}

} // namespace

Aorta build_aorta(const Person& person, const Spine& spine, const Trunk& trunk, const Heart& heart) {
  Random random(person.seed, 8);
  const AortaSizes r = draw_sizes(person, random);
  const double top = trunk.carina_mm - 2, bifurcation = spine.z_mm(Vertebra::L4) + random.vary(-4, 6);
  const double hiatus = spine.z_mm(Vertebra::T12);
  const double wander = random.uniform(0, 3) + 0.12 * std::max(0.0, person.age_years - 55),
               phase = random.uniform(0, 6);
  std::vector<TubeNode> descending;
  for (double z = top; z > bifurcation; z -= 16) {
    const double t = (z - bifurcation) / (top - bifurcation);
    const double radius = z > hiatus
                              ? std::lerp(r.descending * 0.95, r.descending, (z - hiatus) / (top - hiatus))
                              : std::lerp(r.abdominal * 0.88, r.abdominal, (z - bifurcation) / (hiatus - bifurcation));
    const double swing = wander * std::sin(phase + 9 * t) * std::min(1.0, 4 * t * (1 - t));
    Vec3 center = beside_spine(spine, z, side_angle(spine, z), radius, 2.8 + 0.9 * std::abs(swing));
    center[0] += swing;
    descending.push_back({center, radius});
  }
  std::vector<TubeNode> nodes = thoracic_nodes(spine, trunk, heart, r, descending.front().center_mm);
  nodes.insert(nodes.end(), descending.begin(), descending.end());
  Aorta aorta{.line = smooth_tube(nodes, 3)};
  clear_spine(aorta.line, spine);

  // The brachiocephalic trunk leaves where the arch begins, the left subclavian artery where it ends.
  const auto nearest_node = [&](const Vec3& point) {
    const auto closer = [&](const TubeNode& a, const TubeNode& b) {
      return norm(a.center_mm - point) < norm(b.center_mm - point);
    };
    return static_cast<std::size_t>(std::ranges::min_element(aorta.line.nodes, closer) - aorta.line.nodes.begin());
  };
  const std::size_t arch_begin = nearest_node(nodes[4].center_mm), arch_end = nearest_node(nodes[7].center_mm);
  const double diaphragm_z = 0.5 * (spine.z_mm(Vertebra::T12) + spine.z_mm(Vertebra::L1));
  const std::size_t valve_end = nearest_node(heart.at(4, 0, -4));
  for (std::size_t i = 1; i < aorta.line.nodes.size(); ++i) {
    const Vec3 middle = 0.5 * (aorta.line.nodes[i - 1].center_mm + aorta.line.nodes[i].center_mm);
    aorta.line.parts.push_back(i <= valve_end ? label::aortic_valve
                                              : bed_at(middle, i, arch_begin, arch_end, diaphragm_z));
  }
  const TubeNode end = aorta.line.nodes.back();
  for (const double side : {-1.0, 1.0}) {
    const double z5 = spine.z_mm(Vertebra::L5);
    Vec3 beside = beside_spine(spine, z5, side * 36, r.iliac, 3.5);
    const Vec3 low{beside[0] + side * 30, beside[1] + 6, z5 - 62};
    (side > 0 ? aorta.iliac_left : aorta.iliac_right) = smooth_tube(
        {{end.center_mm + Vec3{side * 3, 0, -2}, r.iliac + 0.6}, {beside, r.iliac}, {low, r.iliac - 0.5}}, 3);
  }
  return aorta;
}

namespace {

/// A tree of vessels from the hilum into one lung; twigs grow thinner and turn away from the heart.
void add_lung_tree(Piece& piece, const Vec3& from, const Vec3& direction, double radius, int depth, Random& random) {
  const double length = random.uniform(14, 26) * (0.6 + 0.12 * depth);
  const Vec3 to = from + length * direction;
  const double thin = radius * random.uniform(0.68, 0.85);
  piece.tubes.push_back({{{from, radius}, {to, thin}}, 1, {}});
  if (depth == 0)
    return;
  for (int branch = 0; branch < 2; ++branch) {
    const Vec3 turn{random.uniform(-0.8, 0.8), random.uniform(-0.8, 0.8), random.uniform(-0.8, 0.8)};
    add_lung_tree(piece, to, normalized(direction + turn), thin, depth - 1, random);
  }
}

Piece lung_vessels(const Person& person, const Trunk& trunk, const Heart& heart) {
  Random random(person.seed, 9);
  Piece piece{.material = {.outer = {tissue::blood_hu, 0}, .over = Over::LungOnly}};
  const double x = trunk.at(trunk.carina_mm).cavity.x_mm, y = heart.root.center_mm[1] + 34;
  for (const double side : {-1.0, 1.0})
    for (const double up : {0.9, 0.3, -0.4, -1.0, -1.6})
      for (const double back : {-0.9, -0.2, 0.5})
        add_lung_tree(piece, {x + side * 36, y, trunk.carina_mm - 16 + 8 * up}, normalized({side, back, up}), 3.6, 6,
                      random);
  return piece;
}

void add_airways(std::vector<Piece>& pieces, const Spine& spine, const Trunk& trunk) {
  Piece wall{.material = {.outer = {tissue::muscle_hu, 0}, .shell_mm = 1.4F, .core = {tissue::air_hu, 0}}};
  const auto before_spine = [&](double z, double x, double gap) {
    const Block body = spine.body_at(z);
    return Vec3{body.frame.center_mm[0] + x, body.frame.center_mm[1] - body.half_depth_mm - gap, z};
  };
  const Vec3 fork = before_spine(trunk.carina_mm, -5, 24);
  wall.tubes.push_back({{{before_spine(trunk.apex_mm + 40, -1, 20), 9.2}, {fork, 9.0}}, 1, {}});
  wall.tubes.push_back({{{fork, 7.6}, {fork + Vec3{-38, 6, -28}, 6.4}, {fork + Vec3{-60, 10, -58}, 3.6}}, 1, {}});
  wall.tubes.push_back({{{fork, 7.2}, {fork + Vec3{46, 10, -30}, 5.6}, {fork + Vec3{64, 12, -62}, 3.4}}, 1, {}});
  Piece gullet{.material = {.outer = {tissue::muscle_hu, 0}}};
  gullet.tubes.resize(2); // flat when empty
  for (double z = trunk.apex_mm + 40; z > trunk.root_mm - 110; z -= 20)
    for (std::size_t side = 0; side < 2; ++side)
      gullet.tubes[side].nodes.push_back(
          {before_spine(z, (z > trunk.carina_mm ? -1.0 : -8.0) + 8.0 * static_cast<double>(side), 8.5), 4.5});
  pieces.push_back(std::move(gullet));
  pieces.push_back(std::move(wall));
}

/// The pericardial sac with its fat; the arteries run within it.
Piece pericardium(const Trunk& trunk, const Heart& heart) {
  Piece sac{.material = {.outer = {tissue::fat_hu, 0}, .label = label::heart}};
  for (const Coronary& artery : heart.coronaries) {
    Tube fat = artery.line;
    for (TubeNode& node : fat.nodes)
      node.radius_mm = 3.2 + 1.8 * trunk.fat;
    fat.parts.assign(fat.nodes.size() - 1, label::coronary_territory);
    sac.tubes.push_back(std::move(fat));
  }
  for (const auto& parts : {heart.chambers, heart.auricles})
    for (Ellipsoid part : parts) {
      part.semi_mm = part.semi_mm + (1.5 + 3.2 * trunk.fat) * Vec3{1, 1, 1};
      sac.ellipsoids.push_back(part);
    }
  // Beyond the fork of the left main, between its branches, lies a pad of fat.
  sac.ellipsoids.push_back({{.center_mm = heart.at(42, -7, -5)},
                            heart.size * (0.7 + 0.3 * trunk.fat) * Vec3{18, 14, 10},
                            label::coronary_territory});
  return sac;
}

void add_chambers(std::vector<Piece>& pieces, const Heart& heart) {
  Piece muscle{
      .material = {
          .outer = {tissue::myocardium_hu, 0}, .label = label::heart, .shell_mm = 8, .core = {tissue::blood_hu, 0}}};
  muscle.ellipsoids = {heart.chambers[0]};
  Piece thin{.material = {.outer = {tissue::blood_hu + 2, 0}, .label = label::heart}};
  thin.ellipsoids.assign(heart.chambers.begin() + 1, heart.chambers.end());
  thin.ellipsoids.insert(thin.ellipsoids.end(), heart.auricles.begin(), heart.auricles.end());
  pieces.insert(pieces.end(), {thin, muscle});
}

/// Pulmonary trunk and arteries, lung veins, caval veins, the branches of the arch.
Piece great_vessels(const Spine& spine, const Trunk& trunk, const Heart& heart, const Aorta& aorta) {
  Piece piece{.material = {.outer = {tissue::blood_hu, 0}}};
  const double s = heart.size;
  const auto tube = [&](std::vector<TubeNode> nodes) { piece.tubes.push_back(smooth_tube(nodes, 5)); };
  const Vec3 fork = heart.at(24, -12, 33);
  tube({{heart.at(22, 25, -14), 14 * s}, {heart.at(27, 19, 10), 14 * s}, {fork, 13.5 * s}});
  tube({{fork, 11 * s},
        {heart.at(-6, -22, 30), 10 * s},
        {heart.at(-34, -26, 22), 9 * s},
        {heart.at(-54, -30, 4), 7 * s}});
  tube({{fork, 11 * s}, {heart.at(44, -34, 34), 9 * s}, {heart.at(58, -46, 14), 7 * s}});
  for (const double up : {-12.0, -32.0}) {
    tube({{heart.at(30, -36, up), 7 * s}, {heart.at(62, -42, up - 4), 5 * s}});
    tube({{heart.at(4, -34, up), 7 * s}, {heart.at(-48, -36, up - 6), 5 * s}});
  }
  tube({{heart.at(-26, 2, -20), 11 * s},
        {heart.at(-34, -2, 20), 9.5 * s},
        {heart.at(-34, 4, 75), 8.5 * s},
        {heart.at(-38, 6, 125), 8 * s}});
  // Vena cava below: from the right atrium through the liver to the right of the aorta.
  std::vector<TubeNode> cava{{heart.at(-22, -4, -72), 12}};
  for (double z = trunk.root_mm - 100 * s; z > spine.z_mm(Vertebra::L5); z -= 25) {
    const double t = std::clamp((z - spine.z_mm(Vertebra::L2)) / 120, 0.0, 1.0);
    cava.push_back({beside_spine(spine, z, std::lerp(-34, -48, t), 9.5, 3 + 16 * t), 9.5});
  }
  tube(cava);
  const double top = trunk.apex_mm + 40;
  std::vector<Vec3> arch;
  for (std::size_t i = 0; i < aorta.line.parts.size(); ++i)
    if (aorta.line.parts[i] == label::aorta_arch)
      arch.push_back(aorta.line.nodes[i].center_mm);
  const Vec3 first = arch[arch.size() / 8], second = arch[arch.size() / 2], third = arch[arch.size() * 7 / 8];
  tube({{first, 6.2}, {first + Vec3{-8, 2, 32}, 6}, {{first[0] - 26, first[1] + 14, top}, 5}});
  tube({{second, 4.2}, {second + Vec3{6, 0, 34}, 4}, {{second[0] + 12, second[1] - 2, top}, 3.8}});
  tube({{third, 5.2}, {third + Vec3{10, 4, 38}, 5}, {{third[0] + 24, third[1] + 2, top}, 4.5}});
  return piece;
}

/// The diaphragm's crura: behind the liver a sheet of muscle wraps the aorta down to L1, close in front and with fat
/// behind; below it two cords lie against the spine, with hardly any fat between them and the aorta.
void add_crura(std::vector<Piece>& pieces, const Spine& spine, const Trunk& trunk, const Aorta& aorta) {
  const double end = spine.z_mm(Vertebra::L1), fat = 1.2 + 2.0 * trunk.fat, sheet = 3.5;
  Piece muscle{.material = {.outer = {tissue::muscle_hu, 0}, .over = Over::InsideCavity}},
      inside{.material = {.outer = {tissue::fat_hu, 0}, .over = Over::InsideCavity}};
  Tube hiatus;
  for (std::size_t i = 0; i < aorta.line.parts.size(); ++i)
    if (const TubeNode& node = aorta.line.nodes[i]; aorta.line.parts[i] >= label::aorta_descending &&
                                                    node.center_mm[2] > end &&
                                                    node.center_mm[2] < spine.z_mm(Vertebra::T8))
      hiatus.nodes.push_back({node.center_mm + Vec3{0, 0.5 * fat, 0}, node.radius_mm + fat});
  inside.tubes = {hiatus};
  for (TubeNode& node : hiatus.nodes)
    node.radius_mm += sheet;
  muscle.tubes = {hiatus};
  Piece cords{.material = {.outer = {tissue::muscle_hu, 0}}};
  for (const double angle : {-14.0, 52.0}) {
    Tube cord;
    for (double z = end; z > spine.z_mm(Vertebra::L2); z -= 12)
      cord.nodes.push_back({beside_spine(spine, z, angle, 4.0, 1), 4.0});
    cords.tubes.push_back(cord);
  }
  pieces.insert(pieces.end(), {muscle, inside, cords});
}

} // namespace

std::vector<Piece> chest_pieces(const Person& person, const Spine& spine, const Trunk& trunk, const Heart& heart,
                                const Aorta& aorta) {
  std::vector<Piece> pieces{lung_vessels(person, trunk, heart)};
  add_airways(pieces, spine, trunk);
  pieces.push_back(pericardium(trunk, heart));
  add_crura(pieces, spine, trunk, aorta);
  pieces.push_back(great_vessels(spine, trunk, heart, aorta));
  add_chambers(pieces, heart); // the veins end in them
  const Tissue blood{tissue::blood_hu, 0};
  Piece left{.material = {.outer = blood, .label = label::iliac_artery_left}}, right = left, line = left;
  right.material.label = label::iliac_artery_right;
  line.material.label = label::aorta;
  left.tubes = {aorta.iliac_left};
  right.tubes = {aorta.iliac_right};
  line.tubes = {aorta.line};
  pieces.insert(pieces.end(), {left, right, line});
  for (const Coronary& artery : heart.coronaries) {
    Piece vessel{.material = {.outer = blood, .label = label::heart, .part = artery.bed}};
    vessel.tubes = {artery.line};
    pieces.push_back(vessel);
  }
  return pieces;
}

} // namespace osteocalc::synth
