// SPDX-License-Identifier: Apache-2.0
// make_seeds FOLDER: small files of every kind the readers know, uncompressed; make_corpus.sh turns them into the rest.
#include "osteocalc/io/nifti.h"
#include "support/dicom_scan.h"
#include "support/enhanced_ct.h"

using namespace osteocalc;

int main(int argc, char** argv) {
  if (argc != 2)
    return 2;
  const std::filesystem::path folder = argv[1];
  const Volume<std::int16_t> scan = test::small_scan(3);
  const auto slices = io::write_dicom_ct(scan, folder / "dicom");
  test::write_enhanced_ct(slices, folder / "dicom" / "enhanced.dcm");
  std::filesystem::create_directories(folder / "nifti");
  io::write_nifti(scan, folder / "nifti" / "scan.nii");
  io::write_nifti(scan, folder / "nifti" / "scan.nii.gz");
  LabelMap labels{Volume<LabelId>(scan.geometry(), 0), {{52, "aorta"}, {31, "vertebrae_L1"}}};
  labels.voxels(1, 1, 1) = 52;
  labels.voxels(2, 1, 1) = 31;
  io::write_labels(labels, folder / "nifti" / "labels.nii");
  std::filesystem::create_directories(folder / "label_names");
  std::filesystem::rename(folder / "nifti" / "labels.json", folder / "label_names" / "labels.json");
}
