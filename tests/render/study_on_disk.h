// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/io/nifti.h"
#include "osteocalc/report/study_json.h"
#include "osteocalc/report/text_file.h"
#include "osteocalc/study/analyze.h"
#include "support/synthetic_person.h"

#include <filesystem>
#include <gtest/gtest.h>

namespace osteocalc::test {

/// A synthetic person's scan and result as `analyze` leaves them. Made once; the folder is fresh for every call.
inline std::filesystem::path study_on_disk(const std::string& name) {
  namespace fs = std::filesystem;
  static const fs::path made = [] {
    const fs::path folder = fs::path(testing::TempDir()) / ("viewer_study_" + std::to_string(::getpid()));
    fs::create_directories(folder);
    synth::SyntheticCt ct = synthetic_person(160, 2.3);
    io::write_nifti(ct.image.hu, folder / "scan.nii.gz");
    io::write_labels(ct.labels, folder / "labels.nii.gz");
    io::write_labels(ct.parts, folder / "labels_parts.nii.gz");
    draw_over(ct.labels, ct.parts);
    study::AnalyzeOptions options;
    options.kvp_kv = 120;
    report::write_text_file(folder / "result.json", report::study_json(study::analyze(ct.image, ct.labels, options)));
    report::write_text_file(folder / "run.json", "{\"study\":\"" + (folder / "scan.nii.gz").string() + "\"}");
    return folder;
  }();
  const fs::path folder = fs::path(testing::TempDir()) / ("viewer_" + name + "_" + std::to_string(::getpid()));
  fs::remove_all(folder);
  fs::create_directories(folder);
  for (const char* file :
       {"result.json", "run.json", "labels.nii.gz", "labels.json", "labels_parts.nii.gz", "labels_parts.json"})
    fs::copy_file(made / file, folder / file);
  return folder;
}

} // namespace osteocalc::test
