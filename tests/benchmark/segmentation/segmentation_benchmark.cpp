// SPDX-License-Identifier: Apache-2.0
// How well the anatomy is found: phantoms over the range of scans that the method must work on, and a real scan with a
// network's labels. Usage: segmentation_benchmark [SEEDS] [FIRST_SEED] [TOTALSEG_FOLDER]; one table on stdout.
#include "agreement.h"

#include "osteocalc/image/label_alignment.h"
#include "osteocalc/io/nifti.h"
#include "osteocalc/segmentation/segment.h"
#include "osteocalc/synth/ct.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <map>
#include <string>
#include <vector>

namespace osteocalc::benchmark {
namespace {

/// One protocol of the range; seeds take them in turn.
struct Protocol {
  const char* name;
  synth::Scanner scanner;
};

std::vector<Protocol> protocols() {
  using synth::Field;
  const auto scanner = [](Field field, int matrix, double pixel, double increment, double kvp, double psf,
                          double noise) {
    synth::Scanner s;
    s.field = field;
    s.matrix = matrix;
    s.pixel_mm = pixel;
    s.increment_mm = s.nominal_thickness_mm = increment;
    s.kvp_kv = kvp;
    s.psf_fwhm_mm = psf;
    s.noise_sd_hu = noise;
    return s;
  };
  return {{"whole 3 mm", scanner(Field::ChestAbdomen, 256, 1.5, 3, 120, 1.1, 12)},
          {"chest 1.5 mm sharp", scanner(Field::Chest, 320, 1.15, 1.5, 120, 0.7, 35)},
          {"abdomen 5 mm", scanner(Field::Abdomen, 256, 1.5, 5, 100, 1.2, 12)},
          {"heart 3 mm", scanner(Field::Heart, 512, 0.39, 3, 120, 0.9, 20)},
          {"chest 5 mm smooth", scanner(Field::Chest, 256, 1.4, 5, 120, 1.6, 10)},
          {"whole 2 mm 140 kV", scanner(Field::ChestAbdomen, 256, 1.5, 2, 140, 1.2, 15)},
          {"abdomen 1 mm 80 kV", scanner(Field::Abdomen, 320, 1.2, 1, 80, 1.0, 25)},
          {"heart 2.5 mm 100 kV", scanner(Field::Heart, 512, 0.45, 2.5, 100, 1.0, 25)}};
}

struct Sums {
  std::vector<double> values;
  void add(double value) { values.push_back(value); }
  [[nodiscard]] double mean() const {
    double sum = 0;
    for (const double v : values)
      sum += v;
    return values.empty() ? std::nan("") : sum / static_cast<double>(values.size());
  }
  [[nodiscard]] double lowest() const { return values.empty() ? std::nan("") : *std::ranges::min_element(values); }
};

struct Tally {
  Sums body, whole, aorta, heart, body_surface_mm, aorta_surface_mm, center_mm, seconds;
  int levels = 0, levels_right = 0, levels_certain = 0, certain_wrong = 0, levels_missed = 0;
  int plaques = 0, plaques_right = 0;

  void merge(const Tally& other) {
    const auto append = [](Sums& to, const Sums& from) {
      to.values.insert(to.values.end(), from.values.begin(), from.values.end());
    };
    append(body, other.body);
    append(whole, other.whole);
    append(aorta, other.aorta);
    append(heart, other.heart);
    append(body_surface_mm, other.body_surface_mm);
    append(aorta_surface_mm, other.aorta_surface_mm);
    append(center_mm, other.center_mm);
    append(seconds, other.seconds);
    levels += other.levels;
    levels_right += other.levels_right;
    levels_certain += other.levels_certain;
    certain_wrong += other.certain_wrong;
    levels_missed += other.levels_missed;
    plaques += other.plaques;
    plaques_right += other.plaques_right;
  }

  void print(const std::string& name) const {
    const auto ratio = [](int part, int all) { return all == 0 ? std::string("-") : fmt::format("{}/{}", part, all); };
    fmt::print(
        "| {} | {:.3f} ({:.3f}) | {:.3f} | {:.3f} ({:.3f}) | {:.3f} | {:.2f} | {:.2f} | {:.1f} | {} | {} wrong | "
        "{} | {} | {:.1f} |\n",
        name, body.mean(), body.lowest(), whole.mean(), aorta.mean(), aorta.lowest(), heart.mean(),
        body_surface_mm.mean(), aorta_surface_mm.mean(), center_mm.mean(), ratio(levels_right, levels),
        ratio(certain_wrong, levels_certain), levels_missed, ratio(plaques_right, plaques), seconds.mean());
    std::fflush(stdout);
  }
};

bool is_aorta(LabelId id) {
  return id == label::aorta;
}

/// Bodies cut by the field of view are scored neither here nor there.
bool within(const LabelBox& box, const VolumeGeometry& grid) {
  return box.low[2] > 0 && box.high[2] < grid.size[2] - 1 && box.low[1] > 0 && box.high[1] < grid.size[1] - 1 &&
         box.low[0] > 0 && box.high[0] < grid.size[0] - 1;
}

/// The finding whose centre lies within the true body, if any.
const segmentation::VertebraFinding* finding_at(const segmentation::Segmentation& found, const Vec3& center_mm) {
  const segmentation::VertebraFinding* nearest = nullptr;
  double nearest_mm = 12;
  for (const segmentation::VertebraFinding& vertebra : found.vertebrae)
    if (const double away = norm(vertebra.center_mm - center_mm); away < nearest_mm) {
      nearest = &vertebra;
      nearest_mm = away;
    }
  return nearest;
}

Vec3 center_of(const Volume<LabelId>& labels, LabelId id, const LabelBox& box) {
  Vec3 sum{};
  for (int z = box.low[2]; z <= box.high[2]; ++z)
    for (int y = box.low[1]; y <= box.high[1]; ++y)
      for (int x = box.low[0]; x <= box.high[0]; ++x)
        if (labels(x, y, z) == id)
          sum = sum + Vec3{double(x), double(y), double(z)};
  return index_to_point(labels.geometry(), (1.0 / static_cast<double>(box.count)) * sum);
}

void tally_spine(const segmentation::Segmentation& found, const Volume<LabelId>& wholes, const Volume<LabelId>& bodies,
                 Tally& tally) {
  for (const auto& [id, box] : label_boxes(bodies)) {
    const auto level = vertebra_from_body_label(id);
    if (!level || *level == Vertebra::S1 || !within(box, bodies.geometry()))
      continue;
    const Vec3 center_mm = center_of(bodies, id, box);
    const segmentation::VertebraFinding* vertebra = finding_at(found, center_mm);
    if (!vertebra) {
      ++tally.levels_missed;
      tally.body.add(0);
      continue;
    }
    ++tally.levels;
    tally.levels_right += vertebra->level == *level ? 1 : 0;
    tally.levels_certain += vertebra->confidence >= 0.95 ? 1 : 0;
    tally.certain_wrong += vertebra->confidence >= 0.95 && vertebra->level != *level ? 1 : 0;
    tally.center_mm.add(norm(vertebra->center_mm - center_mm));
    const LabelId found_body = vertebral_body_label(vertebra->level);
    const LabelId found_whole = whole_vertebra_label(vertebra->level), true_whole = whole_vertebra_label(*level);
    if (const auto body = agreement(
            found.parts.voxels, [&](LabelId v) { return v == found_body; }, bodies,
            [&, body_id = id](LabelId v) { return v == body_id; })) {
      tally.body.add(body->dice);
      if (body->surface_mm)
        tally.body_surface_mm.add(*body->surface_mm);
    }
    if (const auto whole = agreement(
            found.wholes.voxels, [&](LabelId v) { return v == found_whole; }, wholes,
            [&](LabelId v) { return v == true_whole; }))
      tally.whole.add(whole->dice);
  }
}

void tally_vessels(const segmentation::Segmentation& found, const Volume<LabelId>& wholes, Tally& tally) {
  if (const auto aorta = agreement(found.wholes.voxels, is_aorta, wholes, is_aorta)) {
    tally.aorta.add(aorta->dice);
    if (aorta->surface_mm)
      tally.aorta_surface_mm.add(*aorta->surface_mm);
  }
  const auto is_heart = [](LabelId id) { return id == label::heart; };
  if (const auto heart = agreement(found.wholes.voxels, is_heart, wholes, is_heart))
    tally.heart.add(heart->dice);
}

/// Coronary plaques that the scan shows (a connected bright spot at their place): is each in its own artery?
void tally_plaques(const segmentation::Segmentation& found, const synth::SyntheticCt& ct, Tally& tally) {
  const Volume<std::int16_t>& hu = ct.image.hu;
  for (const synth::Plaque& plaque : ct.truth.plaques) {
    if (plaque.bed < label::coronary_lm || plaque.bed > label::coronary_rca)
      continue;
    const Vec3 index = point_to_index(hu.geometry(), plaque.shape.frame.center_mm);
    const int reach = 2;
    std::map<LabelId, int> votes;
    int bright = 0;
    for (int dy = -reach; dy <= reach; ++dy)
      for (int dx = -reach; dx <= reach; ++dx) {
        const int x = static_cast<int>(std::lround(index[0])) + dx, y = static_cast<int>(std::lround(index[1])) + dy;
        const int z = static_cast<int>(std::lround(index[2]));
        if (hu.contains(x, y, z) && hu(x, y, z) >= 130) {
          ++bright;
          ++votes[found.parts.voxels(x, y, z)];
        }
      }
    if (bright * hu.geometry().spacing_mm[0] * hu.geometry().spacing_mm[1] < 1)
      continue;
    const auto winner = std::ranges::max_element(votes, {}, [](const auto& vote) { return vote.second; });
    ++tally.plaques;
    tally.plaques_right += winner->first == plaque.bed ? 1 : 0;
  }
}

Tally run_phantom(const Protocol& protocol, std::uint32_t seed) {
  synth::CtRequest request;
  request.person = synth::draw_person(seed);
  request.scanner = protocol.scanner;
  request.calcium = synth::draw_calcium(request.person);
  const synth::SyntheticCt ct = synth::make_ct(request, {});
  const auto start = std::chrono::steady_clock::now();
  const segmentation::Segmentation found = segmentation::segment(ct.image.hu, {});
  Tally tally;
  tally.seconds.add(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  tally_spine(found, ct.labels.voxels, ct.parts.voxels, tally);
  tally_vessels(found, ct.labels.voxels, tally);
  tally_plaques(found, ct, tally);
  return tally;
}

/// Body labels 260 + ... from TotalSegmentator's whole vertebrae and its body mask.
Volume<LabelId> totalseg_bodies(const Volume<LabelId>& wholes, const Volume<LabelId>& body_and_disc) {
  Volume<LabelId> bodies(wholes.geometry(), 0);
  for (std::size_t i = 0; i < bodies.voxels().size(); ++i)
    if (const auto level = vertebra_from_whole_label(wholes.voxels()[i]); level && body_and_disc.voxels()[i] == 1)
      bodies.voxels()[i] = vertebral_body_label(*level);
  return bodies;
}

void run_totalseg(const std::filesystem::path& folder) {
  const CtImage image = io::read_nifti_ct(folder / "ct.nii.gz");
  Issues issues;
  const auto labels = [&](const char* file) {
    return aligned_labels(io::read_labels(folder / file), image.hu.geometry(), {}, issues);
  };
  const LabelMap wholes = labels("labels_117.nii.gz");
  const LabelMap bodies = labels("labels_vertebral_body_and_disc.nii.gz");
  const segmentation::Segmentation found = segmentation::segment(image.hu, {});
  const Volume<LabelId> true_bodies = totalseg_bodies(wholes.voxels, bodies.voxels);
  Sums body_mean, whole_mean;
  for (const Vertebra level : {Vertebra::L5, Vertebra::L4, Vertebra::L3, Vertebra::L2, Vertebra::L1, Vertebra::T12}) {
    const auto is = [](LabelId id) { return [id](LabelId v) { return v == id; }; };
    const LabelId body = vertebral_body_label(level), whole = whole_vertebra_label(level);
    const auto a = agreement(found.parts.voxels, is(body), true_bodies, is(body));
    const auto b = agreement(found.wholes.voxels, is(whole), wholes.voxels, is(whole));
    body_mean.add(a ? a->dice : 0);
    whole_mean.add(b ? b->dice : 0);
    fmt::print("totalseg {} body {:.3f} whole {:.3f}\n", to_string(level), a ? a->dice : 0, b ? b->dice : 0);
  }
  const auto aorta = agreement(found.wholes.voxels, is_aorta, wholes.voxels, is_aorta);
  fmt::print("totalseg mean body {:.3f} whole {:.3f} aorta {:.3f}; levels found:", body_mean.mean(), whole_mean.mean(),
             aorta ? aorta->dice : 0);
  for (const segmentation::VertebraFinding& vertebra : found.vertebrae)
    fmt::print(" {} ({:.2f})", to_string(vertebra.level), vertebra.confidence);
  fmt::print("\n");
}

void run(int seeds, int first, const char* totalseg) {
  if (totalseg)
    run_totalseg(totalseg);
  fmt::print(
      "| scan | body Dice (lowest) | whole vertebra | aorta (lowest) | heart | body surface mm | aorta surface mm | "
      "centre mm | levels right | certain | missed | plaques in their artery | seconds |\n"
      "|---|---|---|---|---|---|---|---|---|---|---|---|---|\n");
  const std::vector<Protocol> all = protocols();
  std::vector<Tally> by_protocol(all.size());
  Tally total;
  for (int i = 0; i < seeds; ++i) {
    const std::size_t which = static_cast<std::size_t>(i) % all.size();
    const Tally one = run_phantom(all[which], static_cast<std::uint32_t>(first + i));
    one.print(fmt::format("{} seed {}", all[which].name, first + i));
    by_protocol[which].merge(one);
    total.merge(one);
  }
  for (std::size_t i = 0; i < all.size(); ++i)
    by_protocol[i].print(fmt::format("**{}**", all[i].name));
  total.print("**all**");
}

} // namespace
} // namespace osteocalc::benchmark

int main(int argc, char** argv) {
  osteocalc::benchmark::run(argc > 1 ? std::atoi(argv[1]) : 40, argc > 2 ? std::atoi(argv[2]) : 1,
                            argc > 3 ? argv[3] : nullptr);
}
