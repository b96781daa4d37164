// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/synth/chest_anatomy.h"
#include "osteocalc/synth/random.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace osteocalc::synth {
namespace {

constexpr double degree = std::numbers::pi / 180;

using Course = std::vector<Vec3>; ///< (left, front, up) from the root of an average heart, mm

const std::array<Course, 4>& usual_courses() {
  static const std::array<Course, 4> courses{{{{18, -8, -1}, {25, -9, -2}, {31, -9, -3}},
                                              {{31, -9, -3},
                                               {39, -6, -4},
                                               {46, -1, -6},
                                               {53, 6, -11},
                                               {58, 18, -20},
                                               {62, 30, -34},
                                               {65, 40, -50},
                                               {70, 46, -68},
                                               {74, 44, -84}},
                                              {{31, -9, -3},
                                               {39, -16, -7},
                                               {47, -21, -12},
                                               {56, -26, -20},
                                               {66, -30, -28},
                                               {72, -34, -40},
                                               {68, -40, -50},
                                               {52, -45, -60},
                                               {36, -44, -68}},
                                              {{11, 18, -6},
                                               {4, 27, -14},
                                               {-4, 31, -26},
                                               {-8, 31, -40},
                                               {-8, 28, -56},
                                               {-4, 18, -72},
                                               {6, 0, -84},
                                               {20, -18, -86},
                                               {34, -14, -90}}}};
  return courses;
}

Ellipsoid chamber(const Heart& heart, const Vec3& place, const Vec3& axis, const Vec3& semi) {
  Ellipsoid out;
  const Vec3 up = axis[0] * heart.root.left + (-axis[1]) * heart.root.back + axis[2] * heart.root.up;
  out.frame = frame_along(heart.at(place[0], place[1], place[2]), up);
  out.semi_mm = heart.size * semi;
  return out;
}

/// First-order distance to the nearest chamber, for laying the arteries on the heart's surface.
double chamber_distance(const Heart& heart, const Vec3& point) {
  double nearest = 1e9;
  for (const Ellipsoid& e : heart.chambers) {
    const Vec3 p = point - e.frame.center_mm;
    const Vec3 q{dot(p, e.frame.left) / e.semi_mm[0], dot(p, e.frame.back) / e.semi_mm[1],
                 dot(p, e.frame.up) / e.semi_mm[2]};
    const Vec3 gradient{q[0] / e.semi_mm[0], q[1] / e.semi_mm[1], q[2] / e.semi_mm[2]};
    nearest = std::min(nearest, norm(q) * (norm(q) - 1) / norm(gradient));
  }
  return nearest;
}

/// Moves a point along the surface normal until it lies `depth_mm` outside the muscle.
Vec3 laid_on_surface(const Heart& heart, Vec3 point, double depth_mm) {
  for (int i = 0; i < 12; ++i) {
    const double d = chamber_distance(heart, point);
    Vec3 gradient{};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      Vec3 moved = point;
      moved[axis] += 0.1;
      gradient[axis] = (chamber_distance(heart, moved) - d) / 0.1;
    }
    point = point + 0.7 * (depth_mm - d) * normalized(gradient);
  }
  return point;
}

Tube coronary_line(const Heart& heart, const Course& course, double r0, double r1, double depth_mm, bool from_root,
                   Random& random) {
  std::vector<TubeNode> nodes;
  for (std::size_t i = 0; i < course.size(); ++i) {
    const double t = static_cast<double>(i) / static_cast<double>(course.size() - 1);
    Vec3 point = heart.at(course[i][0], course[i][1], course[i][2]);
    for (double& coordinate : point)
      coordinate += i > 1 ? random.vary(0, 1.2) : 0.0;
    // The first piece leaves the aorta and crosses fat; after it the artery lies on the heart.
    if (!from_root || i > 0)
      point = laid_on_surface(heart, point, depth_mm);
    nodes.push_back({point, std::lerp(r0, r1, t)});
  }
  return smooth_tube(nodes, 2.5);
}

} // namespace

Heart build_heart(const Person& person, const Spine& spine, const Trunk& trunk) {
  Random random(person.seed, 7);
  const bool male = person.sex == Sex::Male;
  Heart heart;
  const Block body = spine.body_at(trunk.root_mm);
  const Outline upper = trunk.at(trunk.root_mm - 20).cavity, lower = trunk.at(trunk.root_mm - 80).cavity;
  const double front = std::max(upper.y_mm - upper.half_depth_mm, lower.y_mm - lower.half_depth_mm);
  const double spine_front = body.frame.center_mm[1] - body.half_depth_mm;
  // From the breast bone to the gullet before the spine a heart of the average size needs 101 mm, and its fat 8.
  const double gullet_mm = 14, room = spine_front - front - gullet_mm - 8;
  heart.size = std::min((male ? 0.97 : 0.88) * std::sqrt(spine.size) * random.vary(1.0, 0.04), room / 101);
  const double turn = random.vary(0, 7) * degree;
  heart.root.left = {std::cos(turn), std::sin(turn), 0};
  heart.root.back = {-std::sin(turn), std::cos(turn), 0};
  // The right ventricle lies a few millimetres behind the breast bone.
  const double y = std::min(front + 48 * heart.size + random.uniform(5, 9), spine_front - gullet_mm - 53 * heart.size);
  heart.root.center_mm = {upper.x_mm - 8 + random.vary(0, 4), y, trunk.root_mm};

  // The last one is where the other four meet: no groove cuts that deep.
  heart.chambers = {chamber(heart, {46, -1, -54}, {0.58, 0.52, -0.62}, {35, 35, 52}),
                    chamber(heart, {28, 25, -52}, {0.25, 0.15, -0.95}, {37, 23, 44}),
                    chamber(heart, {12, -34, -22}, {0, 0, 1}, {32, 19, 25}),
                    chamber(heart, {-19, 2, -45}, {0, 0, 1}, {24, 28, 35}),
                    chamber(heart, {4, 2, -46}, {0, 0, 1}, {28, 23, 28})};
  // The auricles lie against the root: the right one before it, the left one beside the pulmonary trunk.
  heart.auricles = {chamber(heart, {-17, 18, -8}, {0.75, 0.6, 0.2}, {9, 11, 15}),
                    chamber(heart, {46, -15, 7}, {0.5, 0.85, 0}, {6, 7, 12})};
  heart.valve_mm = heart.at(7, -1, -11);
  heart.mitral_annulus_mm = {heart.at(25, -18, -38), heart.at(40, -24, -44), heart.at(58, -30, -46)};

  const double r = male ? 1.9 : 1.7, depth = r + 0.3 + 0.6 * trunk.fat;
  const auto& courses = usual_courses();
  heart.coronaries = {{label::coronary_lm, coronary_line(heart, courses[0], r + 0.3, r + 0.1, depth, true, random)},
                      {label::coronary_lad, coronary_line(heart, courses[1], r, 0.9, depth, false, random)},
                      {label::coronary_lcx, coronary_line(heart, courses[2], r, 0.9, depth, false, random)},
                      {label::coronary_rca, coronary_line(heart, courses[3], r, 1.1, depth, true, random)}};
  // One fork: the left main ends where its branches begin.
  heart.coronaries[2].line.nodes.front() = heart.coronaries[1].line.nodes.front();
  heart.coronaries[0].line.nodes.back().center_mm = heart.coronaries[1].line.nodes.front().center_mm;
  return heart;
}

void keep_arteries_off(const Aorta& aorta, Heart& heart) {
  constexpr double gap_mm = 3.0;
  for (std::size_t i = 2; i < heart.coronaries.size(); ++i) // left main and anterior artery stay before the aorta
    for (TubeNode& node : heart.coronaries[i].line.nodes)
      for (const TubeNode& section : aorta.line.nodes) {
        const Vec3 away = node.center_mm - section.center_mm;
        const double lacking = section.radius_mm + node.radius_mm + gap_mm - norm(away);
        const bool descending = section.center_mm[1] > heart.root.center_mm[1] + 30;
        if (descending && lacking > 0)
          node.center_mm = node.center_mm + lacking * normalized(Vec3{away[0], away[1], 0});
      }
}

} // namespace osteocalc::synth
