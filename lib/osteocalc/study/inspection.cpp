// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/study/inspection.h"

#include "osteocalc/io/dxa_exam.h"
#include "osteocalc/io/technical_text.h"

namespace osteocalc::study {
namespace {

FitnessRecord dxa_fitness(const std::optional<std::string>& exam, const io::Series& series) {
  if (!exam)
    return {false, Verdict::Refuse, {"this is not recognised as a DXA exam"}};
  const io::DicomHeader& first = series.first();
  if (first.maps_to_areal_density || io::is_areal_density_unit(first.rescale_type) ||
      first.rescale_type == "ATTENUATION")
    return {true, Verdict::Accept, {}};
  return {false, Verdict::Refuse, {"geometry only, no density: grey levels without a scale in g/cm2"}};
}

FitnessRecord record_of(Fitness fitness) {
  return {fitness.verdict != Verdict::Refuse, fitness.verdict, std::move(fitness.reasons)};
}

SeriesRecord record_of(const io::Series& series, const Protocol& protocol) {
  const io::DicomHeader& first = series.first();
  SeriesRecord record;
  record.path = series.folder;
  record.series = series.label;
  record.modality = io::shown_modality(first.modality);
  record.kernel = io::shown_kernel(first.kernel);
  record.transfer_syntax = first.transfer_syntax;
  record.exam = dxa_exam(series);
  record.images = static_cast<int>(series.slices.size());
  record.slices = series.stack.grid_slices;
  record.size = {first.pixels.columns, first.pixels.rows};
  record.pixel_spacing_mm = first.spacing_mm;
  record.contrast_hint = io::hints_at_contrast(first);
  const SeriesProperties properties = properties_of(series);
  record.kvp_kv = properties.numbers.at("kvp_kv");
  record.thickness_mm = properties.numbers.at("thickness_mm");
  if (series.is_stack()) {
    record.coverage_mm = properties.numbers.at("coverage_mm");
    record.tilt_deg = series.stack.tilt_deg;
    if (series.stack.grid_slices > 1)
      record.increment_mm = series.stack.increment_mm;
  }
  record.steps = series.stack.steps;
  for (const Use use : all_uses)
    record.fit[static_cast<std::size_t>(use)] = record_of(judge(series, use, protocol));
  record.dxa = dxa_fitness(record.exam, series);
  record.findings = series.findings;
  return record;
}

} // namespace

std::optional<std::string> dxa_exam(const io::Series& series) {
  if (series.slices.empty() || !io::is_dxa_modality(series.first().modality))
    return std::nullopt;
  const io::DicomHeader& header = series.first();
  const auto exam = io::dxa_exam_from(
      {header.protocol_name, header.series_description, header.study_description, header.body_part, header.laterality});
  return exam ? std::optional(std::string(to_string(*exam))) : std::nullopt;
}

Inspection inspect(const io::Inventory& inventory, const Protocol& protocol) {
  Inspection inspection;
  inspection.issues = inventory.issues;
  for (const io::Series& series : inventory.series)
    inspection.series.push_back(record_of(series, protocol));
  return inspection;
}

} // namespace osteocalc::study
