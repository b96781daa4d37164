// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/text_file.h"

#include "osteocalc/core/error.h"

#include <fstream>

namespace osteocalc::report {

void write_text_file(const std::filesystem::path& file, std::string_view text) {
  std::error_code ignored; // a folder that cannot be made shows below
  std::filesystem::create_directories(file.parent_path(), ignored);
  std::ofstream stream(file, std::ios::binary);
  stream.write(text.data(), static_cast<std::streamsize>(text.size()));
  stream.close();
  if (!stream)
    throw IoError("cannot write " + file.string() +
                  " (the folder is missing, full or read-only); choose another output");
}

} // namespace osteocalc::report
