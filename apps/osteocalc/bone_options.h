// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/bone/densitometry.h"

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace osteocalc::app {

/// Options that `bmd` and `analyze` share.
struct BoneArguments {
  std::string voi = "ellipse-slab";
  std::vector<double> contrast_correction; ///< factor and offset, or nothing
};

void add_bone_options(CLI::App& app, BoneArguments& arguments);

/// \pre `arguments` as the parser checked them
[[nodiscard]] bone::BoneOptions bone_options_of(const BoneArguments& arguments);

} // namespace osteocalc::app
