// SPDX-License-Identifier: Apache-2.0
// What densitometers export, as real files: pictures made by dcmtk's dump2dcm, the way each maker writes them.
#pragma once

#include "osteocalc/image/dxa_image.h"

#include "support/dicom_scan.h"

#include <fstream>

namespace osteocalc::test {

/// One picture-only export.
struct PictureExport {
  const char* name;
  DxaExam exam;
  const char *modality, *sop_class, *photometric, *protocol_name, *series_description, *manufacturer;
  const char* syntax; ///< dump2dcm's option
};

inline constexpr const char* cr_storage = "1.2.840.10008.5.1.4.1.1.1";
inline constexpr const char* dx_storage = "1.2.840.10008.5.1.4.1.1.1.1";
inline constexpr const char* sc_storage = "1.2.840.10008.5.1.4.1.1.7";

/// Every kind of exam and every modality in use; GE Lunar's are CR images, implicit VR.
inline const std::vector<PictureExport>& picture_exports() {
  static const std::vector<PictureExport> all{
      {"lunar_spine", DxaExam::Spine, "CR", cr_storage, "MONOCHROME2", "AP Spine", "", "GE Healthcare Lunar", "+ti"},
      {"lunar_lateral", DxaExam::LateralSpine, "CR", cr_storage, "MONOCHROME1", "Lateral Spine", "", "GE Lunar", "+ti"},
      {"lunar_left", DxaExam::FemurLeft, "CR", cr_storage, "MONOCHROME2", "Left Femur", "", "GE MEDICAL SYSTEMS",
       "+ti"},
      {"lunar_right", DxaExam::FemurRight, "CR", cr_storage, "MONOCHROME1", "Right Femur", "", "Lunar", "+ti"},
      {"lunar_knee", DxaExam::KneeLeft, "CR", cr_storage, "MONOCHROME2", "Orthopedic Left Knee", "", "GE Lunar", "+ti"},
      {"hologic_spine", DxaExam::Spine, "OT", sc_storage, "MONOCHROME2", "", "Lumbar Spine", "Hologic, Inc.", "+te"},
      {"hologic_hip", DxaExam::FemurLeft, "OT", sc_storage, "MONOCHROME2", "", "Left Hip", "Hologic", "+te"},
      {"hologic_iva", DxaExam::LateralSpine, "DX", dx_storage, "MONOCHROME1", "IVA Lateral", "", "Hologic", "+te"},
      {"hologic_knee", DxaExam::KneeRight, "SC", sc_storage, "MONOCHROME2", "", "Knee Right", "Hologic", "+te"},
      {"norland_body", DxaExam::WholeBody, "BMD", sc_storage, "MONOCHROME1", "Whole Body", "", "Norland", "+tb"},
  };
  return all;
}

/// A value a line, as dump2dcm reads it.
inline std::string dump_line(const char* tag, const char* vr, const std::string& value) {
  return std::string(tag) + " " + vr + " " + (value.empty() ? "(no value available)" : "[" + value + "]") + "\n";
}

/// Writes one picture of 40 x 30 pixels without PixelSpacing: a ramp, 0 at its top left corner. False when dump2dcm
/// is not there.
inline bool write_picture(const PictureExport& picture, const std::filesystem::path& file,
                          const std::string& patient_id = "PERSON0") {
  std::filesystem::create_directories(file.parent_path());
  const std::filesystem::path pixels = file.string() + ".raw", dump = file.string() + ".dump";
  std::ofstream raw(pixels, std::ios::binary);
  for (int i = 0; i < 40 * 30; ++i)
    raw.put(static_cast<char>(i % 251));
  raw.close();
  const std::string uid = "1.2.826.0.1.3680043.9.7." + std::to_string(std::hash<std::string>{}(patient_id) % 100000);
  std::ofstream text(dump);
  text << dump_line("(0008,0016)", "UI", picture.sop_class)
       << dump_line("(0008,0018)", "UI", uid + ".1." + std::to_string(std::hash<std::string>{}(picture.name) % 100000))
       << dump_line("(0008,0020)", "DA", "20200105") << dump_line("(0008,0060)", "CS", picture.modality)
       << dump_line("(0008,0070)", "LO", picture.manufacturer)
       << dump_line("(0008,103e)", "LO", picture.series_description) << dump_line("(0010,0020)", "LO", patient_id)
       << dump_line("(0018,1030)", "LO", picture.protocol_name) << dump_line("(0020,000d)", "UI", uid)
       << dump_line("(0020,000e)", "UI", uid + ".2." + std::to_string(std::hash<std::string>{}(picture.name) % 100000))
       << dump_line("(0028,0002)", "US", "1") << dump_line("(0028,0004)", "CS", picture.photometric)
       << dump_line("(0028,0010)", "US", "30") << dump_line("(0028,0011)", "US", "40")
       << dump_line("(0028,0100)", "US", "8") << dump_line("(0028,0101)", "US", "8")
       << dump_line("(0028,0102)", "US", "7") << dump_line("(0028,0103)", "US", "0")
       << "(7fe0,0010) OW =" << pixels.string() << "\n";
  text.close();
  const bool made = runs("dump2dcm " + std::string(picture.syntax) + " " + dump.string() + " " + file.string());
  std::filesystem::remove(pixels);
  std::filesystem::remove(dump);
  return made;
}

} // namespace osteocalc::test
