// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/reference/bone_density.h"

#include "bone_density_table.h"
#include "osteocalc/reference/table_reader.h"

#include <cmath>

namespace osteocalc::reference {
namespace {

const TableReader& table() {
  static const TableReader read = TableReader::parse(bone_density_table, "bone density", "osteocalc.bone_density/1");
  return read;
}

std::string source_of(const TableReader& part) {
  return part.text("name") + ": " + part.text("source") + ", " + part.text("edition");
}

} // namespace

BoneCategory spine_density_category(double mg_cm3) {
  const TableReader qct = table().table("qct");
  const char* level = mg_cm3 > qct.number("normal_above_mg_cm3")         ? "normal"
                      : mg_cm3 < qct.number("osteoporosis_below_mg_cm3") ? "osteoporosis"
                                                                         : "low";
  return {level, qct.text("name")};
}

BoneCategory l1_hu_category(double hu) {
  const TableReader part = table().table("l1_hu");
  for (const TableReader& level : part.tables("levels")) {
    const std::optional<double> to = level.number_if("to");
    if (!to || std::round(hu) <= *to)
      return {level.text("name"), part.text("name")};
  }
  part.fail("the last level must be open");
}

std::optional<L1Normative> l1_normative(double hu, double age_years) {
  const TableReader part = table().table("l1_normative");
  for (const TableReader& band : part.tables("bands"))
    if (age_years >= band.number("from_years") && age_years < band.number("to_years")) {
      const double mean_hu = band.number("mean_hu"), sd_hu = band.number("sd_hu");
      return L1Normative{mean_hu, sd_hu, (hu - mean_hu) / sd_hu, part.text("name")};
    }
  return std::nullopt;
}

std::string bone_density_source() {
  return source_of(table().table("qct")) + "; " + source_of(table().table("l1_hu")) + "; " +
         source_of(table().table("l1_normative"));
}

} // namespace osteocalc::reference
