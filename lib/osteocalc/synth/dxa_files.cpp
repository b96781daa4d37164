// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/synth/dxa_files.h"

#include "osteocalc/core/error.h"
#include "osteocalc/core/hashing.h"
#include "osteocalc/io/dxa_image.h"

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <span>

namespace osteocalc::synth {
namespace {

using Json = nlohmann::ordered_json;

double tidy(double value) {
  return std::round(value * 1e5) / 1e5;
}

DxaExam exam_of(DxaView view) {
  switch (view) {
  case DxaView::Spine:
    return DxaExam::Spine;
  case DxaView::Lateral:
    return DxaExam::LateralSpine;
  case DxaView::HipLeft:
    return DxaExam::FemurLeft;
  case DxaView::HipRight:
    break;
  }
  return DxaExam::FemurRight;
}

Json points_json(std::span<const Vec2> points) {
  Json json = Json::array();
  for (const Vec2& p : points)
    json.push_back({tidy(p[0]), tidy(p[1])});
  return json;
}

void write_text(const std::filesystem::path& file, const std::string& text) {
  std::ofstream out(file, std::ios::binary);
  out << text;
  if (!out.flush())
    throw IoError(file.string() + " cannot be written (disk full or no permission?) choose another folder");
}

std::string marks_json(const DxaTruth& truth) {
  Json json{{"schema", "osteocalc.dxa_marks/1"}, {"vertebrae", Json::array()}};
  for (const auto& [level, points] : truth.marks)
    json["vertebrae"].push_back({{"level", to_string(level)}, {"points_mm", points_json(points)}});
  return json.dump(1) + "\n";
}

} // namespace

std::string calibration_json(const DxaBeam& beam) {
  Json json{{"schema", "osteocalc.dxa_calibration/1"}, {"beam", beam.name}, {"steps", Json::array()}};
  for (const auto& [m, low, high] : step_wedge(beam))
    json["steps"].push_back({tidy(m.lean_g_cm2), tidy(m.fat_g_cm2), m.bone_g_cm2, std::round(low * 1e7) / 1e7,
                             std::round(high * 1e7) / 1e7});
  return json.dump() + "\n";
}

std::string truth_json(const DxaTruth& truth) {
  const DxaRequest& request = truth.request;
  Json json{{"schema", "osteocalc.dxa_truth/1"},
            {"exam", to_string(exam_of(request.view))},
            {"person",
             {{"seed", request.person.seed},
              {"age_years", request.person.age_years},
              {"sex", to_string(request.person.sex)},
              {"height_cm", tidy(request.person.height_cm)},
              {"bmi_kg_m2", tidy(request.person.bmi_kg_m2)}}},
            {"beam", request.beam},
            {"photons_per_mm2", request.photons_per_mm2},
            {"soft_tissue", nullptr},
            {"regions", Json::array()}};
  if (request.slab)
    json["soft_tissue"] = {{"thickness_cm", request.slab->thickness_cm}, {"fat_share", request.slab->fat_share}};
  for (const DxaRegionTruth& region : truth.regions)
    json["regions"].push_back({{"name", region.name},
                               {"bmc_g", tidy(region.bmc_g)},
                               {"area_cm2", tidy(region.area_cm2)},
                               {"abmd_g_cm2", tidy(region.abmd_g_cm2())},
                               {"outline_mm", points_json(region.outline)}});
  if (request.view != DxaView::Lateral)
    return json.dump(1) + "\n";
  json["walls"] = Json::array();
  for (const WallSegment& wall : truth.walls)
    json["walls"].push_back({{"level", to_string(wall.level)},
                             {"wall", wall.wall == AorticWall::Anterior ? "anterior" : "posterior"},
                             {"calcified_mm", tidy(wall.calcified_mm)},
                             {"segment_mm", tidy(wall.length_mm())}});
  return json.dump(1) + "\n";
}

void write_dxa_study(const SyntheticDxa& dxa, const std::filesystem::path& folder, const std::string& manufacturer) {
  std::filesystem::create_directories(folder);
  const DxaRequest& request = dxa.truth.request;
  const DxaBeam beam = dxa_beam(request.beam);
  const std::string truth = truth_json(dxa.truth), name(to_string(exam_of(request.view)));
  io::DxaFileOptions options;
  options.exam = exam_of(request.view);
  options.patient_id = request.patient_id;
  options.manufacturer = manufacturer;
  options.uid_seed = request.patient_id + sha256_hex(truth);
  options.age_years = request.person.age_years;
  options.sex = request.person.sex;
  options.calibration_json = calibration_json(beam);
  options.kvp_kv = {beam.low_kvp_kv, beam.high_kvp_kv};
  io::write_dxa_image({&dxa.low, &dxa.high}, folder / (name + ".dcm"), options);
  options.content = DxaContent::ArealDensity;
  options.uid_seed += "/bmd";
  options.calibration_json.clear();
  io::write_dxa_image({&dxa.bone_g_cm2}, folder / (name + "_bmd.dcm"), options);
  write_text(folder / (name + "_truth.json"), truth);
  if (request.view == DxaView::Lateral)
    write_text(folder / (name + "_marks.json"), marks_json(dxa.truth));
}

} // namespace osteocalc::synth
