// SPDX-License-Identifier: Apache-2.0
// collect_benchmark FOLDER [STUDIES]: ten shards' books of that many studies (60 columns, 12 issues each), merged; the
// table must hold every study before the time counts.
#include "osteocalc/batch/collect.h"
#include "osteocalc/batch/shard.h"
#include "osteocalc/batch/state.h"
#include "osteocalc/core/hashing.h"

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <fmt/format.h>
#include <memory>
#include <random>

namespace {

using namespace osteocalc;
constexpr int shards = 10, measures = 55, issues = 12;

batch::Verdict verdict_of(const std::string& key, std::mt19937& random) {
  batch::Verdict verdict;
  verdict.outcome = batch::Outcome::Done;
  verdict.columns = "study";
  verdict.cells = key;
  const unsigned without = random() % 8; // the field of view: few sets of columns occur
  for (unsigned i = without; i < measures; ++i) {
    verdict.columns += fmt::format("{}measure_{}_agatston", batch::cell_separator, i);
    verdict.cells += fmt::format("{}{}", batch::cell_separator, static_cast<double>(random()) / 7);
  }
  for (int i = 0; i < issues; ++i)
    for (const std::string& part : {std::string("warning"), fmt::format("RULE-{}", i), std::string("bed"),
                                    fmt::format("a text of usual length that says what is wrong, why it matters and "
                                                "what to do, with a number of its own in some cases: {}",
                                                random() % 50)})
      verdict.issues += part + batch::cell_separator;
  return verdict;
}

void make_books(const std::filesystem::path& output, int studies) {
  std::mt19937 random(1);
  std::vector<std::unique_ptr<batch::State>> books;
  for (int number = 1; number <= shards; ++number) {
    const auto folder = output / "shards" / folder_name(batch::Shard{number, shards});
    std::filesystem::create_directories(folder);
    books.push_back(std::make_unique<batch::State>(folder / "state.sqlite"));
    books.back()->set("shard", folder_name(batch::Shard{number, shards}));
  }
  for (int i = 0; i < studies; ++i) {
    batch::StudyPlan plan;
    plan.key = pseudonym(std::to_string(i), "key");
    plan.fingerprint = "f";
    batch::State& state = *books[static_cast<std::size_t>(batch::Shard::shard_of(plan.key, shards) - 1)];
    state.plan(plan);
    state.finish(plan, verdict_of(plan.key, random));
  }
}

} // namespace

int main(int argc, char** argv) {
  if (argc < 2)
    return EXIT_FAILURE;
  const int studies = argc > 2 ? std::atoi(argv[2]) : 100'000;
  const std::filesystem::path output = argv[1];
  make_books(output, studies);
  for (int repeat = 0; repeat < 3; ++repeat) {
    const auto start = std::chrono::steady_clock::now();
    const std::clock_t cpu = std::clock();
    const batch::CollectResult result = batch::collect({{output}, output / "merged", false, false});
    if (result.done != static_cast<std::size_t>(studies)) {
      fmt::print("wrong: {} of {} studies\n", result.done, studies);
      return EXIT_FAILURE;
    }
    fmt::print("{} rows: {:.2f} s, of these {:.2f} s of processor\n", studies,
               std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(),
               static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC);
  }
  return EXIT_SUCCESS;
}
