// SPDX-License-Identifier: Apache-2.0
// Folders of small studies as an archive exports them, and spoiled ones among them. A study is a block of body with
// vertebrae and a calcified aorta; a stand-in for a segmenter gives its labels, so that one takes a fraction of a
// second.
#pragma once

#include "osteocalc/core/anatomy.h"
#include "osteocalc/io/nifti.h"

#include "support/dicom_scan.h"

#include <fstream>
#include <functional>

namespace osteocalc::test {

inline VolumeGeometry body_grid(int slices) {
  VolumeGeometry grid;
  grid.size = {48, 48, slices};
  grid.spacing_mm = {4, 4, 5};
  grid.origin_mm = {-94, -94, -100};
  return grid;
}

/// Labels of the body: L2 below L1 behind, the aorta in front of them.
inline Volume<LabelId> body_labels(int slices = 12) {
  Volume<LabelId> labels(body_grid(slices));
  for (int z = 0; z < slices; ++z)
    for (int y = 0; y < 48; ++y)
      for (int x = 0; x < 48; ++x) {
        const bool bone = x >= 18 && x < 30 && y >= 24 && y < 34 && z % 6 != 5;
        const bool aorta = (x - 24) * (x - 24) + (y - 19) * (y - 19) <= 9;
        labels.slice(z).row(y)[x] = static_cast<LabelId>(bone ? (z < 6 ? 30 : 31) : aorta ? 52 : 0);
      }
  return labels;
}

/// The body itself. \param plaque_hu of the calcium in its aorta: what tells one person from another
inline Volume<std::int16_t> body(std::int16_t plaque_hu, int slices = 12) {
  const Volume<LabelId> labels = body_labels(slices);
  Volume<std::int16_t> hu(body_grid(slices));
  for (int z = 0; z < slices; ++z)
    for (int y = 0; y < 48; ++y)
      for (int x = 0; x < 48; ++x) {
        const bool inside = (x - 24) * (x - 24) + (y - 24) * (y - 24) < 400;
        const LabelId label = labels.slice(z).row(y)[x];
        const bool plaque = label == 52 && x == 25 && z % 3 == 0;
        hu.slice(z).row(y)[x] = !inside       ? std::int16_t{-1000}
                                : plaque      ? plaque_hu
                                : label == 0  ? std::int16_t{40}
                                : label == 52 ? std::int16_t{45}
                                              : static_cast<std::int16_t>(140 + (x + y + z) % 7);
      }
  return hu;
}

/// One study as a folder of DICOM.
inline std::vector<std::filesystem::path> add_study(const std::filesystem::path& folder, int person, int slices = 12) {
  io::CtSeriesOptions options;
  options.uid_seed = "batch " + std::to_string(person);
  options.patient_id = "PERSON" + std::to_string(person);
  options.age_years = 50 + person % 30;
  options.sex = person % 2 == 0 ? Sex::Female : Sex::Male;
  return io::write_dicom_ct(body(static_cast<std::int16_t>(150 + 37 * person % 500), slices), folder, options);
}

inline void cut(const std::filesystem::path& file, std::uintmax_t bytes) {
  std::filesystem::resize_file(file, bytes);
}

/// A way to spoil a study, and how it must end: "done", or the state and rule of its line among the failures.
struct Fault {
  std::string name, state, rule;
  std::function<void(const std::filesystem::path& folder, int person)> make;
};

inline const std::vector<Fault>& faults() {
  namespace fs = std::filesystem;
  const auto edited = [](auto edit) {
    return [edit](const fs::path& folder, int person) { edit_all(add_study(folder, person), edit); };
  };
  static const std::vector<Fault> all{
      {"no rescale", "refused", "IO-NO-RESCALE",
       edited([](DcmDataset& data) { data.findAndDeleteElement(DCM_RescaleSlope); })},
      {"other units", "refused", "IO-RESCALE-TYPE",
       edited([](DcmDataset& data) { data.putAndInsertString(DCM_RescaleType, "US"); })},
      {"no positions", "refused", "IO-NO-PLACE",
       edited([](DcmDataset& data) { data.findAndDeleteElement(DCM_ImagePositionPatient); })},
      {"another modality", "refused", "IO-NOT-CT",
       edited([](DcmDataset& data) { data.putAndInsertString(DCM_Modality, "MR"); })},
      {"only localizers", "refused", "IO-LOCALIZER",
       edited([](DcmDataset& data) { data.putAndInsertString(DCM_ImageType, "ORIGINAL\\PRIMARY\\LOCALIZER"); })},
      {"all pixels cut off", "refused", "IO-NO-PIXELS",
       [](const fs::path& folder, int person) {
         for (const fs::path& file : add_study(folder, person))
           cut(file, fs::file_size(file) - 2000);
       }},
      {"one slice cut off", "done", "IO-UNREADABLE-SLICE",
       [](const fs::path& folder, int person) {
         const fs::path file = add_study(folder, person)[5];
         cut(file, fs::file_size(file) - 2000);
       }},
      {"a slice missing", "done", "IO-GAP",
       [](const fs::path& folder, int person) { fs::remove(add_study(folder, person)[4]); }},
      {"no DICOM at all", "failed", "BATCH-NOT-AN-IMAGE",
       [](const fs::path& folder, int) {
         fs::create_directories(folder);
         std::ofstream(folder / "report.txt") << "a letter";
         std::ofstream(folder / "empty.dcm").flush();
       }},
      {"a NIfTI cut off", "failed", "ERROR-IO",
       [](const fs::path& folder, int person) {
         fs::create_directories(folder);
         const fs::path file = folder / "scan.nii.gz";
         io::write_nifti(body(static_cast<std::int16_t>(200 + person)), file);
         cut(file, fs::file_size(file) / 2);
       }},
      {"labels called an image", "refused", "IO-LABEL-MAP",
       [](const fs::path& folder, int) {
         fs::create_directories(folder);
         io::write_nifti(body_labels(), folder / "scan.nii.gz");
       }},
      {"labels alone", "failed", "BATCH-LABELS-ALONE",
       [](const fs::path& folder, int) {
         fs::create_directories(folder);
         io::write_nifti(body_labels(), folder / "labels.nii.gz");
       }},
      {"a link to nowhere", "failed", "BATCH-NOT-A-FILE", [](const fs::path& folder, int) {
         fs::create_directories(folder);
         fs::create_symlink("nowhere", folder / "slice_0001.dcm");
       }}};
  return all;
}

/// `good` studies in four layouts, `spoiled` ones among them, and labels.nii.gz for the stand-in beside the archive.
inline void make_archive(const std::filesystem::path& archive, const std::filesystem::path& labels, int good,
                         int spoiled) {
  namespace fs = std::filesystem;
  io::write_labels({body_labels(), {}}, labels);
  for (int person = 0; person < good; ++person) {
    const std::string name = std::to_string(person);
    if (person % 4 == 0) {
      add_study(archive / ("p" + name) / "study" / "series", person);
    } else if (person % 4 == 1) { // many people's files in one folder, without an extension
      const fs::path own = archive / "own";
      for (const fs::path& file : add_study(own, person))
        fs::rename(file, (fs::create_directories(archive / "flat"), archive / "flat" / (name + file.stem().string())));
      fs::remove_all(own);
    } else if (person % 4 == 2) { // one study in two folders
      const auto files = add_study(archive / "split" / name / "a", person);
      fs::create_directories(archive / "split" / name / "b");
      for (std::size_t i = 0; i < files.size(); i += 2)
        fs::rename(files[i], archive / "split" / name / "b" / files[i].filename());
    } else {
      const fs::path folder = archive / "nifti";
      fs::create_directories(folder);
      io::write_nifti(body(static_cast<std::int16_t>(150 + 37 * person % 500)), folder / (name + ".nii.gz"));
      io::write_labels({body_labels(), {}}, folder / (name + "_labels.nii.gz"));
    }
  }
  for (int i = 0; i < spoiled; ++i) {
    const Fault& fault = faults()[static_cast<std::size_t>(i) % faults().size()];
    fault.make(archive / ("spoiled" + std::to_string(i)), 100'000 + i);
  }
}

} // namespace osteocalc::test
