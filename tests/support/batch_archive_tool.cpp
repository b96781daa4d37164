// SPDX-License-Identifier: Apache-2.0
// batch_archive ARCHIVE LABELS GOOD SPOILED: the studies of batch_archive.h, for tests that are no C++.
#include "support/batch_archive.h"

#include <cstdlib>

int main(int argc, char** argv) {
  if (argc != 5)
    return EXIT_FAILURE;
  osteocalc::test::make_archive(argv[1], argv[2], std::atoi(argv[3]), std::atoi(argv[4]));
  osteocalc::test::add_study(std::filesystem::path(argv[1]) / "tall", 1000, 13); // one slice more than the others
  return EXIT_SUCCESS;
}
