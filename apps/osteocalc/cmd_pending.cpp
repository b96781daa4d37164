// SPDX-License-Identifier: Apache-2.0
#include "command.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace osteocalc::app {

std::function<int(const Context&)> declare_pending(CLI::App& app) {
  app.allow_extras()->fallthrough(false); // whatever it is given, the answer is the same
  return [name = app.get_name()](const Context&) {
    fmt::print(stderr, "osteocalc: {} is not built yet\n", name);
    return static_cast<int>(Failed);
  };
}

} // namespace osteocalc::app
