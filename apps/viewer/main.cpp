// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

int main() {
  std::fputs("osteocalc-viewer is not built yet; open report.html in a study's output instead\n", stderr);
  return 1;
}
