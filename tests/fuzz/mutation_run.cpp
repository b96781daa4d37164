// SPDX-License-Identifier: Apache-2.0
// mutation_run SEEDS OUTPUT [count] [seed]: flips bytes in, or cuts, files of a folder of seeds; each mutant is read in
// a process of its own, with ten seconds to end in. Mutants of which a process died, hung or threw what the library
// does not promise are kept in OUTPUT.
#include "osteocalc/core/error.h"
#include "osteocalc/io/ct_reader.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

using namespace osteocalc;

namespace {

using Bytes = std::vector<char>;
using Random = std::mt19937;

std::size_t below(std::size_t end, Random& random) {
  return random() % std::max<std::size_t>(end, 1);
}

Bytes read_bytes(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Half of the flips fall into the first 2 kB, where the header is.
Bytes mutated(Bytes bytes, Random& random) {
  const bool cut = below(3, random) == 0;
  const std::size_t flips = cut ? below(3, random) : 1 + below(8, random);
  for (std::size_t i = 0; i < flips && !bytes.empty(); ++i) {
    const std::size_t range = below(2, random) == 0 ? bytes.size() : std::min<std::size_t>(bytes.size(), 2048);
    bytes[below(range, random)] = static_cast<char>(random());
  }
  if (cut)
    bytes.resize(below(bytes.size(), random));
  return bytes;
}

/// 0 when the path was read or refused as the library promises.
int read_in_child(const std::filesystem::path& path) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(10);
    io::ReadOptions options;
    options.memory_bytes = 256U << 20U;
    try {
      static_cast<void>(io::read_ct(path, options));
    } catch (const Error&) {
    } catch (...) {
      _exit(3);
    }
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

} // namespace

int main(int argc, char** argv) {
  if (argc < 3)
    return 2;
  const std::filesystem::path output = argv[2], work = output / "series";
  const int count = argc > 3 ? std::atoi(argv[3]) : 10000;
  Random random(argc > 4 ? static_cast<unsigned>(std::atoi(argv[4])) : 1);
  std::vector<std::filesystem::path> seeds;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[1]))
    if (entry.is_regular_file())
      seeds.push_back(entry.path());
  std::sort(seeds.begin(), seeds.end());
  std::filesystem::create_directories(work);
  int failures = 0;
  for (int i = 0; i < count; ++i) {
    const auto& seed = seeds[below(seeds.size(), random)];
    // A DICOM mutant lies beside a whole slice of its series, as in an archive; a NIfTI is read alone.
    const bool alone = seed.extension() != ".dcm";
    const auto mutant = (alone ? output : work) / ("mutant_" + seed.filename().string());
    if (!alone)
      std::filesystem::copy_file(seed.parent_path() / "slice_0002.dcm", work / "slice_0002.dcm",
                                 std::filesystem::copy_options::overwrite_existing);
    const Bytes bytes = mutated(read_bytes(seed), random);
    std::ofstream(mutant, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    const int status = read_in_child(alone ? mutant : work);
    std::filesystem::rename(mutant, output / "last_mutant");
    if (status == 0)
      continue;
    std::printf("%s mutant %d: %s %d\n", seed.filename().c_str(), i, WIFSIGNALED(status) ? "signal" : "exit",
                WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    std::filesystem::rename(output / "last_mutant",
                            output / ("failed_" + std::to_string(i) + "_" + seed.filename().string()));
    ++failures;
  }
  std::printf("%d mutants of %zu files, each in its own process: %d died, hung or threw\n", count, seeds.size(),
              failures);
  return failures == 0 ? 0 : 1;
}
