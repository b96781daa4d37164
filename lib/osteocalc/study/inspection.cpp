// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/study/inspection.h"

#include "osteocalc/io/technical_text.h"

namespace osteocalc::study {
namespace {

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
  record.dxa = record.exam ? FitnessRecord{true, Verdict::Accept, {}}
                           : FitnessRecord{false, Verdict::Refuse, {"this is not recognised as a DXA exam"}};
  record.findings = series.findings;
  return record;
}

} // namespace

std::optional<std::string> dxa_exam(const io::Series& /*series*/) {
  return std::nullopt; // DXA series are not read yet
}

Inspection inspect(const io::Inventory& inventory, const Protocol& protocol) {
  Inspection inspection;
  inspection.issues = inventory.issues;
  for (const io::Series& series : inventory.series)
    inspection.series.push_back(record_of(series, protocol));
  return inspection;
}

} // namespace osteocalc::study
