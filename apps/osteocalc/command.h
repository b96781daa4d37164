// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/issue.h"
#include "osteocalc/core/parallel.h"
#include "osteocalc/io/read_options.h"

#include <cstdint>
#include <functional>
#include <string_view>

namespace CLI {
class App;
}

namespace osteocalc::app {

/// What every verb gets from the options that stand everywhere.
struct Context {
  Parallel parallel;
  std::uint64_t memory_bytes = 0; ///< the largest volume that is read; 0 = most of what the machine has
  bool json = false;              ///< the machine's result on stdout, and nothing else there
  bool quiet = false;             ///< no progress on stderr
};

enum ExitStatus : int { Done = 0, Failed = 1, WrongUsage = 2, Refused = 3 };

/// One verb: declare() adds its options to a parser and returns what runs once they are parsed.
struct Command {
  std::string_view name, summary;
  std::function<int(const Context&)> (*declare)(CLI::App&);
};

std::function<int(const Context&)> declare_score(CLI::App&);
std::function<int(const Context&)> declare_bmd(CLI::App&);
std::function<int(const Context&)> declare_calibrate(CLI::App&);
std::function<int(const Context&)> declare_analyze(CLI::App&);
std::function<int(const Context&)> declare_batch(CLI::App&);
std::function<int(const Context&)> declare_collect(CLI::App&);
std::function<int(const Context&)> declare_cohort(CLI::App&);
std::function<int(const Context&)> declare_synth(CLI::App&);
std::function<int(const Context&)> declare_demo(CLI::App&);
std::function<int(const Context&)> declare_segment(CLI::App&);
std::function<int(const Context&)> declare_dxa(CLI::App&);
std::function<int(const Context&)> declare_readers(CLI::App&);
std::function<int(const Context&)> declare_inspect(CLI::App&);

[[nodiscard]] io::ReadOptions reading_options(const Context& context);

/// Issues, one a line, on stderr.
void print_issues(const Issues& issues);

/// A line of progress on stderr unless --quiet was given.
void progress(const Context& context, std::string_view line);

} // namespace osteocalc::app
