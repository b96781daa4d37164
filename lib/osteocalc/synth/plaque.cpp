// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/synth/plaque.h"

#include "osteocalc/core/error.h"
#include "osteocalc/synth/attenuation.h"
#include "osteocalc/synth/random.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <numbers>
#include <set>

namespace osteocalc::synth {
namespace {

/// Whether a point is within the aorta or 2 mm of it. Its first nodes are the root's.
bool in_root(const Torso& torso, const Vec3& point) {
  const auto near = [&](const TubeNode& node) { return norm(node.center_mm - point) < node.radius_mm + 2; };
  const auto& nodes = torso.aorta.line.nodes;
  return std::any_of(nodes.begin(),
                     nodes.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(nodes.size(), 12)), near);
}

/// The pieces of a vessel that may hold plaque of one bed: indices into nodes, each a piece's start.
struct Site {
  const Tube* line = nullptr;
  std::vector<std::size_t> pieces;
};

Site site_of(const Torso& torso, LabelId bed) {
  Site site;
  for (const Coronary& artery : torso.heart.coronaries)
    if (artery.bed == bed)
      site.line = &artery.line;
  if (bed == label::iliac_artery_left)
    site.line = &torso.aorta.iliac_left;
  if (bed == label::iliac_artery_right)
    site.line = &torso.aorta.iliac_right;
  const bool aortic = bed == label::aortic_valve || (bed >= label::aorta_ascending && bed <= label::aorta_abdominal);
  if (aortic)
    site.line = &torso.aorta.line;
  if (site.line == nullptr)
    throw ConfigError(
        fmt::format("no artery has the label {} (calcium cannot be placed there); name a coronary artery, "
                    "a segment of the aorta, the aortic valve or an iliac artery",
                    bed));
  // Where the left main forks a plaque lies in both branches, and at the origin in the root's wall as well: whose it is
  // would be a matter of opinion.
  std::size_t first = bed == label::coronary_lad || bed == label::coronary_lcx ? 2 : 0;
  if (bed == label::coronary_lm || bed == label::coronary_rca)
    while (first + 2 < site.line->nodes.size() && in_root(torso, site.line->nodes[first].center_mm))
      ++first;
  for (std::size_t i = first; i + 1 < site.line->nodes.size(); ++i)
    if (!aortic || site.line->parts[i] == bed)
      site.pieces.push_back(i);
  return site;
}

bool is_coronary(LabelId bed) {
  return bed >= label::coronary_lm && bed <= label::coronary_rca;
}

/// Half axes (across the wall, around it, along it) and density of one plaque; heavier loads come in bigger ones.
void draw_size(Plaque& plaque, double load_mg, Random& random) {
  if (is_coronary(plaque.bed)) {
    const double growth = std::clamp(std::cbrt(load_mg / 40), 0.9, 1.3);
    plaque.shape.semi_mm = growth * Vec3{random.uniform(1.0, 1.6), random.uniform(1.1, 1.8), random.uniform(1.8, 4.5)};
    plaque.density_mg_cm3 = random.uniform(250, 650);
    return;
  }
  const double growth = std::clamp(std::cbrt(load_mg / 200), 0.75, 1.5);
  const double across = std::min(1.7, growth * random.uniform(0.8, 1.4));
  const double limit = plaque.bed == label::aortic_valve ? 2.5 : 6.0;
  plaque.shape.semi_mm = {across, std::min(limit, growth * random.uniform(1.5, 4.5)),
                          std::min(limit, growth * random.uniform(1.8, 6.0))};
  plaque.density_mg_cm3 = random.uniform(250, 600);
}

/// Puts the plaque at a piece of the vessel: in the middle of a coronary artery or valve, in the wall of the others.
void place(Plaque& plaque, const Site& site, Random& random) {
  // Coronary plaque favours the first half of an artery.
  const double share = is_coronary(plaque.bed) ? 0.85 * std::pow(random.uniform(0, 1), 1.3) : random.uniform(0, 1);
  const std::size_t i = site.pieces[static_cast<std::size_t>(share * static_cast<double>(site.pieces.size()))];
  const TubeNode& a = site.line->nodes[i];
  const TubeNode& b = site.line->nodes[i + 1];
  const Vec3 along = normalized(b.center_mm - a.center_mm);
  const Vec3 helper = std::abs(along[0]) < 0.8 ? Vec3{1, 0, 0} : Vec3{0, 1, 0};
  const Vec3 one = normalized(cross(along, helper)), two = cross(along, one);
  const double angle = random.uniform(0, 2 * std::numbers::pi);
  const Vec3 out = std::cos(angle) * one + std::sin(angle) * two;
  const double across = plaque.shape.semi_mm[0];
  const double reach = is_coronary(plaque.bed)             ? std::max(0.0, a.radius_mm - across)
                       : plaque.bed == label::aortic_valve ? random.uniform(0.1, 0.6) * a.radius_mm
                                                           : a.radius_mm - 0.5 * across;
  plaque.shape.frame = {0.5 * (a.center_mm + b.center_mm) + reach * out, out, cross(along, out), along};
}

void fill_bed(std::vector<Plaque>& plaques, const Torso& torso, const CalciumLoad& load) {
  Random random(torso.person.seed, 20 + load.bed);
  const Site site = site_of(torso, load.bed);
  if (!(load.mass_mg >= 0))
    throw ConfigError(
        fmt::format("a calcium mass of {} mg cannot be placed (mass is not negative); give 0 or more", load.mass_mg));
  for (double left_mg = load.mass_mg; left_mg > 1e-9;) {
    Plaque plaque{.bed = load.bed};
    draw_size(plaque, load.mass_mg, random);
    if (plaque.mass_mg() > left_mg) // the last one is made to fit
      plaque.shape.semi_mm = std::cbrt(left_mg / plaque.mass_mg()) * plaque.shape.semi_mm;
    left_mg -= plaque.mass_mg();
    place(plaque, site, random);
    plaques.push_back(plaque);
  }
}

/// Whether points are inside an ellipsoid.
class Inside {
 public:
  explicit Inside(const Ellipsoid& e)
      : center_(e.frame.center_mm), a_((1 / e.semi_mm[0]) * e.frame.left), b_((1 / e.semi_mm[1]) * e.frame.back),
        c_((1 / e.semi_mm[2]) * e.frame.up) {}
  bool operator()(const Vec3& point) const {
    const double x = point[0] - center_[0], y = point[1] - center_[1], z = point[2] - center_[2];
    const double u = a_[0] * x + a_[1] * y + a_[2] * z, v = b_[0] * x + b_[1] * y + b_[2] * z,
                 w = c_[0] * x + c_[1] * y + c_[2] * z;
    return u * u + v * v + w * w <= 1;
  }

 private:
  Vec3 center_, a_, b_, c_;
};

} // namespace

LabelId structure_of_bed(LabelId bed) {
  if (is_coronary(bed))
    return label::heart;
  return bed == label::iliac_artery_left || bed == label::iliac_artery_right ? bed : label::aorta;
}

std::vector<Plaque> place_calcium(const Torso& torso, std::span<const CalciumLoad> loads) {
  std::vector<Plaque> plaques;
  std::set<LabelId> filled;
  for (const CalciumLoad& load : loads) {
    if (!filled.insert(load.bed).second)
      throw ConfigError(fmt::format("{} is given calcium twice (which mass holds is unclear); give one load a bed",
                                    label_name(load.bed)));
    fill_bed(plaques, torso, load);
  }
  return plaques;
}

void paint_plaques(Canvas& canvas, std::span<const Plaque> plaques, double layer_mm) {
  // All the soft tissue first: where plaques overlap their mineral adds up.
  for (const Plaque& plaque : plaques) {
    Ellipsoid wall = plaque.shape;
    wall.semi_mm = wall.semi_mm + Vec3{0.7, 0.7, 0.7};
    wall.part = 0;
    canvas.join(wall);
    const LabelId structure = structure_of_bed(plaque.bed);
    canvas.paint({.outer = {tissue::blood_hu, 0},
                  .label = structure,
                  .part = structure == plaque.bed ? LabelId{0} : plaque.bed});
  }
  for (const Plaque& plaque : plaques)
    canvas.deposit(bounds(plaque.shape), plaque.density_mg_cm3, layer_mm, Inside(plaque.shape));
}

} // namespace osteocalc::synth
