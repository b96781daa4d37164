// SPDX-License-Identifier: Apache-2.0
#include "measure.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

namespace osteocalc::benchmark {
namespace {

Times timed(const Candidate& run) {
  const std::clock_t cpu_start = std::clock();
  const auto start = std::chrono::steady_clock::now();
  run();
  return {std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(),
          static_cast<double>(std::clock() - cpu_start) / CLOCKS_PER_SEC};
}

/// What a child process finds out.
template <class Answer>
Answer answer_of_child(const std::function<Answer()>& question) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0)
    throw std::runtime_error("no pipe");
  const pid_t child = fork();
  if (child == 0) {
    const Answer answer = question();
    _exit(write(ends[1], &answer, sizeof answer) == sizeof answer ? 0 : 1);
  }
  close(ends[1]);
  Answer answer{};
  const bool answered = read(ends[0], &answer, sizeof answer) == sizeof answer;
  close(ends[0]);
  waitpid(child, nullptr, 0);
  if (child < 0 || !answered)
    throw std::runtime_error("a child gave no answer");
  return answer;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

} // namespace

std::vector<Times> median_of_five(const std::vector<Candidate>& candidates) {
  std::vector<std::vector<double>> wall_s(candidates.size()), cpu_s(candidates.size());
  for (int round = 0; round < 5; ++round)
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      const Times times = answer_of_child<Times>([&] {
        candidates[i](); // a virtual machine's host is slow to give memory for the first time
        return timed(candidates[i]);
      });
      wall_s[i].push_back(times.wall_s);
      cpu_s[i].push_back(times.cpu_s);
    }
  std::vector<Times> medians;
  for (std::size_t i = 0; i < candidates.size(); ++i)
    medians.push_back({median(wall_s[i]), median(cpu_s[i])});
  return medians;
}

Times median_of_five_here(const Candidate& candidate) {
  std::vector<double> wall_s, cpu_s;
  for (int round = 0; round < 5; ++round) {
    const Times times = timed(candidate);
    wall_s.push_back(times.wall_s);
    cpu_s.push_back(times.cpu_s);
  }
  return {median(wall_s), median(cpu_s)};
}

bool holds_in_a_child(const std::function<bool()>& claim) {
  return answer_of_child<bool>(claim);
}

void read_all_bytes(const std::filesystem::path& folder) {
  if (std::system(("cat '" + folder.string() + "'/* >/dev/null").c_str()) != 0)
    throw std::runtime_error("cat failed");
}

ScratchFolder::ScratchFolder(const std::string& name)
    : path_(std::filesystem::temp_directory_path() / (name + "_" + std::to_string(getpid()))) {
  std::filesystem::create_directories(path_);
}

ScratchFolder::~ScratchFolder() {
  std::filesystem::remove_all(path_);
}

} // namespace osteocalc::benchmark
