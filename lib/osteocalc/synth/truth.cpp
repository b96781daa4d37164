// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/synth/truth.h"

#include "osteocalc/core/error.h"
#include "osteocalc/core/hashing.h"
#include "osteocalc/io/dicom_ct_writer.h"
#include "osteocalc/io/nifti.h"

#include <cmath>
#include <fmt/format.h>
#include <fstream>
#include <nlohmann/json.hpp>

namespace osteocalc::synth {
namespace {

using Json = nlohmann::ordered_json;

/// A micrometre and a microgram are enough: shorter files, and no last digits that depend on the compiler.
double tidy(double value) {
  return std::round(value * 1e3) / 1e3;
}
Json tidy(const Vec3& v) {
  return {tidy(v[0]), tidy(v[1]), tidy(v[2])};
}
Json direction(const Vec3& v) {
  return {std::round(v[0] * 1e6) / 1e6, std::round(v[1] * 1e6) / 1e6, std::round(v[2] * 1e6) / 1e6};
}

bool inside(const VolumeGeometry& grid, const Box& box) {
  const Vec3 low = point_to_index(grid, box.low), high = point_to_index(grid, box.high);
  for (std::size_t axis = 0; axis < 3; ++axis)
    if (low[axis] < -0.5 || high[axis] > grid.size[axis] - 0.5)
      return false;
  return true;
}

Json scanner_json(const Scanner& s, const VolumeGeometry& grid) {
  return {{"kvp_kv", s.kvp_kv},
          {"effective_energy_kev", tidy(effective_energy_kev(s.kvp_kv))},
          {"ha_hu_per_mg_cm3", tidy(hu_per_mg_cm3(s.kvp_kv))},
          {"kernel", s.kernel},
          {"nominal_thickness_mm", s.nominal_thickness_mm},
          {"psf_fwhm_mm", s.psf_fwhm_mm},
          {"noise_sd_hu", s.noise_sd_hu},
          {"noise_correlation_mm", s.noise_correlation_mm},
          {"size", grid.size},
          {"spacing_mm", grid.spacing_mm},
          {"origin_mm", tidy(grid.origin_mm)}};
}

Json person_json(const Person& p) {
  return {{"seed", p.seed},
          {"age_years", p.age_years},
          {"sex", to_string(p.sex)},
          {"height_cm", tidy(p.height_cm)},
          {"bmi_kg_m2", tidy(p.bmi_kg_m2)}};
}

Json vertebra_json(const VertebraForm& form, const CtTruth& truth) {
  const Block& body = form.body;
  return {{"level", to_string(form.level)},
          {"label", whole_vertebra_label(form.level)},
          {"body_label", vertebral_body_label(form.level)},
          {"trabecular_mg_cm3", tidy(form.trabecular_mg_cm3)},
          {"trabecular_hu", tidy(trabecular_hu(form.trabecular_mg_cm3, truth.scanner.kvp_kv))},
          {"center_mm", tidy(body.frame.center_mm)},
          {"left", direction(body.frame.left)},
          {"back", direction(body.frame.back)},
          {"up", direction(body.frame.up)},
          {"heights_mm",
           {{"anterior", tidy(body.anterior_mm)},
            {"middle", tidy(body.middle_mm)},
            {"posterior", tidy(body.posterior_mm)}}},
          {"width_mm", tidy(2 * body.half_width_mm)},
          {"depth_mm", tidy(2 * body.half_depth_mm)},
          {"osteophytes", form.osteophytes},
          {"inside_image", inside(truth.grid, bounds(body))}};
}

Json bed_json(const CalciumLoad& load, const CtTruth& truth) {
  Json plaques = Json::array();
  double inside_mg = 0;
  for (const Plaque& p : truth.plaques) {
    if (p.bed != load.bed)
      continue;
    const bool in = inside(truth.grid, bounds(p.shape));
    inside_mg += in ? p.mass_mg() : 0.0;
    plaques.push_back({{"center_mm", tidy(p.shape.frame.center_mm)},
                       {"semi_axes_mm", tidy(p.shape.semi_mm)},
                       {"volume_mm3", tidy(p.volume_mm3())},
                       {"density_mg_cm3", tidy(p.density_mg_cm3)},
                       {"mass_mg", tidy(p.mass_mg())},
                       {"inside_image", in}});
  }
  return {{"bed", label_name(load.bed)},
          {"label", load.bed},
          {"mass_mg", tidy(load.mass_mg)},
          {"mass_inside_image_mg", tidy(inside_mg)},
          {"plaques", std::move(plaques)}};
}

Json line_json(const Tube& line) {
  Json nodes = Json::array();
  for (std::size_t i = 0; i < line.nodes.size(); ++i) {
    Json node{{"center_mm", tidy(line.nodes[i].center_mm)}, {"radius_mm", tidy(line.nodes[i].radius_mm)}};
    if (i < line.parts.size())
      node["bed"] = label_name(line.parts[i]);
    nodes.push_back(std::move(node));
  }
  return nodes;
}

Json slab_json(const CalibrationSlab& slab, double kvp_kv) {
  Json rods = Json::array();
  for (const CalibrationRod& rod : slab.rods)
    rods.push_back({{"x_mm", rod.center_mm[0]},
                    {"y_mm", tidy(rod.center_mm[1])},
                    {"density_mg_cm3", rod.density_mg_cm3},
                    {"water_mg_cm3", rod.water_mg_cm3},
                    {"hu", tidy(slab.rod_hu(rod, kvp_kv))}});
  return {{"phantom", slab.name},
          {"material", slab.mineral == Mineral::Hydroxyapatite ? "HA" : "K2HPO4"},
          {"rod_radius_mm", CalibrationSlab::rod_radius_mm},
          {"rods", std::move(rods)}};
}

Json label_names(const CtTruth& truth) {
  Json names = Json::object();
  const auto name = [&](LabelId id) { names[std::to_string(id)] = label_name(id); };
  for (const LabelId id :
       {label::heart, label::aorta, label::iliac_artery_left, label::iliac_artery_right, label::coronary_territory,
        label::coronary_lm, label::coronary_lad, label::coronary_lcx, label::coronary_rca, label::aortic_valve,
        label::aorta_ascending, label::aorta_arch, label::aorta_descending, label::aorta_abdominal})
    name(id);
  for (const VertebraForm& form : truth.torso.spine.vertebrae) {
    name(whole_vertebra_label(form.level));
    name(vertebral_body_label(form.level));
  }
  return names;
}

void write_text(const std::filesystem::path& file, const std::string& text) {
  std::ofstream out(file, std::ios::binary);
  out << text;
  if (!out.flush())
    throw IoError(
        fmt::format("{} cannot be written (disk full or no permission?); choose another folder", file.string()));
}

io::CtSeriesOptions series_options(const CtAcquisition& from, std::string uid_seed, Parallel parallel) {
  io::CtSeriesOptions options;
  options.uid_seed = std::move(uid_seed);
  options.kvp_kv = from.kvp_kv;
  options.nominal_thickness_mm = from.nominal_thickness_mm;
  options.kernel = from.kernel;
  options.age_years = from.age_years;
  options.sex = from.sex;
  options.parallel = parallel;
  if (!from.patient_id.empty())
    options.patient_id = from.patient_id;
  return options;
}

} // namespace

std::string truth_json(const CtTruth& truth) {
  const Torso& torso = truth.torso;
  Json json{{"schema", "osteocalc.truth/1"},
            {"kind", "torso"},
            {"person", person_json(torso.person)},
            {"scanner", scanner_json(truth.scanner, truth.grid)}};
  for (const VertebraForm& form : torso.spine.vertebrae)
    json["vertebrae"].push_back(vertebra_json(form, truth));
  json["beds"] = Json::array();
  for (const CalciumLoad& load : truth.loads)
    json["beds"].push_back(bed_json(load, truth));
  json["aorta"] = line_json(torso.aorta.line);
  for (const Coronary& artery : torso.heart.coronaries)
    json["coronaries"][label_name(artery.bed)] = line_json(artery.line);
  json["landmarks"] = {{"aortic_root_mm", tidy(torso.heart.root.center_mm)},
                       {"aortic_valve_mm", tidy(torso.heart.valve_mm)},
                       {"carina_z_mm", tidy(torso.trunk.carina_mm)}};
  for (const Vec3& point : torso.heart.mitral_annulus_mm)
    json["landmarks"]["mitral_annulus_mm"].push_back(tidy(point));
  json["calibration"] = truth.slab ? slab_json(*truth.slab, truth.scanner.kvp_kv) : Json(nullptr);
  json["labels"] = label_names(truth);
  return json.dump(1) + "\n";
}

std::string truth_json(const PhantomTruth& truth) {
  Json json{{"schema", "osteocalc.truth/1"},
            {"kind", "calcification_insert"},
            {"scanner", scanner_json(truth.scanner, truth.grid)},
            {"background_hu", truth.background_hu},
            {"rod_200_center_mm", tidy(truth.rod_center_mm)},
            {"water_center_mm", tidy(truth.water_center_mm)}};
  for (const HaCylinder& c : truth.cylinders)
    json["cylinders"].push_back({{"center_mm", tidy(c.center_mm)},
                                 {"diameter_mm", c.diameter_mm},
                                 {"length_mm", c.diameter_mm},
                                 {"density_mg_cm3", c.density_mg_cm3},
                                 {"volume_mm3", tidy(c.volume_mm3())},
                                 {"mass_mg", tidy(c.mass_mg())}});
  return json.dump(1) + "\n";
}

void write_ct_study(const SyntheticCt& ct, const std::filesystem::path& folder, Parallel parallel) {
  const CtAcquisition& from = ct.image.acquisition;
  const std::string truth = truth_json(ct.truth);
  // The truth differs whenever anything of the scan does, and so do the UIDs.
  const std::string uid_seed = from.patient_id + sha256_hex(truth);
  io::write_dicom_ct(ct.image.hu, folder / "dicom", series_options(from, uid_seed, parallel));
  io::write_labels(ct.labels, folder / "labels.nii.gz");
  io::write_labels(ct.parts, folder / "labels_parts.nii.gz");
  write_text(folder / "truth.json", truth);
}

void write_phantom_study(const SyntheticPhantom& phantom, const std::filesystem::path& folder, Parallel parallel) {
  const std::string truth = truth_json(phantom.truth);
  io::write_dicom_ct(phantom.image.hu, folder / "dicom",
                     series_options(phantom.image.acquisition, sha256_hex(truth), parallel));
  write_text(folder / "truth.json", truth);
}

} // namespace osteocalc::synth
