// SPDX-License-Identifier: Apache-2.0
// Structured reports of densitometers, made by DCMTK: numbers in containers, or lines of text.
#pragma once

#include "support/dicom_scan.h"

#include <dcmtk/dcmsr/dsrdoc.h>

#include <filesystem>
#include <string>

namespace osteocalc::test {

inline DSRCodedEntryValue code(const char* value, const char* meaning) {
  return {value, "99TEST", meaning};
}

/// Saves a document under a person's id.
inline void save_report(DSRDocument& document, const std::filesystem::path& file, const std::string& patient_id,
                        const char* manufacturer) {
  std::filesystem::create_directories(file.parent_path());
  document.setPatientID(patient_id.c_str());
  document.setPatientSex("F");
  document.setManufacturer(manufacturer);
  DcmFileFormat format;
  if (document.write(*format.getDataset()).bad())
    throw std::runtime_error("the test cannot make a structured report");
  format.getDataset()->putAndInsertString(DCM_PatientAge, "067Y");
  if (format.saveFile(file.c_str(), EXS_LittleEndianExplicit).bad())
    throw std::runtime_error("the test cannot save " + file.string());
}

/// An Enhanced SR: a container a region, below one an exam, with its numbers; a left hip's neck says its region as a
/// code beside, the total as a modifier below the number.
inline void write_enhanced_report(const std::filesystem::path& file, const std::string& patient_id = "PERSON0") {
  DSRDocument document(DSRTypes::DT_EnhancedSR);
  DSRDocumentTree& tree = document.getTree();
  const auto container = [&](const char* value, const char* meaning, DSRTypes::E_AddMode mode) {
    tree.addContentItem(DSRTypes::RT_contains, DSRTypes::VT_Container, mode);
    tree.getCurrentContentItem().setConceptName(code(value, meaning));
  };
  const auto number = [&](const char* meaning, const char* value, const char* unit, DSRTypes::E_AddMode mode) {
    tree.addContentItem(DSRTypes::RT_contains, DSRTypes::VT_Num, mode);
    tree.getCurrentContentItem().setConceptName(code("N", meaning));
    tree.getCurrentContentItem().setNumericValue(
        DSRNumericMeasurementValue(value, DSRCodedEntryValue(unit, "UCUM", unit)));
  };
  tree.addContentItem(DSRTypes::RT_isRoot, DSRTypes::VT_Container);
  tree.getCurrentContentItem().setConceptName(code("R", "Bone Densitometry Report"));
  container("S", "AP Spine", DSRTypes::AM_belowCurrent);
  container("L1", "L1", DSRTypes::AM_belowCurrent);
  number("Area", "14.06", "cm2", DSRTypes::AM_belowCurrent);
  number("BMC", "13.75", "g", DSRTypes::AM_afterCurrent);
  number("BMD", "0.978", "g/cm2", DSRTypes::AM_afterCurrent);
  tree.goUp();
  container("T", "Total", DSRTypes::AM_afterCurrent);
  number("Bone Mineral Density", "1081", "mg/cm2", DSRTypes::AM_belowCurrent);
  number("T-score", "0.3", "{T}", DSRTypes::AM_afterCurrent);
  tree.goUp();
  tree.goUp();
  container("H", "Left Hip", DSRTypes::AM_afterCurrent);
  tree.addContentItem(DSRTypes::RT_contains, DSRTypes::VT_Code, DSRTypes::AM_belowCurrent);
  tree.getCurrentContentItem().setConceptName(code("G", "Finding Site"));
  tree.getCurrentContentItem().setCodeValue(code("FN", "Femoral Neck"));
  number("BMD", "0.700", "g/cm2", DSRTypes::AM_afterCurrent);
  number("T-score", "-1.3", "{T}", DSRTypes::AM_afterCurrent);
  save_report(document, file, patient_id, "Hologic");
}

/// A Basic Text SR of lines: a table, a heading, pairs.
inline void write_text_report(const std::filesystem::path& file, const std::string& patient_id = "PERSON0") {
  DSRDocument document(DSRTypes::DT_BasicTextSR);
  DSRDocumentTree& tree = document.getTree();
  tree.addContentItem(DSRTypes::RT_isRoot, DSRTypes::VT_Container);
  tree.getCurrentContentItem().setConceptName(code("R", "Report"));
  tree.addContentItem(DSRTypes::RT_contains, DSRTypes::VT_Text, DSRTypes::AM_belowCurrent);
  tree.getCurrentContentItem().setConceptName(code("F", "Findings"));
  tree.getCurrentContentItem().setStringValue("Lumbar spine, scanned on a 70 kg patient\n"
                                              "Region | Area (cm2) | BMC (g) | BMD (g/cm2) | T-score | Z-score\n"
                                              "L1     | 14.06 | 13.75 | 0.978 | -0.1 | 0.4\n"
                                              "L1-L4  | 61.84 | 66.84 | 1.081 | 0.3 | 0.9\n"
                                              "\n"
                                              "Left hip:\n"
                                              "Femoral neck BMD 0.700 g/cm2 (T-score: -1.3)\n"
                                              "Total: BMD = 0.850 g/cm2, T-score -0.8, Z-score 0.5\n");
  save_report(document, file, patient_id, "GE Healthcare Lunar");
}

} // namespace osteocalc::test
