// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/lesion_decisions.h"

#include "osteocalc/report/csv_text.h"

#include <fmt/format.h>

namespace osteocalc::report {
namespace {

std::string evidence_text(const std::vector<segmentation::Evidence>& evidence) {
  std::string text;
  for (const segmentation::Evidence& item : evidence)
    text += fmt::format("{}{}={:.4g}", text.empty() ? "" : ";", item.name, item.value);
  return text;
}

} // namespace

std::string artery_name(segmentation::CoronaryArtery artery) {
  return label_name(segmentation::artery_label(artery));
}

std::string lesion_decisions_csv(const std::vector<segmentation::LesionDecision>& lesions) {
  std::string text = "lesion,decision,artery,probability,reason,x_mm,y_mm,z_mm,volume_mm3,max_hu,first_slice,"
                     "last_slice,evidence\n";
  int id = 0;
  for (const segmentation::LesionDecision& lesion : lesions)
    text += fmt::format("{},{},{},{:.3f},{},{:.2f},{:.2f},{:.2f},{:.3f},{},{},{},{}\n", ++id, to_string(lesion.kind),
                        lesion.artery ? artery_name(*lesion.artery) : "", lesion.probability, csv_field(lesion.reason),
                        lesion.centre_mm[0], lesion.centre_mm[1], lesion.centre_mm[2], lesion.volume_mm3,
                        lesion.peak_hu, lesion.slices[0], lesion.slices[1], csv_field(evidence_text(lesion.evidence)));
  return text;
}

} // namespace osteocalc::report
