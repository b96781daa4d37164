// SPDX-License-Identifier: Apache-2.0
// review_benchmark [EDITS [COMBINED_MM]]: how long numbers take to follow an edit on a scan of 400 slices of 512 x 512,
// by kind of edit, beside measuring everything afresh; the numbers of both must agree exactly.
#include "osteocalc/core/error.h"
#include "support/random_edits.h"
#include "support/review_person.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>

using namespace osteocalc;

namespace {

/// Processor time of one thread: on a machine that others share, wall time measures them, and threads that wait for
/// each other count their waiting.
using Clock = std::clock_t;
Clock now() {
  return std::clock();
}
double milliseconds_since(Clock start) {
  return 1000.0 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

} // namespace

int main(int argc, char** argv) {
  const int wanted = argc > 1 ? std::atoi(argv[1]) : 200;
  review::Subject subject = test::review_person(test::synthetic_person(512, 0.75, 1.2)); // 414 slices
  subject.options.parallel = {1};
  if (argc > 2)
    subject.options.calcium.combine_slices_mm = std::atof(argv[2]);
  const auto size = subject.image->hu.geometry().size;
  auto start = now();
  review::Review review(std::move(subject));
  std::printf("%d x %d x %d voxels, opened in %.0f ms of CPU\n", size[0], size[1], size[2], milliseconds_since(start));

  std::map<std::string, std::vector<double>> times;
  test::RandomEdits edits(20261122);
  for (int done = 0; done < wanted;) {
    const review::Action action = edits.next(review);
    start = now();
    try {
      review.apply(action, {"ann", "", "why"});
    } catch (const Error&) {
      continue;
    }
    std::string kind(kind_of(action));
    if (const auto* stroke = std::get_if<review::Stroke>(&action); stroke && vertebra_from_whole_label(stroke->to))
      kind += " on a vertebra";
    times[kind].push_back(milliseconds_since(start));
    ++done;
  }
  start = now();
  const bool same = review::numbers_of(review.measured_afresh()) == review::numbers_of(review.values());
  std::printf("after %d edits the numbers are %s; all afresh takes %.0f ms of CPU\n\n| edit | n | median CPU ms | "
              "largest CPU ms |\n"
              "|---|---|---|---|\n",
              wanted, same ? "identical" : "NOT identical", milliseconds_since(start));
  for (auto& [kind, list] : times) {
    std::ranges::sort(list);
    std::printf("| %s | %zu | %.0f | %.0f |\n", kind.c_str(), list.size(), list[list.size() / 2], list.back());
  }
  return same ? 0 : 1;
}
