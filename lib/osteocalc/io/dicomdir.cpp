// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/dicomdir.h"

#include "osteocalc/core/error.h"
#include "osteocalc/io/dcmtk_setup.h"
#include "osteocalc/io/guarded_stream.h"

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmdata/dcfilefo.h>
#include <dcmtk/dcmdata/dcsequen.h>

#include <algorithm>
#include <cctype>

namespace osteocalc::io {
namespace {

std::string in_case(std::string text, int (*change)(int)) {
  std::transform(text.begin(), text.end(), text.begin(), [&](unsigned char c) { return static_cast<char>(change(c)); });
  return text;
}

/// "DIR\FILE" as a path below the medium, in the three ways its names are read back.
bool is_there(const std::filesystem::path& folder, std::string name) {
  std::replace(name.begin(), name.end(), '\\', '/');
  if (name.find("..") != std::string::npos)
    return false;
  for (const std::string& spelt : {name, in_case(name, std::tolower), in_case(name, std::toupper)})
    for (const char* version : {"", ";1"})
      if (std::error_code none; std::filesystem::exists(folder / (spelt + version), none))
        return true;
  return false;
}

} // namespace

bool is_dicomdir_name(const std::filesystem::path& file) {
  return in_case(file.filename().string(), std::toupper) == "DICOMDIR";
}

DicomDir read_dicomdir(const std::filesystem::path& file) {
  setup_dcmtk();
  DcmFileFormat format;
  DcmSequenceOfItems* records = nullptr;
  if (!load_guarded(file, format) ||
      format.getDataset()->findAndGetSequence(DCM_DirectoryRecordSequence, records).bad() || records == nullptr)
    throw DicomError(file.filename().string() + " is no readable directory of a medium (what should be there is "
                                                "unknown) compare with the source");
  DicomDir directory;
  for (unsigned long i = 0; i < records->card(); ++i) {
    OFString name;
    if (records->getItem(i)->findAndGetOFStringArray(DCM_ReferencedFileID, name).bad() || name.empty())
      continue;
    ++directory.listed;
    if (!is_there(file.parent_path(), name))
      directory.missing.push_back(name);
  }
  return directory;
}

} // namespace osteocalc::io
